import { gather } from "./gather";
import { Masker } from "./mask";
import type { ChangeSet } from "./model";
import { type Fields, fieldsOf, listOf, NotUnderstood, onlyKnown, textOf, textsOf } from "./not-understood";
import { detailedOf, isStack, type Step, sideOf, type Writable } from "./steps";

const KNOWN = new Set(["config", "steps", "diagnostics", "duration", "changeSummary", "maybeCorrupt"]);
const KNOWN_OF_STEP = new Set([
  ...["op", "urn", "provider", "oldState", "newState"],
  ...["diffReasons", "replaceReasons", "detailedDiff"],
]);

/** Whether a document is what `pulumi preview --json` prints. */
export function isDigest(document: Fields): boolean {
  return "changeSummary" in document || "steps" in document || "diagnostics" in document;
}

/** Reads what `pulumi preview --json` prints. It has no version of its own, so anything unknown in it ends the reading. */
export function readDigest(document: Fields): ChangeSet {
  onlyKnown(document, KNOWN, "the preview");
  if (document["maybeCorrupt"] === true) throw new NotUnderstood("the engine says that the preview may be corrupt");
  const steps = listOf(document["steps"], "steps").map(stepOf);
  const errors = listOf(document["diagnostics"], "diagnostics").flatMap((each) => {
    const fields = fieldsOf(each, "a diagnostic");
    return fields["severity"] === "error" ? [String(fields["message"] ?? "an error")] : [];
  });
  if (!steps.some((step) => isStack(step.urn)))
    throw new NotUnderstood("the step of the stack is missing: the preview is cut off");
  return gather(
    steps,
    { source: "preview", summary: document["changeSummary"], partial: true, errors, findings: [], packs: [] },
    new Masker(),
  );
}

function stepOf(value: unknown): Step {
  const fields = fieldsOf(value, "a step");
  const urn = textOf(fields["urn"], "the URN of a step");
  onlyKnown(fields, KNOWN_OF_STEP, `the step of ${urn}`);
  const before = sideOf(fields["oldState"], urn);
  const after = sideOf(fields["newState"], urn);
  const step: Writable<Step> = {
    op: textOf(fields["op"], `the operation of ${urn}`),
    urn,
    keys: textsOf(fields["replaceReasons"], `the reasons of ${urn}`),
    diffs: textsOf(fields["diffReasons"], `the differences of ${urn}`),
    detailed: detailedOf(fields["detailedDiff"], "kind", urn),
  };
  if (before !== undefined) step.old = before;
  if (after !== undefined) step.new = after;
  return step;
}
