import type * as pulumi from "@pulumi/pulumi";
import type { RuleDefinition, RuleTuning, Severity } from "./monitorable";
import { type Duration, seconds } from "./units";

/** What a gap in the data means. There is no default: a metric that stops is bad news for some alarms and good news for others. */
export type MissingData = "breaching" | "notBreaching" | "ignore" | "missing";

/** A statistic of CloudWatch. */
export type Statistic = "Average" | "Maximum" | "Minimum" | "Sum" | "SampleCount" | `p${number}`;

/** A metric as a table names it: its dimensions are only the names. */
export interface MetricDefinition {
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: Statistic;
  /** Names of the dimensions; the values are those of the resource that is watched. */
  readonly dimensions: readonly string[];
  /** Dimensions with the same value for every resource. */
  readonly fixed?: Readonly<Record<string, string>>;
}

/** Numbers that a threshold is made of: the parameters of the alarm, which can be tuned, and the size of what is watched. */
export type Numbers = Readonly<Record<string, number>>;

/** An alarm of CloudWatch as data. `F` is what must be known of the resource's size. */
export interface AlarmDefinition<F extends object> {
  readonly metrics: Readonly<Record<string, MetricDefinition>>;
  /** Metric math over the metrics' ids. Default: the only metric. `$<parameter>` stands for a parameter, or for a size of `F`. */
  readonly expression?: string;
  readonly comparison: ">" | ">=" | "<" | "<=";
  /** Worked out of the parameters and the size, so that a larger server has another threshold. Default: the only parameter. */
  readonly threshold?: (parameters: Numbers, size: F) => number;
  readonly parameters: Numbers;
  /** How long the condition must hold. */
  readonly for: Duration;
  /** Length of one datapoint. Default: 1 minute. */
  readonly period?: Duration;
  /** Datapoints within `for` that must breach. Default: all. */
  readonly datapoints?: number;
  readonly missing: MissingData;
  readonly severity: Exclude<Severity, "none">;
  readonly team: string;
  /** Alerts about the same thing share a group, as on the other targets. */
  readonly group: string;
  readonly summary: string;
  readonly description: string;
  /** Symptoms of one incident page once, through a composite alarm. */
  readonly incident?: string;
  /** Whether the alarm makes sense for a resource of this size. Default: yes. */
  readonly when?: (size: F) => boolean;
}

/** Alarms by name. An alarm of the same name as an alert rule means the same. */
export type AlarmTable<F extends object> = Readonly<Record<string, AlarmDefinition<F>>>;

/** Changes to the alarms of a table. */
export type AlarmTuning<T> = {
  readonly [Name in keyof T]?: RuleTuning & {
    readonly [P in T[Name] extends { readonly parameters: infer Q } ? keyof Q : never]?: number;
  };
};

/** A metric with the dimensions of one resource. */
export interface CloudMetric {
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: Statistic;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
}

/** An alarm with everything filled in, ready to be made. Times in seconds. */
export interface CloudAlarm {
  readonly alarm: string;
  /** What is watched: the component, or a part of it such as `db-replica-1`. */
  readonly about: string;
  readonly metrics: Readonly<Record<string, CloudMetric>>;
  readonly expression?: string;
  readonly comparison: ">" | ">=" | "<" | "<=";
  readonly threshold: number;
  readonly period: number;
  readonly periods: number;
  readonly datapoints: number;
  readonly missing: MissingData;
  readonly severity: Exclude<Severity, "none">;
  readonly team: string;
  readonly group: string;
  readonly summary: string;
  readonly description: string;
  readonly incident?: string;
}

/** An event of AWS that somebody is told of, as it happens. */
export interface CloudEvent {
  /** Name, and name of its runbook. */
  readonly alarm: string;
  readonly about: string;
  readonly severity: Exclude<Severity, "none">;
  readonly team: string;
  readonly group: string;
  readonly summary: string;
  /** Pattern of EventBridge. */
  readonly pattern: Readonly<Record<string, unknown>>;
  /** Path in the event of the sentence that says what happened: `$.detail.Message`. */
  readonly message: string;
}

/** What a component contributes to the watching on AWS. */
export interface CloudWatching {
  readonly alarms: readonly CloudAlarm[];
  readonly events: readonly CloudEvent[];
}

/** What an alarm has in common with the alert rule of the same name on the other targets. */
export function sameAs(
  rule: RuleDefinition & { readonly severity: Exclude<Severity, "none"> },
): Pick<AlarmDefinition<object>, "severity" | "team" | "group"> {
  return { severity: rule.severity, team: rule.team, group: rule.group };
}

/** The resource that a table of alarms is applied to. */
export interface AlarmSubject<F extends object> {
  readonly about: string;
  /** Values of the dimensions, by name. */
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly size: F;
}

/** A function that makes the definitions of the metrics of one namespace which have the same dimensions. */
export function metricsOf(
  namespace: string,
  ...dimensions: readonly string[]
): (metric: string, statistic?: Statistic) => MetricDefinition {
  return (metric, statistic = "Average") => ({ namespace, metric, statistic, dimensions });
}

/** The alarms of a table for one resource, with a tuning applied. Throws a `RangeError` when a dimension or a threshold has no value. */
export function cloudAlarms<F extends object>(
  table: AlarmTable<F>,
  subject: AlarmSubject<F>,
  tuning: Readonly<Record<string, object | undefined>> = {},
): readonly CloudAlarm[] {
  return Object.entries<AlarmDefinition<F>>(table).flatMap(([alarm, definition]) => {
    const change: RuleTuning & Readonly<Record<string, unknown>> = { ...tuning[alarm] };
    if (change.enabled === false || definition.when?.(subject.size) === false) return [];
    const parameters = Object.fromEntries(
      Object.entries(definition.parameters).map(([name, value]) => [name, Number(change[name] ?? value)]),
    );
    const known = { ...subject.size, ...parameters };
    const period = seconds(definition.period ?? "1 minute");
    const periods = Math.max(1, Math.ceil(seconds(change.for ?? definition.for) / period));
    return [
      {
        alarm,
        about: subject.about,
        metrics: Object.fromEntries(
          Object.entries(definition.metrics).map(([id, metric]) => [id, metricOf(metric, subject)]),
        ),
        ...(definition.expression === undefined ? {} : { expression: filled(definition.expression, known) }),
        comparison: definition.comparison,
        threshold: rounded((definition.threshold ?? onlyOne)(parameters, subject.size)),
        period,
        periods,
        datapoints: Math.min(definition.datapoints ?? periods, periods),
        missing: definition.missing,
        severity: urgency(change.severity) ?? definition.severity,
        team: change.team ?? definition.team,
        group: definition.group,
        summary: `${subject.about}: ${filled(definition.summary, known)}`,
        description: filled(definition.description, known),
        ...(definition.incident === undefined ? {} : { incident: definition.incident }),
      },
    ];
  });
}

function metricOf<F extends object>(metric: MetricDefinition, subject: AlarmSubject<F>): CloudMetric {
  const dimensions = metric.dimensions.map((name) => {
    const value = subject.dimensions[name];
    if (value === undefined) throw new RangeError(`${subject.about} has no ${name}`);
    return [name, value] as const;
  });
  return {
    namespace: metric.namespace,
    metric: metric.metric,
    statistic: metric.statistic,
    dimensions: { ...metric.fixed, ...Object.fromEntries(dimensions) },
  };
}

function onlyOne(parameters: Numbers): number {
  const [only, ...others] = Object.values(parameters);
  if (only === undefined || others.length > 0)
    throw new RangeError("a threshold of several parameters, or of none, must be worked out");
  return only;
}

function urgency(severity: Severity | undefined): Exclude<Severity, "none"> | undefined {
  return severity === "none" ? undefined : severity;
}

/** Thresholds are whole numbers or fractions of at most six digits: what a share of a share leaves over is noise. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function filled(text: string, known: object): string {
  const values: Readonly<Record<string, unknown>> = { ...known };
  return text.replace(/\$(\w+)/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
