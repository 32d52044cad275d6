/** Stands in a graph for a value that must not be shown. */
export const SECRET = "[secret]";
/** Stands in a graph for a value that is only known after the update. */
export const UNKNOWN = "[unknown]";

/** One resource of a program, as a plan, a preview or a state file describes it. */
export interface GraphResource {
  readonly urn: string;
  /** Type token: `docker:index/container:Container`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** URN of the parent, if it has one besides the stack. */
  readonly parent?: string;
  /** False for components. */
  readonly custom: boolean;
  /** Provider reference. */
  readonly provider?: string;
  readonly protect: boolean;
  /** Inputs, with {@link SECRET} and {@link UNKNOWN} in place of values. */
  readonly props: Readonly<Record<string, unknown>>;
  /** URNs that must exist first. */
  readonly dependencies: readonly string[];
  /** URNs by input property. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/** All resources of a program, sorted by URN. */
export interface ResourceGraph {
  readonly resources: readonly GraphResource[];
}

/** Severity of a finding. */
export type Severity = "critical" | "high" | "medium" | "low";

/** What a rule says of one resource. */
export interface Finding {
  /** Rule id. */
  readonly policy: string;
  readonly severity: Severity;
  /** Whether it blocks. */
  readonly level: "mandatory" | "advisory";
  readonly urn: string;
  readonly status: "fail" | "undetermined" | "exempt";
  readonly message: string;
  readonly remedy: string;
}
