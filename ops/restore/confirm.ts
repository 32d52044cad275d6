import { createInterface } from "node:readline/promises";
import { CommandError, EXIT } from "../exit";

/** In production the name of the environment has to be typed; elsewhere a yes is enough. Where nobody can be asked, `--confirm` says it. */
export async function confirmed(
  environment: string,
  what: string,
  options: { readonly confirm?: string },
): Promise<void> {
  const wanted = environment;
  if (options.confirm !== undefined) {
    if (options.confirm === wanted) return;
    throw new CommandError(`--confirm says "${options.confirm}", but this is ${environment}: nothing was changed.`);
  }
  if (process.stdin.isTTY !== true)
    throw new CommandError(
      `This replaces ${what} in ${environment}. Nobody can be asked here: add --confirm ${wanted}.`,
    );
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const question =
    environment === "prod"
      ? `This replaces ${what} in production. Type ${wanted} to go on: `
      : `This replaces ${what} in ${environment}. Go on? [y/N] `;
  const answer = (await lines.question(question)).trim();
  lines.close();
  if (environment === "prod" ? answer === wanted : /^y(es)?$/i.test(answer)) return;
  throw new CommandError("Nothing was changed.", EXIT.failed);
}
