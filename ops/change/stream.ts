import type { Finding } from "../../policies/graph";
import { NOT_KNOWN } from "../../policies/view";

import { gather } from "./gather";
import { Masker } from "./mask";
import type { ChangeSet } from "./model";
import { type Fields, fieldsOf, isFields, NotUnderstood, onlyKnown, textOf, textsOf } from "./not-understood";
import { detailedOf, isStack, type Step, sideOf, type Writable } from "./steps";

const EVENTS = new Set([
  ...["sequence", "timestamp", "preludeEvent", "summaryEvent", "cancelEvent", "resourcePreEvent", "resOutputsEvent"],
  ...["resOpFailedEvent", "diagnosticEvent", "stdoutEvent", "policyEvent", "policyRemediationEvent", "policyLoadEvent"],
  ...["policyAnalyzeSummaryEvent", "policyRemediateSummaryEvent", "policyAnalyzeStackSummaryEvent", "progressEvent"],
  ...["startDebuggingEvent", "errorEvent"],
]);

/** Reads the engine's events as `pulumi preview --json` streams them: one JSON object a line. */
export function readStream(events: readonly Fields[]): ChangeSet {
  const masker = new Masker();
  const steps: Step[] = [];
  const errors: string[] = [];
  const findings: Finding[] = [];
  const packs = new Set<string>();
  let summary: Fields | undefined;
  let begun = false;
  let ended = false;
  let last = -1;
  let made = 0;
  for (const event of events) {
    onlyKnown(event, EVENTS, "an event");
    const sequence = event["sequence"];
    if (typeof sequence !== "number" || sequence <= last)
      throw new NotUnderstood("the events are not in order of their sequence numbers");
    if (ended) throw new NotUnderstood("an event comes after the last one");
    last = sequence;
    if (typeof event["timestamp"] === "number") made = Math.max(made, event["timestamp"]);
    if (event["preludeEvent"] !== undefined) begun = true;
    if (isFields(event["resourcePreEvent"])) {
      // Policy packs are loaded, and may say something, before the prelude; resources never come before it.
      if (!begun) throw new NotUnderstood("its beginning is missing");
      steps.push(stepOf(event["resourcePreEvent"]));
    }
    if (isFields(event["diagnosticEvent"]) && event["diagnosticEvent"]["severity"] === "error")
      errors.push(String(event["diagnosticEvent"]["message"] ?? "an error"));
    if (event["errorEvent"] !== undefined || event["resOpFailedEvent"] !== undefined)
      errors.push("an operation failed");
    if (isFields(event["policyEvent"])) findings.push(findingOf(event["policyEvent"], masker));
    if (isFields(event["policyAnalyzeSummaryEvent"]))
      packs.add(String(event["policyAnalyzeSummaryEvent"]["policyPackName"]));
    if (isFields(event["summaryEvent"])) summary = event["summaryEvent"];
    if (event["cancelEvent"] !== undefined) ended = true;
  }
  if (events[0]?.["sequence"] !== 0 || !begun) throw new NotUnderstood("its beginning is missing");
  if (summary === undefined || !ended) throw new NotUnderstood("it is cut off: its end is missing");
  if (summary["isPreview"] !== true) throw new NotUnderstood("these are the events of an update, not of a preview");
  if (summary["maybeCorrupt"] === true) throw new NotUnderstood("the engine says that the preview may be corrupt");
  if (summary["result"] === "failed" && errors.length === 0) errors.push("the preview failed");
  if (!steps.some((step) => isStack(step.urn))) throw new NotUnderstood("the step of the stack is missing");
  return gather(
    steps,
    {
      source: "preview-stream",
      summary: summary["resourceChanges"],
      partial: false,
      errors,
      findings,
      packs: [...packs],
      ...(made === 0 ? {} : { madeAt: new Date(made * 1000).toISOString() }),
    },
    masker,
  );
}

function stepOf(event: Fields): Step {
  const fields = fieldsOf(event["metadata"], "the metadata of a step");
  const urn = textOf(fields["urn"], "the URN of a step");
  const before = sideOf(fields["old"], urn);
  const after = sideOf(fields["new"], urn);
  const step: Writable<Step> = {
    op: textOf(fields["op"], `the operation of ${urn}`),
    urn,
    keys: textsOf(fields["keys"], `the reasons of ${urn}`),
    diffs: textsOf(fields["diffs"], `the differences of ${urn}`),
    detailed: detailedOf(fields["detailedDiff"], "diffKind", urn),
  };
  if (before !== undefined) step.old = before;
  if (after !== undefined) step.new = after;
  return step;
}

const SEVERITIES = ["critical", "high", "medium", "low"] as const;

/** A finding of a policy pack that the engine itself ran. */
function findingOf(event: Fields, masker: Masker): Finding {
  const severity = SEVERITIES.find((each) => each === event["severity"]);
  const message = masker.text(String(event["message"] ?? "")).trim();
  return {
    policy: textOf(event["policyName"], "the name of a policy"),
    severity: severity ?? "medium",
    level: event["enforcementLevel"] === "mandatory" ? "mandatory" : "advisory",
    urn: String(event["resourceUrn"] ?? ""),
    status: message.includes(NOT_KNOWN) ? "undetermined" : "fail",
    message,
    remedy: `see the policy pack ${String(event["policyPackName"] ?? "of the engine")}`,
  };
}
