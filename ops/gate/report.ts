import type { Finding } from "../../policies/graph";
import { SECRET } from "../../policies/graph";
import { costOf } from "../change/cost";
import {
  type Change,
  type ChangeSet,
  type Report,
  RISKS,
  type Risk,
  type ShownChange,
  type Verdict,
  type WindowStatus,
} from "../change/model";

/** What a report is made of. */
export interface Parts {
  readonly set: ChangeSet;
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  readonly window?: WindowStatus;
  /** What to think of besides. */
  readonly warnings: readonly string[];
}

/** Puts everything together that is printed, and takes out once more what was recognised as a secret anywhere. */
export function reportOf({ set, changes, findings, verdict, window, warnings }: Parts): Report {
  const counts = Object.fromEntries(RISKS.map((risk) => [risk, changes.filter((each) => each.risk === risk).length]));
  const cost = costOf(set);
  const report: Report = {
    version: 1,
    stack: set.stack,
    project: set.project,
    source: set.source,
    verdict,
    changes: changes.map(shown),
    counts: counts as Record<Risk, number>,
    unchanged: set.unchanged,
    findings,
    ...(window === undefined ? {} : { window }),
    ...(cost === undefined ? {} : { cost }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
  return clean(report, set.mask);
}

function shown({ before: _before, after: _after, ...rest }: Change): ShownChange {
  return rest;
}

/**
 * Masks every text of a value; the value itself where nothing is masked. URNs are compared with other files, so they stay whole: names are no
 * secrets.
 */
function clean<T>(value: T, mask: (text: string) => string): T {
  return cleaned(value, mask) as T;
}

function cleaned(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === "string") return value === SECRET || value.startsWith("urn:pulumi:") ? value : mask(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((each) => cleaned(each, mask));
    return items.some((each, index) => each !== value[index]) ? items : value;
  }
  let copy: Record<string, unknown> | undefined;
  for (const key in value) {
    const each = (value as Record<string, unknown>)[key];
    const masked = cleaned(each, mask);
    if (masked === each) continue;
    copy ??= { ...value };
    copy[key] = masked;
  }
  return copy ?? value;
}

/** Titles of the sections. */
export const TITLES: Readonly<Record<Risk, string>> = {
  "data-loss": "Data loss",
  downtime: "Downtime",
  security: "Security",
  cost: "Cost",
  routine: "Routine",
};

/** The changes of a report by risk, the worst first; empty sections are left out. */
export function sections(report: Report): readonly { readonly risk: Risk; readonly changes: readonly ShownChange[] }[] {
  return RISKS.map((risk) => ({ risk, changes: report.changes.filter((each) => each.risk === risk) })).filter(
    ({ changes }) => changes.length > 0,
  );
}

/** A value for a reader, in one line. */
export function inline(value: unknown, longest = 80): string {
  if (value === undefined) return "(nothing)";
  const text = (typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value))).replace(
    /\s+/g,
    " ",
  );
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
