import type { RenderedFile } from "./files";

/** First words of every file that has the stack's name in it. */
export const MARK = "# Rendered by bulwark.";

/** The first line of a rendered YAML file. */
export function head(stack: string): string {
  return `${MARK} Stack: ${stack}. Change the stack and render again; edits are lost.\n`;
}

/** A stack as files, whatever its target. */
export interface Rendering {
  /** Files that may be shown to everybody. */
  readonly open: readonly RenderedFile[];
  /** Build contexts that are copied into the project: the folder there, and the one on this machine. */
  readonly contexts: readonly { readonly folder: string; readonly context: string }[];
  /** Files with secrets; written only when asked for. */
  readonly secret: readonly RenderedFile[];
  /** What there is, in a few words. */
  readonly counts: string;
  /** What to do next with the folder, one line each. */
  next(folder: string): readonly string[];
}
