/** Resources that run a script: what the script makes is seen by no rule. */
export const COMMANDS: readonly string[] = ["command:local:Command", "command:remote:Command"];
