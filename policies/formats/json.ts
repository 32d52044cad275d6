import type { Finding } from "../graph";
import { countsOf } from "./report";

/** Findings for programs: `{ version, findings, summary }`. */
export function asJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ version: 1, findings, summary: countsOf(findings) }, null, 2)}\n`;
}
