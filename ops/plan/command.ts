import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { EXIT } from "../exit";
import { readStack } from "../project";
import { paint, wantsColour } from "../terminal";
import { planDocument } from "./document";
import { blocks } from "./findings";
import { runProgram } from "./program";
import { standIns } from "./source";
import { planText } from "./text";

/** Options of `bulwark plan`. */
export interface PlanOptions {
  /** Print the plan as JSON. */
  readonly json?: boolean;
  /** Write the JSON to a file as well. */
  readonly out?: string;
  /** Folder of the Pulumi project. */
  readonly cwd: string;
}

/** `bulwark plan STACK`. Gives the exit code. */
export async function plan(stack: string, options: PlanOptions): Promise<number> {
  const files = readStack(resolve(options.cwd), stack);
  const document = planDocument(await runProgram(files, standIns), files.root);
  const json = `${JSON.stringify(document, null, 2)}\n`;
  if (options.out !== undefined) {
    mkdirSync(dirname(resolve(options.out)), { recursive: true });
    writeFileSync(options.out, json);
  }
  if (options.json === true) process.stdout.write(json);
  else process.stdout.write(planText(document, paint(wantsColour(process.stdout, process.env))));
  return document.findings.some(blocks) ? EXIT.policy : EXIT.ok;
}
