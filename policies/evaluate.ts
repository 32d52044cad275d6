import type { Environment } from "../components/core/environment";
import { configured, type PolicyConfiguration } from "./configuration";
import { EMPTY_REGISTER, type Exemption, type ExemptionRegister, markExempt, registerFindings } from "./exemptions";
import type { Finding, ResourceGraph, Severity } from "./graph";
import { Guard } from "./guard";
import { Graph, type Subject } from "./join";
import { RULES } from "./registry";
import type { Level, Rule } from "./rule";

/** How {@link evaluate} is to judge. */
export interface EvaluateOptions {
  /** Tier of the stack: it decides which rules block. A stack that names none is judged as `prod`. */
  readonly environment: Environment;
  /** Changes to rules, by rule id. */
  readonly config?: PolicyConfiguration;
  /** What is exempt, from {@link parseExemptions}. */
  readonly exemptions?: ExemptionRegister;
  /** The moment at which exemptions must still hold. */
  readonly now: Date;
  /** Whether the graph marks secrets. Default: yes. */
  readonly secretsMarked?: boolean;
  /** Whether to judge the register of exemptions as well. Default: yes. */
  readonly registerToo?: boolean;
  /** Told each property that a rule reads. */
  readonly onRead?: (rule: string, urn: string, steps: readonly (string | number)[]) => void;
  /** Rules to run. Default: all. */
  readonly rules?: readonly Rule[];
  /** Whether a rule is asked about a resource. Default: yes. Whatever it joins with, it sees all the same. */
  readonly asks?: (rule: Rule, urn: string) => boolean;
}

const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];

/**
 * Runs the rules over a graph. The work grows with the resources: each rule sees only the resources of its types.
 *
 * @returns Findings, the most severe first, then by rule, resource and message.
 * @throws ArgumentError when the configuration names an unknown rule or setting.
 */
export function evaluate(graph: ResourceGraph, options: EvaluateOptions): Finding[] {
  return unsorted(graph, options).sort(inOrder);
}

/** As {@link evaluate}, in the order in which they are found: for whoever keeps only a few of them. */
export function unsorted(graph: ResourceGraph, options: EvaluateOptions): Finding[] {
  const rules = options.rules ?? RULES;
  const configuration = configured(options.config ?? {}, RULES);
  let reading = "";
  const onRead = options.onRead;
  const index = new Graph(
    graph.resources,
    onRead === undefined ? undefined : (urn, steps) => onRead(reading, urn, steps),
  );
  const findings: Finding[] = [];
  for (const rule of rules) {
    const { level, settings } = configuration.of(rule, options.environment);
    if (level === "off") continue;
    reading = rule.id;
    const context = {
      graph: index,
      environment: options.environment,
      settings,
      secretsMarked: options.secretsMarked ?? true,
    };
    for (const subject of index.ofType(rule.types)) {
      if (options.asks?.(rule, subject.urn) === false) continue;
      const guard = new Guard();
      guard.attempt(() => rule.check(subject, guard, context));
      // Nearly always: a list made for nothing a hundred thousand times is felt.
      if (guard.silent) continue;
      for (const finding of findingsOf(rule, level, subject, guard)) findings.push(finding);
    }
  }
  const register = options.exemptions ?? EMPTY_REGISTER;
  const used = new Set<Exemption>();
  const marked = markExempt(findings, register, options.now, used);
  const own = options.registerToo === false ? [] : registerFindings(register, options.now, RULES, graph, used);
  return own.length === 0 ? marked : [...marked, ...own];
}

/** Whether a finding stops a change: it is mandatory, and nobody exempted it. */
export function blocks(finding: Finding): boolean {
  return finding.level === "mandatory" && finding.status !== "exempt";
}

function findingsOf(rule: Rule, level: Exclude<Level, "off">, subject: Subject, guard: Guard): Finding[] {
  const base = { policy: rule.id, urn: subject.urn, remedy: rule.remedy };
  const failed = guard.violations.map(
    (violation): Finding => ({
      ...base,
      severity: violation.severity ?? rule.severity,
      level: violation.advisory === true ? "advisory" : level,
      status: "fail",
      message: violation.message,
    }),
  );
  const undetermined = [...guard.undetermined].map(
    ([path, why]): Finding => ({
      ...base,
      severity: rule.severity,
      level: rule.severity === "critical" ? level : "advisory",
      status: "undetermined",
      message: `${path} ${why}`,
    }),
  );
  return [...failed, ...undetermined];
}

/** The most severe first, then by rule, resource and message. */
export function inOrder(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compare(a.policy, b.policy) ||
    compare(a.urn, b.urn) ||
    compare(a.status, b.status) ||
    compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
