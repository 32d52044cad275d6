import { createHash } from "node:crypto";
import { Hidden } from "../plan/values";
import { type Fields, type Props, variable } from "./service";

/** A file of the rendered project. */
export interface RenderedFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly content: string | Buffer;
  /** Secret files are written only when asked for, with mode 0600. */
  readonly secret: boolean;
  readonly executable?: boolean;
}

/** What a container's files come to. */
export interface Carried {
  readonly files: readonly RenderedFile[];
  /** Bind mounts, one a file, read-only. */
  readonly mounts: readonly Fields[];
  /** Hash over paths and contents. */
  readonly digest: string;
}

interface Upload {
  readonly file: string;
  readonly content?: unknown;
  readonly contentBase64?: unknown;
}

/**
 * The uploads of a carrier as files of the project, mounted where the upload would have been, so that its command stays the same. They are named
 * after the files that the consumer will see.
 */
export function carried(service: string, props: Props, taken: Set<string>): Carried {
  const uploads = (props["uploads"] ?? []) as readonly Upload[];
  const names = targets(props);
  const hash = createHash("sha256");
  const files: RenderedFile[] = [];
  const mounts: Fields[] = [];
  for (const [index, upload] of uploads.entries()) {
    const { content, secret } = contentOf(service, upload);
    const top = `${secret ? "secrets" : "config"}/${service.replace(/-files$/, "")}`;
    const wanted = `${top}/${names.get(upload.file) ?? index}`;
    const path = taken.has(wanted) ? `${secret ? "secrets" : "config"}/${service}/${index}` : wanted;
    taken.add(path);
    files.push({ path, content, secret });
    mounts.push({
      type: "bind",
      source: `./${path}`,
      target: upload.file,
      read_only: true,
      bind: { create_host_path: false },
    });
    hash.update(`${upload.file}\0${createHash("sha256").update(content).digest("hex")}\0`);
  }
  return { files, mounts, digest: hash.digest("hex") };
}

/** The secret variables of a container, as a file that compose reads. */
export function secretVariables(service: string, props: Props): RenderedFile | undefined {
  const hidden = ((props["envs"] ?? []) as unknown[]).filter((each) => each instanceof Hidden);
  if (hidden.length === 0) return undefined;
  const lines = hidden.map((each) => {
    const [name, value] = variable(String(each.reveal()));
    return `${name}=${quoted(value)}\n`;
  });
  return { path: `secrets/${service}/env`, content: lines.sort().join(""), secret: true };
}

function contentOf(service: string, upload: Upload): { readonly content: string | Buffer; readonly secret: boolean } {
  const given = upload.content ?? upload.contentBase64;
  const secret = given instanceof Hidden;
  const text: unknown = secret ? given.reveal() : given;
  if (typeof text !== "string") throw new Error(`${service} uploads ${upload.file} without content`);
  return { content: upload.content === undefined ? Buffer.from(text, "base64") : text, secret };
}

/** Name of each upload below `/etc/bulwark` or `/run/secrets`, read from the carrier's command; the command stays the authority. */
function targets(props: Props): ReadonlyMap<string, string> {
  const command = ((props["command"] ?? []) as unknown[]).filter((each) => typeof each === "string").join("\n");
  const found = command.matchAll(/cp (\/carry\/\d+) \/out(?:\/etc\/bulwark|\/run\/secrets)?\/([\w./-]+)\.new\b/g);
  return new Map(
    [...found].flatMap(([, from, to]) =>
      from === undefined || to === undefined || to.split("/").includes("..") ? [] : [[from, to] as const],
    ),
  );
}

/** A value for an env file of compose: in single quotes nothing has a meaning. */
function quoted(value: string): string {
  if (!value.includes("'")) return `'${value}'`;
  return `"${value.replace(/[\\"$]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}
