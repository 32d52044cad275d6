import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ENVIRONMENTS, type Environment } from "../../components/core/environment";
import { nearest } from "../../components/core/suggest";
import { blocks } from "../../policies/evaluate";
import { FORMATS, formatted } from "../../policies/formats";
import { newFindings } from "../../policies/formats/report";
import type { Finding } from "../../policies/graph";
import { joined, readSource, type Source } from "../../policies/sources";
import { InputError } from "../../policies/sources/input-error";
import { CommandError, EXIT } from "../exit";
import { findingsOf } from "../plan/findings";

/** Options of `bulwark check`. */
export interface CheckOptions {
  /** `text`, `json`, `markdown` or `sarif`. */
  readonly format: string;
  /** Tier to judge by. Default: the one that the stack's components say, else prod. */
  readonly environment?: string;
  /** A file of the same kind from before the change: only findings that it does not have are shown. */
  readonly base?: string;
  /** Folder of the Pulumi project, for its exemptions. */
  readonly cwd: string;
}

/** `bulwark check FILE...`. Gives the exit code. */
export function check(files: readonly string[], options: CheckOptions): number {
  const format = oneOf(FORMATS, options.format, "--format");
  const environment =
    options.environment === undefined ? undefined : oneOf(ENVIRONMENTS, options.environment, "--environment");
  const root = resolve(options.cwd);
  const head = judge(files, root, environment);
  const findings = options.base === undefined ? head : newFindings(judge([options.base], root, environment), head);
  process.stdout.write(formatted(findings, format, files.join(", ")));
  return findings.some(blocks) ? EXIT.policy : EXIT.ok;
}

function judge(paths: readonly string[], root: string, environment: Environment | undefined): readonly Finding[] {
  const sources = paths.flatMap(filesOf).map(understood);
  return joined(sources).flatMap((graph) => findingsOf(graph, root, environment));
}

/** The file, or the YAML and JSON files in the folder and in those below it. */
function filesOf(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const found = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(ya?ml|json)$/.test(name),
    );
    if (found.length > 0) return found.sort().map((name) => join(path, name));
  } catch {
    throw new CommandError(`${path} cannot be read.`, EXIT.notUnderstood);
  }
  throw new CommandError(`${path} holds no YAML or JSON file.`, EXIT.notUnderstood);
}

function understood(file: string): Source {
  try {
    return readSource(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof InputError) throw new CommandError(`${file}: ${error.message}`, EXIT.notUnderstood);
    throw new CommandError(`${file} cannot be read.`, EXIT.notUnderstood);
  }
}

function oneOf<T extends string>(known: readonly T[], given: string, option: string): T {
  const found = known.find((each) => each === given);
  if (found !== undefined) return found;
  const meant = nearest(given, known);
  throw new CommandError(
    `${option} ${given} is not known. ${meant === undefined ? `Use ${known.join(", ")}.` : `Did you mean ${meant}?`}`,
  );
}
