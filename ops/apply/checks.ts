import type { Approval, Bundle } from "../approval/bundle";
import { changeDigests, changesDigest } from "../approval/digest";
import { type Facts, factDifferences } from "../approval/facts";
import { unverified } from "../approval/signature";
import { type StateDigest, stateDifference } from "../approval/state";
import { type ChangeSet, DECISIONS, type Decision, type Report, type WindowStatus } from "../change/model";
import { spelled } from "../gate/calendar/status";

/** Why a bundle is not applied. */
export interface Refusal {
  readonly decision: Decision;
  readonly text: string;
}

const refusal = (decision: Decision, text: string): Refusal => ({ decision, text });

/** What is wrong with the signatures of a bundle: every one of them has to hold. */
export function signatureRefusals({ text, signatures }: Bundle, signers: string): Refusal[] {
  return signatures.flatMap((each) => {
    const problem = unverified(text, each, signers);
    return problem === undefined
      ? []
      : [refusal("not-understood", `the approval is not signed as it says: ${problem}`)];
  });
}

/** Whether the moment is within the life of the approval. */
export function expiryRefusals({ created, expires }: Approval, now: Date): Refusal[] {
  const ended = (now.getTime() - Date.parse(expires)) / 1000;
  if (ended >= 0) return [refusal("stale", `the approval expired ${spelled(ended)} ago: approve again`)];
  return now.getTime() < Date.parse(created) - 300_000
    ? [refusal("stale", "the approval is from the future: one of the two clocks is wrong")]
    : [];
}

/** What is another program, another configuration or another tool than approved. */
export function factRefusals({ facts }: Approval, now: Facts): Refusal[] {
  return factDifferences(facts, now).map((text) => refusal("stale", text));
}

/** Whether the state is the one that the approver saw. */
export function stateRefusals({ state }: Approval, now: StateDigest): Refusal[] {
  const difference = stateDifference(state, now);
  return difference === undefined ? [] : [refusal("stale", `the state is another one: ${difference}`)];
}

/** Whether a fresh preview makes exactly the changes that were approved. */
export function changeRefusals({ changes }: Approval, set: ChangeSet): Refusal[] {
  if (changesDigest(set) === changes.digest) return [];
  const now = changeDigests(set);
  const urns = [...new Set([...Object.keys(changes.each), ...Object.keys(now)])].sort();
  const told = urns.flatMap((urn) => {
    if (changes.each[urn] === now[urn]) return [];
    if (now[urn] === undefined) return [`${urn} would not be changed any more`];
    return [changes.each[urn] === undefined ? `${urn} would be changed as well` : `${urn} would be changed otherwise`];
  });
  const more = told.length > 3 ? `; and ${told.length - 3} more` : "";
  return [refusal("stale", `the preview shows other changes: ${told.slice(0, 3).join("; ")}${more}`)];
}

/** What today's judgement says that no approval makes up for. */
export function verdictRefusals({ accepted }: Approval, { verdict, changes }: Report): Refusal[] {
  const lost = changes.filter(({ risk, urn }) => risk === "data-loss" && !accepted.includes(urn));
  return [
    ...verdict.because
      .filter(({ decision }) => decision === "not-understood" || decision === "policy")
      .map(({ decision, text }) => refusal(decision, text)),
    ...lost.map(({ urn }) => refusal("stateful", `data of ${urn} can be lost, and nobody accepted that`)),
  ];
}

/** Whether every calendar lets the changes be made now. */
export function windowRefusals(windows: readonly (WindowStatus | undefined)[]): Refusal[] {
  return windows.flatMap((each) => (each === undefined || each.open ? [] : [refusal("outside-window", each.text)]));
}

const ORDER: readonly Decision[] = ["not-understood", "stale", "stateful", "policy", "outside-window"];

/** The exit code of refusals: that of the worst. */
export function exitCodeOf(refusals: readonly Refusal[]): number {
  const worst = ORDER.find((decision) => refusals.some((each) => each.decision === decision));
  return worst === undefined ? 0 : DECISIONS[worst];
}
