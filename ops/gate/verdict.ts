import { blocks } from "../../policies/evaluate";
import type { Finding } from "../../policies/graph";
import { type Change, DECISIONS, type Decision, type Risk, type Verdict, type WindowStatus } from "../change/model";

/** All that a verdict is made of. */
export interface Evidence {
  readonly changes: readonly Change[];
  /** New ones alone. */
  readonly findings: readonly Finding[];
  /** What the preview said went wrong. */
  readonly errors: readonly string[];
  readonly window?: WindowStatus;
  /** Why the preview is too old to be judged, if it is. */
  readonly stale?: string;
}

/** The worst first: a preview that is not understood or stale says nothing, and no window makes up for lost data. */
const ORDER: readonly Decision[] = [
  "not-understood",
  "stale",
  "stateful",
  "policy",
  "outside-window",
  "needs-approval",
  "allow",
];

const WORDS: Readonly<Record<Risk, string>> = {
  "data-loss": "can lose data",
  downtime: "interrupts a service",
  security: "alters security",
  cost: "alters cost",
  routine: "is routine",
};

/** Decides. */
export function verdictOf(evidence: Evidence): Verdict {
  const because = reasons(evidence).sort((a, b) => ORDER.indexOf(a.decision) - ORDER.indexOf(b.decision));
  const decision = because[0]?.decision ?? "allow";
  const told = because.filter((each) => each.decision !== "allow" || decision === "allow").map(({ text }) => text);
  return { decision, exitCode: DECISIONS[decision], line: `${headline(decision)}: ${told.join("; ")}`, because };
}

function headline(decision: Decision): string {
  return decision === "allow" ? "ALLOW" : decision === "needs-approval" ? "NEEDS APPROVAL" : "BLOCK";
}

function reasons({ changes, findings, errors, window, stale }: Evidence): { decision: Decision; text: string }[] {
  const of = (risk: Risk) => changes.filter((change) => change.risk === risk).length;
  const said = (risk: Risk): string =>
    of(risk) === 1 ? `1 change ${WORDS[risk]}` : `${of(risk)} changes ${plural(WORDS[risk])}`;
  const mandatory = findings.filter(blocks).length;
  const found: { decision: Decision; text: string }[] = [];
  const [error] = errors;
  if (error !== undefined)
    found.push({ decision: "not-understood", text: `the preview itself failed: ${firstLine(error)}` });
  if (stale !== undefined) found.push({ decision: "stale", text: stale });
  if (of("data-loss") > 0) found.push({ decision: "stateful", text: said("data-loss") });
  if (mandatory > 0)
    found.push({ decision: "policy", text: `${mandatory} new policy ${mandatory === 1 ? "violation" : "violations"}` });
  if (window !== undefined && !window.open && changes.length > 0)
    found.push({ decision: "outside-window", text: window.text });
  for (const risk of ["downtime", "security", "cost"] as const)
    if (of(risk) > 0) found.push({ decision: "needs-approval", text: said(risk) });
  found.push({ decision: "allow", text: changes.length === 0 ? "nothing changes" : said("routine") });
  return found;
}

function plural(words: string): string {
  return words
    .replace(/^can /, "can ")
    .replace(/^interrupts/, "interrupt")
    .replace(/^alters/, "alter")
    .replace(/^is /, "are ");
}

function firstLine(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, 300);
}
