import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CommandError, EXIT } from "../exit";
import { type Recording, runProgram } from "../plan/program";
import { targetOf } from "../plan/summary";
import { finder } from "../plan/view";
import { readStack } from "../project";
import { composeRendering } from "./compose-rendering";
import { kubernetesRendering } from "./kubernetes";
import type { Rendering } from "./rendering";
import { readValues, type SecretMode, SecretStore } from "./store";
import { checkFolder, VALUES, writeProject } from "./write";

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
  const project = rendering(recording, stack);
  if (mode !== "none")
    checkComplete(store, recording, mode === "file" ? String(options.secrets) : join(options.out, VALUES));
  checkClear(project, recording);
  writeProject(folder, project, {
    write: mode !== "none",
    ...(mode === "generate" ? { values: store.toJson() } : {}),
  });
  process.stdout.write(report(stack, project, options, mode));
  return EXIT.ok;
}

function checkComplete(store: SecretStore, recording: Recording, file: string): void {
  const missing = [...store.missing, ...recording.locked].sort();
  if (missing.length === 0) return;
  throw new CommandError(
    [`These secrets have no value. Add them to ${file} as { "<name>": "<value>" }:`, ...missing].join("\n  "),
  );
}

function rendering(recording: Recording, stack: string): Rendering {
  const target = targetOf(recording);
  switch (target) {
    case "compose":
      return composeRendering(recording.resources, stack);
    case "microk8s":
      return kubernetesRendering(recording.resources, stack);
    default:
      throw new CommandError(
        `render writes compose projects and Kubernetes manifests; the stack ${stack} is on ${target}. Bring it up with Pulumi.`,
      );
  }
}

/** A program can take the mark off a secret; what was made up must still not stand in a file that is open. */
function checkClear(project: Rendering, recording: Recording): void {
  const found = finder(recording.generated);
  const open = project.open.filter((file) => found(file.content.toString()));
  if (open.length === 0) return;
  throw new CommandError(
    `A generated secret would stand in clear in ${open.map((file) => file.path).join(", ")}. Pass it as a secret, without unsecret.`,
  );
}

function report(stack: string, project: Rendering, options: RenderOptions, mode: SecretMode): string {
  const secrets = project.secret.length;
  const folder = options.out;
  return [
    `Rendered ${stack} to ${folder}: ${project.counts}.`,
    ...(mode === "none" && secrets > 0
      ? [
          `No secret was written; the project needs ${secrets} files of them. Write them with --secrets generate, or --secrets FILE.`,
        ]
      : []),
    ...(mode === "generate" ? [`Secrets are in ${join(folder, VALUES)}. Keep a copy: nothing else has them.`] : []),
    ...project.next(folder),
    "",
  ].join("\n");
}
