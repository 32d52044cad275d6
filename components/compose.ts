export { ComposeHost, type ComposeHostArgs, type DaemonTls } from "./targets/compose-host";
export type { ComposeTarget } from "./targets/target";
