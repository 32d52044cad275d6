import type { Finding, GraphResource } from "../../policies/graph";

/** What a change puts at risk, the worst first. */
export const RISKS = ["data-loss", "downtime", "security", "cost", "routine"] as const;

/** What a change puts at risk. */
export type Risk = (typeof RISKS)[number];

/**
 * What is done to a resource. `forget`: it leaves the state and stays in the world. `move`: only its URN or its options (protect) change.
 */
export const OPERATIONS = ["create", "update", "replace", "delete", "import", "forget", "move"] as const;

/** What is done to a resource. */
export type Operation = (typeof OPERATIONS)[number];

/** One property that changes. Its values are masked. */
export interface PropertyChange {
  /** `spec.template.spec.containers[0].image` */
  readonly path: string;
  /** Absent when the property is new. */
  readonly before?: unknown;
  /** Absent when the property goes away. */
  readonly after?: unknown;
  /** Whether this property forces the replacement. */
  readonly replaces: boolean;
}

/** Why a change is in a risk group. */
export interface Reason {
  /** Stable id of the judgement: `stateful-replaced`. */
  readonly id: string;
  readonly risk: Risk;
  /** One sentence; never a value of a property that is not masked. */
  readonly text: string;
}

/** Inputs of a resource, for judging alone: NOT masked, and so never printed. */
export type State = Readonly<Record<string, unknown>>;

/** A change as a reader takes it from a preview or from two plans, before anything is judged. */
export interface RawChange {
  readonly urn: string;
  /** Type token. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly operation: Operation;
  /** False for components. */
  readonly custom: boolean;
  /** Inputs before; absent for a creation. */
  readonly before?: State;
  /** Inputs after; absent for a deletion. */
  readonly after?: State;
  /** What differs. Masked. */
  readonly properties: readonly PropertyChange[];
  /** Paths whose values only the update knows. */
  readonly unknown: readonly string[];
  /** `protect` before and after. */
  readonly protect: { readonly before: boolean; readonly after: boolean };
  /** Provider reference after, else before. */
  readonly provider?: string;
  /** URN of the parent, if it has one besides the stack. */
  readonly parent?: string;
  /** URNs that it depends on. */
  readonly dependencies: readonly string[];
  /** Whether the old one is deleted before the new one exists. */
  readonly deleteBeforeReplace: boolean;
  /** URN that it had before, when an alias moved it. */
  readonly movedFrom?: string;
}

/** A change with its risk. */
export interface Change extends RawChange {
  /** Name for a reader: `Volume db-data`, with the component it belongs to. */
  readonly title: string;
  /** The worst of {@link reasons}; routine when there is none. */
  readonly risk: Risk;
  /** The worst first. */
  readonly reasons: readonly Reason[];
  /** Whether it holds what cannot be made again. */
  readonly stateful: boolean;
  /** Properties that force the replacement. */
  readonly forcedBy: readonly string[];
  /** URNs of changes that this one drags along. */
  readonly cascade: readonly string[];
  /** URN of the change that drags this one along. */
  readonly causedBy?: string;
  /** URN of the deletion (or creation) that makes the pair look like a rename. */
  readonly renameOf?: string;
}

/** Where changes were read from. */
export type Source = "preview" | "preview-stream" | "plans" | "refs";

/** All that a preview, or a pair of plans, changes. */
export interface ChangeSet {
  readonly source: Source;
  /** Name of the stack, from its URNs. */
  readonly stack: string;
  readonly project: string;
  readonly changes: readonly RawChange[];
  /** How many resources stay as they are. */
  readonly unchanged: number;
  /** Whether the stack had nothing before. */
  readonly firstDeploy: boolean;
  /** When the preview was made, if it says so. ISO 8601. */
  readonly madeAt?: string;
  /** Resources after the change, for the policies. Not masked. */
  readonly resources: readonly GraphResource[];
  /** Resources before the change, for the policies. Not masked. */
  readonly base: readonly GraphResource[];
  /** Whether resources that stay as they are were left out, as a preview digest does: rules that need the whole program cannot judge it. */
  readonly partial: boolean;
  /** What the preview said went wrong; whatever else it shows is not all there is. Masked. */
  readonly errors: readonly string[];
  /** Replaces what was recognised as a secret anywhere in the input. */
  readonly mask: (text: string) => string;
  /** Findings that the input itself carried (policy packs of the engine). */
  readonly findings: readonly Finding[];
  /** Names of the policy packs that ran in the preview. */
  readonly packs: readonly string[];
}

/** What the gate decides, the exit codes of the command. */
export const DECISIONS = {
  allow: 0,
  "needs-approval": 20,
  stateful: 21,
  policy: 22,
  "outside-window": 23,
  stale: 24,
  "not-understood": 25,
} as const;

/** What the gate decides. */
export type Decision = keyof typeof DECISIONS;

/** The decision with all that speaks for it. */
export interface Verdict {
  readonly decision: Decision;
  readonly exitCode: (typeof DECISIONS)[Decision];
  /** One line: `BLOCK: 1 change can lose data`. */
  readonly line: string;
  /** Every decision that some part of the input asks for, the worst first; the first is {@link decision}. */
  readonly because: readonly { readonly decision: Decision; readonly text: string }[];
}

/** What the calendar says of a moment. */
export interface WindowStatus {
  readonly open: boolean;
  /** The window, the freeze or the emergency that decides; absent when no window is open. */
  readonly name?: string;
  readonly kind: "window" | "freeze" | "none" | "emergency" | "always";
  /** One sentence. */
  readonly text: string;
  /** When the window that is open closes. ISO 8601. */
  readonly until?: string;
  /** When the next window that is long enough opens. ISO 8601. */
  readonly next?: string;
  /** Estimated duration in seconds. */
  readonly runway: number;
}

/** What changes cost more (or less, when negative) a month at list prices. What is paid for by use is never in the sums. */
export interface Cost {
  readonly currency: string;
  /** Region of the lower figure; the higher one holds for dearer regions. */
  readonly region: string;
  /** Month of the prices. */
  readonly date: string;
  readonly source: string;
  readonly low: number;
  readonly high: number;
  /** How many changes have a price. */
  readonly priced: number;
  /** What may cost something, nobody knows how much. */
  readonly unknown: readonly { readonly urn: string; readonly why: string }[];
  /** Prices of what is paid for by use. */
  readonly usage: readonly string[];
}

/** A change as it is printed. */
export type ShownChange = Omit<Change, "before" | "after">;

/** All that is printed, in every format. Nothing in it needs masking any more. */
export interface Report {
  /** Of this format. */
  readonly version: 1;
  readonly stack: string;
  readonly project: string;
  readonly source: Source;
  readonly verdict: Verdict;
  /** By risk, the worst first; within one risk by URN. */
  readonly changes: readonly ShownChange[];
  readonly counts: Readonly<Record<Risk, number>>;
  readonly unchanged: number;
  /** Policy findings that the base did not have. */
  readonly findings: readonly Finding[];
  readonly window?: WindowStatus;
  /** Absent when nothing in AWS changes. */
  readonly cost?: Cost;
  /** What to think of besides: backups that run in the window. Absent when there is nothing. */
  readonly warnings?: readonly string[];
}
