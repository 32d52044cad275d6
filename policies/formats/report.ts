import type { Finding } from "../graph";

/** How many findings of each kind there are. */
export interface Counts {
  readonly blocking: number;
  readonly advisory: number;
  readonly undetermined: number;
  readonly exempt: number;
}

/** Counts findings by what they mean for the reader. */
export function countsOf(findings: readonly Finding[]): Counts {
  const of = (test: (finding: Finding) => boolean) => findings.filter(test).length;
  return {
    blocking: of((each) => each.status === "fail" && each.level === "mandatory"),
    advisory: of((each) => each.status === "fail" && each.level === "advisory"),
    undetermined: of((each) => each.status === "undetermined"),
    exempt: of((each) => each.status === "exempt"),
  };
}

/** The counts as one sentence. */
export function summaryOf(findings: readonly Finding[]): string {
  const { blocking, advisory, undetermined, exempt } = countsOf(findings);
  return `${blocking} blocking, ${advisory} advisory, ${undetermined} undetermined, ${exempt} exempt`;
}

/** Findings by rule, in the order in which the rules first appear. */
export function byPolicy(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.policy);
    if (group === undefined) groups.set(finding.policy, [finding]);
    else group.push(finding);
  }
  return groups;
}

/** Type and name of a resource, for people: the rest of a URN is the same in the whole report. */
export function resourceName(urn: string): string {
  const [, , types = "", ...name] = urn.split("::");
  return name.length === 0 ? urn : `${types.split("$").at(-1)} ${name.join("::")}`;
}

/** Findings of the head that the base does not have: same rule, resource and message. */
export function newFindings(base: readonly Finding[], head: readonly Finding[]): Finding[] {
  const key = (each: Finding) => [each.policy, each.urn, each.status, each.message].join("\0");
  const known = new Set(base.map(key));
  return head.filter((each) => !known.has(key(each)));
}
