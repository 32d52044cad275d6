import type { Finding } from "../graph";
import { asJson } from "./json";
import { asMarkdown } from "./markdown";
import { asSarif } from "./sarif";
import { asText } from "./text";

/** Ways to show findings. */
export const FORMATS = ["text", "json", "markdown", "sarif"] as const;

/** A way to show findings. */
export type Format = (typeof FORMATS)[number];

/** Findings in a format. `file` is what was checked, as it is called in the repository. */
export function formatted(findings: readonly Finding[], format: Format, file: string): string {
  switch (format) {
    case "text":
      return asText(findings);
    case "json":
      return asJson(findings);
    case "markdown":
      return asMarkdown(findings);
    case "sarif":
      return asSarif(findings, file);
  }
}
