import type * as pulumi from "@pulumi/pulumi";
import type { CloudWatching } from "./cloud-alarm";
import type { NetworkPath } from "./links";
import type { Duration } from "./units";

/** How urgent an alert is. `none` is only for the heartbeat. */
export type Severity = "critical" | "warning" | "info" | "none";

/** All severities, most urgent first. */
export const SEVERITIES = ["critical", "warning", "info", "none"] as const satisfies readonly Severity[];

/** What every alert rule lets its user change. */
export interface RuleTuning {
  /** How long the condition must hold. */
  readonly for?: Duration;
  readonly severity?: Severity;
  /** Team that is told. */
  readonly team?: string;
  /** Whether the rule exists at all. Default: yes. */
  readonly enabled?: boolean;
}

/**
 * An alert rule as data. In `expr`, `summary` and `description`, `$<parameter>` stands for a parameter's value; `{$job}`, `{$service}` and
 * `{$bucket}` in `expr` are the places where a rule that holds for some jobs or services only gets its matcher.
 */
export interface RuleDefinition {
  readonly expr: string;
  /** Numbers of the expression, by name. All of them can be changed. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly for: Duration;
  readonly severity: Severity;
  readonly team: string;
  /** Alerts about the same thing share a group: a critical one keeps the warnings of its group quiet. */
  readonly group: string;
  readonly summary: string;
  readonly description: string;
  /** Dashboard that shows the cause. */
  readonly dashboard: DashboardName;
}

/** Alert rules by name. */
export type RuleTable = Readonly<Record<string, RuleDefinition>>;

/** Changes to the rules of a table: parameters, `for`, severity, team, or leaving a rule out. */
export type Tuning<T extends RuleTable> = {
  readonly [Name in keyof T]?: RuleTuning & { readonly [P in keyof T[Name]["parameters"]]?: number };
};

/** Dashboards that Bulwark brings, by the id that their addresses have. */
export type DashboardName =
  | "overview"
  | "services"
  | "security"
  | "postgres"
  | "redis"
  | "host"
  | "containers"
  | "kubernetes"
  | "backups"
  | "edge"
  | "alerts";

/** A rule with everything filled in, ready to be rendered. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: Duration;
  readonly severity: Severity;
  readonly team: string;
  readonly group: string;
  readonly summary: string;
  readonly description: string;
  readonly dashboard: DashboardName;
  /** Labels that tell rules of one name apart. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A series that is computed once and read by several rules. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** Where Prometheus fetches metrics. */
export interface ScrapeTarget {
  /** Value of the label `job`: the component's name. */
  readonly job: string;
  /** `host:port` of each replica. */
  readonly addresses: readonly string[];
  /** MicroK8s: where the replicas are found as they come and go, instead of by {@link addresses}. */
  readonly endpoints?: { readonly namespace: string; readonly service: string; readonly port: string };
  /** Path of the metrics. Default: `/metrics`. */
  readonly path?: string;
  /** Labels of every series of the target. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Rules of one kind, tuned alike for the jobs that are named. */
export interface RuleSource {
  /** Kind of rules: sources of one kind with the same tuning become one set of rules. */
  readonly kind: string;
  /** Jobs (and service names) that the rules are about. */
  readonly jobs: readonly string[];
  /** The tuning, as it decides whether two sources are the same. */
  readonly tuning: object;
  /** The rules, limited to some jobs. */
  rules(scope: Scope): readonly AlertRule[];
  /** Series that the rules read. The same for every tuning. */
  readonly records?: readonly RecordingRule[];
}

/** Jobs that a set of rules is limited to; without jobs it holds for all. */
export interface Scope {
  readonly jobs?: readonly string[];
}

/** A server whose statistics an exporter of the monitoring stack reads. */
export interface ExporterNeed {
  readonly kind: "postgres" | "redis";
  readonly host: string;
  readonly port: number;
  readonly database?: string;
  /** User that may read statistics only. */
  readonly username: string;
  readonly password: pulumi.Output<string>;
  /** The way from the exporter to the server. */
  readonly path: NetworkPath;
  /** What must be ready before the exporter starts. */
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
}

/** A server that is asked from outside, as its clients do. */
export interface ProbeNeed {
  /** Module of the blackbox exporter. */
  readonly module: "http_2xx" | "https_own_ca" | "tcp_own_ca" | "edge_public" | "edge_internal";
  readonly address: string;
  /** Host names that an edge is asked under, one probe each. Default: the one in the address. */
  readonly hosts?: pulumi.Output<readonly string[]>;
  /** The way from the blackbox exporter to it. */
  readonly path: NetworkPath;
}

/** Port of the collector of traces, OTLP over gRPC. */
export const TRACES_PORT = 4317;

/** What a component contributes to the watching of the stack. */
export interface Monitoring {
  /** The component's name. */
  readonly component: string;
  /** Where its metrics are. */
  readonly targets: readonly ScrapeTarget[];
  readonly sources: readonly RuleSource[];
  /** Ways from Prometheus to the targets. */
  readonly paths?: readonly NetworkPath[];
  /** Whether it sends traces, over the ways on which Prometheus comes. */
  readonly traces?: boolean;
  readonly exporter?: ExporterNeed;
  readonly probes?: readonly ProbeNeed[];
  readonly dashboards: readonly DashboardName[];
  /** Alarms of CloudWatch and events of EventBridge; on AWS only. */
  readonly cloud?: CloudWatching;
}

/** A component that says how it is watched. */
export interface Monitorable {
  readonly monitoring: Monitoring;
}

/** Whether a value can stand in `watches`. By shape: two copies of the library may be loaded. */
export function isMonitorable(value: unknown): value is Monitorable {
  return typeof value === "object" && value !== null && "monitoring" in value;
}

/** The rules of a table with a tuning applied. */
export function tuned<T extends RuleTable>(table: T, tuning: Tuning<T>, scope: Scope): readonly AlertRule[] {
  return Object.entries<RuleDefinition>(table).flatMap(([alert, rule]) => {
    const change: RuleTuning & Readonly<Record<string, unknown>> = tuning[alert] ?? {};
    if (change.enabled === false) return [];
    const values = Object.fromEntries(
      Object.entries(rule.parameters).map(([name, value]) => [name, Number(change[name] ?? value)]),
    );
    return [
      {
        alert,
        expr: scoped(filled(rule.expr, values), scope),
        for: change.for ?? rule.for,
        severity: change.severity ?? rule.severity,
        team: change.team ?? rule.team,
        group: rule.group,
        summary: filled(rule.summary, values),
        description: filled(rule.description, values),
        dashboard: rule.dashboard,
      },
    ];
  });
}

function filled(text: string, values: Readonly<Record<string, number>>): string {
  return text.replace(/\$(\w+)/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** Fills the places `$job`, `$service` and `$bucket` of an expression's selectors, or empties them. */
function scoped(expr: string, scope: Scope): string {
  const names = scope.jobs?.map((job) => job.replace(/[.]/g, "\\\\.")).join("|");
  return expr
    .replace(/\{\$(job|service|bucket)(,)?/g, (_, label: string, comma: string | undefined) =>
      names === undefined ? "{" : `{${label}=~"${names}"${comma ?? ""}`,
    )
    .replace(/\{\}/g, "");
}
