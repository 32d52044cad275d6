import { existsSync, realpathSync } from "node:fs";
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { runtime } from "@pulumi/pulumi";
import type { GraphResource } from "../../policies/graph";
import { brief, CommandError, EXIT, isRunError } from "../exit";
import { LOCKED, type StackFiles } from "../project";
import { RecordingMonitor } from "./monitor";
import type { SecretSource } from "./source";

/** What a program registered, with secrets as {@link Hidden} values. */
export interface Recording {
  readonly project: string;
  readonly stack: string;
  /** Sorted by URN. */
  readonly resources: readonly GraphResource[];
  /** Generated values in clear, to look for where they must not be. */
  readonly generated: readonly string[];
  /** Encrypted configuration keys for which there was no value. */
  readonly locked: readonly string[];
}

/**
 * Runs a stack program under the mock runtime and records what it registers.
 *
 * One program a process: a program's modules keep state (what the Node module cache holds, Pulumi's own store, the components' own "was the
 * program refused"), and clearing some of it makes a second plan that may differ from the first. A command makes one plan, so its process is
 * the plan's process; who needs two starts the command twice.
 *
 * Throws an `ArgumentError` of the program as it is, and a {@link CommandError} for everything else.
 */
export async function runProgram(
  files: StackFiles,
  source: SecretSource,
  onMonitor: (monitor: RecordingMonitor) => void = () => undefined,
): Promise<Recording> {
  const monitor = new RecordingMonitor(files.project, files.stack, source);
  onMonitor(monitor);
  const locked = files.secretKeys.filter((key) => source.config(key) === undefined);
  const config = { ...files.config };
  for (const key of files.secretKeys) config[key] = source.config(key) ?? LOCKED;
  const folder = process.cwd();
  const print = { log: console.log, info: console.info, debug: console.debug };
  process.chdir(files.root);
  // Standard output belongs to the plan.
  Object.assign(console, { log: console.error, info: console.error, debug: console.error });
  try {
    runtime.setMockOptions(monitor, files.project, files.stack, true, "organization");
    await internals().awaitFeatureSupport();
    runtime.setAllConfig(config, [...files.secretKeys]);
    await untilSettled(async () => {
      await runtime.runInPulumiStack(() => load(files));
      await internals().waitForRPCs();
    });
  } catch (error) {
    if (error instanceof CommandError || isRunError(error)) throw error;
    const [asked] = monitor.asked;
    if (asked !== undefined)
      throw new CommandError(
        `The program of this stack asks a provider for ${asked}. A plan is made offline: give such facts as configuration.`,
      );
    throw new CommandError(`The program of this stack failed.\n${brief(error, realpathSync(files.root))}`, EXIT.failed);
  } finally {
    Object.assign(console, print);
    process.chdir(folder);
  }
  const resources = [...monitor.recorded].sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0));
  checkUnique(resources);
  return { project: files.project, stack: files.stack, resources, generated: monitor.generated, locked };
}

/** Two functions of the SDK that its typings leave out. */
function internals(): { awaitFeatureSupport(): Promise<void>; waitForRPCs(): Promise<void> } {
  return runtime as unknown as ReturnType<typeof internals>;
}

async function load(files: StackFiles): Promise<unknown> {
  const loaded = await entry(files);
  const main = loaded instanceof Object && "default" in loaded ? loaded.default : loaded;
  return typeof main === "function" ? await main() : await main;
}

async function entry(files: StackFiles): Promise<unknown> {
  let path: string;
  try {
    path = require.resolve(files.program);
  } catch {
    const shown = relative(files.root, files.program) || ".";
    const built = existsSync(files.root) && shown.startsWith("dist") ? " Build it first: npm run build." : "";
    throw new CommandError(`The program of this project, ${shown}, is not there.${built}`);
  }
  try {
    return require(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_REQUIRE_ESM")
      return await import(pathToFileURL(path).href);
    throw error;
  }
}

/**
 * Waits for the work, for the first error that nobody caught (a failed `apply` is one), or for the moment when Node has nothing left to do although
 * the work has not ended: resources that wait for each other.
 */
async function untilSettled(work: () => Promise<void>): Promise<void> {
  let stop: () => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    const stuck = () =>
      reject(new CommandError("The program of this stack never ends: something in it waits for itself.", EXIT.failed));
    process.on("unhandledRejection", reject);
    process.on("uncaughtException", reject);
    process.on("beforeExit", stuck);
    stop = () => {
      process.off("unhandledRejection", reject);
      process.off("uncaughtException", reject);
      process.off("beforeExit", stuck);
    };
  });
  try {
    await Promise.race([work(), interrupted]);
    // An error of the last microtasks is reported one turn later.
    await Promise.race([new Promise((resolve) => setImmediate(resolve)), interrupted]);
  } finally {
    // A program that failed leaves promises behind that fail after it; they add nothing.
    setImmediate(() => setImmediate(stop));
  }
}

function checkUnique(resources: readonly GraphResource[]): void {
  for (const [index, resource] of resources.entries()) {
    if (resources[index + 1]?.urn === resource.urn)
      throw new CommandError(
        `Two resources are named ${resource.name} and have the type ${resource.type}. Rename one.`,
      );
  }
}
