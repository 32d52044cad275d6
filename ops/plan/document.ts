import type { Finding, GraphResource } from "../../policies/graph";
import { findingsOf } from "./findings";
import type { Recording } from "./program";
import { type Summary, summarize, targetOf } from "./summary";
import { shownGraph } from "./view";

/** A plan, as `bulwark plan --json` prints it: no secret, no clock, no random value, no path of the machine. */
export interface PlanDocument {
  /** Of this format. */
  readonly version: 1;
  readonly stack: string;
  /** `compose`, `microk8s`, `aws`, or several joined by `+`. */
  readonly target: string;
  /** Sorted by URN. */
  readonly resources: readonly GraphResource[];
  readonly findings: readonly Finding[];
  readonly summary: Summary;
}

/** The plan of a recorded program. */
export function planDocument(recording: Recording, root: string): PlanDocument {
  const graph = shownGraph(recording, root);
  return {
    version: 1,
    stack: recording.stack,
    target: targetOf(graph),
    resources: graph.resources,
    findings: findingsOf(graph, root),
    summary: summarize(graph, recording.locked),
  };
}
