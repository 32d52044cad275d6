import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CommandError, EXIT } from "../exit";
import { type Recording, runProgram } from "../plan/program";
import { kinds, targetOf } from "../plan/summary";
import { finder } from "../plan/view";
import { readStack } from "../project";
import { composeProject, type RenderedProject } from "./compose";
import { readValues, type SecretMode, SecretStore } from "./store";
import { checkFolder, openFiles, VALUES, writeProject } from "./write";

/** Options of `bulwark render`. */
export interface RenderOptions {
  /** Folder to write to. */
  readonly out: string;
  /** `generate`, or a JSON file with values by URN, name or configuration key. */
  readonly secrets?: string;
  /** Folder of the Pulumi project. */
  readonly cwd: string;
}

/** `bulwark render STACK`. Gives the exit code. */
export async function render(stack: string, options: RenderOptions): Promise<number> {
  const files = readStack(resolve(options.cwd), stack);
  const folder = resolve(options.out);
  checkFolder(folder);
  const mode: SecretMode =
    options.secrets === undefined ? "none" : options.secrets === "generate" ? "generate" : "file";
  if (mode === "file" && !existsSync(resolve(String(options.secrets))))
    throw new CommandError(`--secrets: there is no file ${options.secrets}. Give one, or the word generate.`);
  const values = mode === "file" ? resolve(String(options.secrets)) : join(folder, VALUES);
  const store = new SecretStore(mode, readValues(values));
  const recording = await runProgram(files, store);
  const target = targetOf(recording);
  if (target !== "compose")
    throw new CommandError(`render writes compose projects; the stack ${stack} is on ${target}. MicroK8s comes later.`);
  if (mode !== "none")
    checkComplete(store, recording, mode === "file" ? String(options.secrets) : join(options.out, VALUES));
  const project = composeProject(recording.resources);
  checkClear(project, recording);
  writeProject(folder, project, stack, {
    write: mode !== "none",
    ...(mode === "generate" ? { values: store.toJson() } : {}),
  });
  process.stdout.write(report(stack, project, recording, options, mode));
  return EXIT.ok;
}

function checkComplete(store: SecretStore, recording: Recording, file: string): void {
  const missing = [...store.missing, ...recording.locked].sort();
  if (missing.length === 0) return;
  throw new CommandError(
    [`These secrets have no value. Add them to ${file} as { "<name>": "<value>" }:`, ...missing].join("\n  "),
  );
}

/** A program can take the mark off a secret; what was made up must still not stand in a file that is open. */
function checkClear(project: RenderedProject, recording: Recording): void {
  const found = finder(recording.generated);
  const open = openFiles(project, recording.stack).filter((file) => found(file.content.toString()));
  if (open.length === 0) return;
  throw new CommandError(
    `A generated secret would stand in clear in ${open.map((file) => file.path).join(", ")}. Pass it as a secret, without unsecret.`,
  );
}

function report(
  stack: string,
  project: RenderedProject,
  recording: Recording,
  options: RenderOptions,
  mode: SecretMode,
): string {
  const count = (test: (typeof kinds)["network"]) => recording.resources.filter(test).length;
  const secrets = project.files.filter((file) => file.secret).length;
  const folder = options.out;
  return [
    `Rendered ${stack} to ${folder}: ${project.services.length} services, ${count(kinds.network)} networks, ${count(kinds.volume)} volumes.`,
    ...(mode === "none" && secrets > 0
      ? [
          `No secret was written; compose.yaml refers to ${secrets} of them. Write them with --secrets generate, or --secrets FILE.`,
        ]
      : []),
    ...(mode === "generate" ? [`Secrets are in ${join(folder, VALUES)}. Keep a copy: nothing else has them.`] : []),
    `Start it, and apply later versions, on the Docker host with: sh ${join(folder, "update.sh")}`,
    "",
  ].join("\n");
}
