import type { Finding, ResourceGraph } from "../../policies/graph";

/**
 * What the policy pack says of a graph. The only place that decides how a plan is judged; until the pack is complete it is not.
 */
export function findingsOf(_graph: ResourceGraph): readonly Finding[] {
  return [];
}

/** Whether a finding stops a deployment. */
export function blocks(finding: Finding): boolean {
  return finding.level === "mandatory" && finding.status === "fail";
}
