import { readFileSync } from "node:fs";
import type { Report } from "../change/model";
import { packageRoot } from "../package-root";
import { type Paint, paint } from "../terminal";
import { reportJunit } from "./junit";
import { reportMarkdown } from "./markdown";
import { reportSarif } from "./sarif";
import { reportText } from "./text";

/** Formats that a report is printed in. */
export const FORMATS = ["text", "markdown", "json", "sarif", "junit"] as const;

/** A format that a report is printed in. */
export type Format = (typeof FORMATS)[number];

/** A report in a format. */
export function written(report: Report, format: Format, colours: Paint = paint(false)): string {
  switch (format) {
    case "text":
      return reportText(report, colours);
    case "markdown":
      return reportMarkdown(report);
    case "json":
      return `${JSON.stringify(report, null, 2)}\n`;
    case "sarif":
      return `${JSON.stringify(reportSarif(report, version()), null, 2)}\n`;
    case "junit":
      return reportJunit(report);
  }
}

function version(): string {
  return (JSON.parse(readFileSync(`${packageRoot()}/package.json`, "utf8")) as { version: string }).version;
}
