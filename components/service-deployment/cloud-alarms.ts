import type * as pulumi from "@pulumi/pulumi";
import { AVAILABILITY_RULES } from "../core/availability";
import {
  type AlarmTable,
  type AlarmTuning,
  type CloudAlarm,
  type CloudMetric,
  type CloudWatching,
  cloudAlarms,
  metricsOf,
  sameAs,
} from "../core/cloud-alarm";
import { SERVICE_RULES, type Slo } from "./alerts";

/** What the thresholds of a service are derived from. */
export interface EcsSize {
  /** Tasks that must always run. */
  readonly replicas: number;
}

const ecs = metricsOf("AWS/ECS", "ClusterName", "ServiceName");
const insights = metricsOf("ECS/ContainerInsights", "ClusterName", "ServiceName");
const targets = metricsOf("AWS/ApplicationELB", "LoadBalancer", "TargetGroup");

const PLATFORM = { team: "platform" } as const;

/** Symptoms that the users of one service notice: together they page once. */
const OUTAGE = "outage";

/** The alarms of every service on Amazon ECS. */
export const ECS_ALARMS = {
  EcsTasksMissing: {
    ...PLATFORM,
    severity: "critical",
    group: "availability",
    metrics: { desired: insights("DesiredTaskCount", "Maximum"), running: insights("RunningTaskCount", "Minimum") },
    expression: "IF(desired < $replicas, $replicas, desired) - running",
    comparison: ">",
    threshold: () => 0,
    parameters: {},
    for: "5 minutes",
    missing: "breaching",
    summary: "fewer tasks run than the $replicas that must, or than autoscaling asks for",
    description: "Tasks end as fast as they start, or cannot be placed.",
    incident: OUTAGE,
  },
  EcsCpuHigh: {
    ...PLATFORM,
    severity: "warning",
    group: "service-cpu",
    metrics: { m: ecs("CPUUtilization") },
    comparison: ">",
    parameters: { percent: 80 },
    for: "10 minutes",
    missing: "missing",
    summary: "the tasks use more than $percent % of their CPU",
    description: "More tasks, or larger ones, are needed soon.",
  },
  EcsCpuCritical: {
    ...PLATFORM,
    severity: "critical",
    group: "service-cpu",
    metrics: { m: ecs("CPUUtilization") },
    comparison: ">",
    parameters: { percent: 95 },
    for: "5 minutes",
    missing: "missing",
    summary: "the tasks use more than $percent % of their CPU",
    description: "Requests queue up.",
  },
  EcsMemoryHigh: {
    ...PLATFORM,
    severity: "warning",
    group: "service-memory",
    metrics: { m: ecs("MemoryUtilization") },
    comparison: ">",
    parameters: { percent: 80 },
    for: "10 minutes",
    missing: "missing",
    summary: "the tasks use more than $percent % of their memory",
    description: "At 100 % they are ended.",
  },
  EcsMemoryCritical: {
    ...PLATFORM,
    severity: "critical",
    group: "service-memory",
    metrics: { m: ecs("MemoryUtilization") },
    comparison: ">",
    parameters: { percent: 95 },
    for: "5 minutes",
    missing: "missing",
    summary: "the tasks use more than $percent % of their memory",
    description: "At 100 % they are ended.",
  },
  EcsEphemeralStorageHigh: {
    ...PLATFORM,
    severity: "warning",
    group: "service-storage",
    metrics: {
      used: insights("EphemeralStorageUtilized", "Maximum"),
      reserved: insights("EphemeralStorageReserved", "Minimum"),
    },
    expression: "100 * used / reserved",
    comparison: ">",
    parameters: { percent: 80 },
    for: "10 minutes",
    missing: "notBreaching",
    summary: "the tasks use more than $percent % of their scratch space",
    description: "Writes fail when it is full.",
  },
} as const satisfies AlarmTable<EcsSize>;

/** What is watched besides of a service behind the load balancer. */
export const ROUTED_ALARMS = {
  ServiceDown: {
    ...sameAs(AVAILABILITY_RULES.ServiceDown),
    metrics: { m: targets("HealthyHostCount", "Maximum") },
    comparison: "<",
    threshold: () => 1,
    parameters: {},
    for: "2 minutes",
    missing: "breaching",
    summary: "no task answers",
    description: "The load balancer finds none whose readiness check passes.",
    incident: OUTAGE,
  },
  HighErrorRate: {
    ...sameAs(SERVICE_RULES.HighErrorRate),
    metrics: { errors: targets("HTTPCode_Target_5XX_Count", "Sum"), requests: targets("RequestCount", "Sum") },
    // `floor` is in requests a second, the datapoints are minutes.
    expression: "IF(requests > 60 * $floor, FILL(errors, 0) / requests, 0)",
    comparison: ">",
    threshold: ({ ratio = 0 }) => ratio,
    parameters: SERVICE_RULES.HighErrorRate.parameters,
    for: SERVICE_RULES.HighErrorRate.for,
    // The load balancer sends nothing when there are no requests.
    missing: "notBreaching",
    summary: "more than $ratio of the requests fail",
    description: "They are answered with 5xx by the service itself.",
    incident: OUTAGE,
  },
  HighLatencyP95: {
    ...sameAs(SERVICE_RULES.HighLatencyP95),
    metrics: { m: targets("TargetResponseTime", "p95") },
    comparison: ">",
    parameters: SERVICE_RULES.HighLatencyP95.parameters,
    for: SERVICE_RULES.HighLatencyP95.for,
    missing: "notBreaching",
    summary: "one in twenty requests takes more than $seconds s",
    description: "Measured by the load balancer, from the request to the answer's header.",
  },
  TargetsUnhealthy: {
    ...PLATFORM,
    severity: "warning",
    group: "availability",
    metrics: { m: targets("UnHealthyHostCount", "Maximum") },
    comparison: ">=",
    parameters: { count: 1 },
    for: "3 minutes",
    missing: "notBreaching",
    summary: "$count or more tasks fail their readiness check",
    description: "The others take their load.",
  },
} as const satisfies AlarmTable<EcsSize>;

/** Instead of {@link ROUTED_ALARMS}, where no load balancer asks the service. */
export const UNROUTED_ALARMS = {
  ServiceDown: {
    ...sameAs(AVAILABILITY_RULES.ServiceDown),
    metrics: { m: insights("RunningTaskCount", "Maximum") },
    comparison: "<",
    threshold: () => 1,
    parameters: {},
    for: "2 minutes",
    missing: "breaching",
    summary: "no task runs",
    description: "Amazon ECS counts no running task.",
    incident: OUTAGE,
  },
} as const satisfies AlarmTable<EcsSize>;

/** Changes to the alarms of a service on AWS. */
export type EcsAlerts = AlarmTuning<typeof ECS_ALARMS> & AlarmTuning<typeof ROUTED_ALARMS>;

/** Names of the events, for the documentation and the runbooks. */
export const ECS_EVENTS: readonly string[] = ["EcsDeploymentFailed", "EcsTaskFailed"];

/** What names the place of a service behind the load balancer. */
export interface EdgeIdentity {
  readonly balancer: pulumi.Input<string>;
  readonly targetGroup: pulumi.Input<string>;
  /** The second target group, where two versions stand side by side. */
  readonly alternate?: pulumi.Input<string>;
}

/** What names a service on AWS. */
export interface EcsIdentity {
  readonly service: pulumi.Input<string>;
  readonly cluster: pulumi.Input<string>;
  readonly clusterArn: pulumi.Input<string>;
  readonly serviceArn: pulumi.Input<string>;
  /** `service:<name>`, as the events of its tasks have it. */
  readonly group: pulumi.Input<string>;
  /** Suffixes of the ARNs, as CloudWatch has them; only where it has routes. */
  readonly edge?: EdgeIdentity;
}

/** How a service is watched on AWS, with its promise worked in. What is tuned by hand wins over the promise. */
export function ecsWatching(
  name: string,
  identity: EcsIdentity,
  size: EcsSize,
  slo?: Slo,
  tuning: EcsAlerts = {},
): CloudWatching {
  const all: EcsAlerts = {
    ...tuning,
    HighLatencyP95: { ...(slo?.p95 === undefined ? {} : { seconds: slo.p95 }), ...tuning.HighLatencyP95 },
  };
  const dimensions = { ClusterName: identity.cluster, ServiceName: identity.service };
  const { edge } = identity;
  const event = { about: name, ...PLATFORM };
  return {
    alarms: [
      ...cloudAlarms(ECS_ALARMS, { about: name, dimensions, size }, all),
      ...(edge === undefined
        ? cloudAlarms(UNROUTED_ALARMS, { about: name, dimensions, size }, all)
        : cloudAlarms(ROUTED_ALARMS, { about: name, dimensions: behind(edge), size }, all).map((alarm) =>
            edge.alternate === undefined ? alarm : ofBoth(alarm, edge.alternate),
          )),
    ],
    events: [
      {
        ...event,
        alarm: "EcsDeploymentFailed",
        severity: "critical",
        group: "service-deployment",
        summary: `${name}: the new version does not start and was put back`,
        pattern: {
          source: ["aws.ecs"],
          "detail-type": ["ECS Deployment State Change"],
          resources: [identity.serviceArn],
          detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED"] },
        },
        message: "$.detail.reason",
      },
      {
        ...event,
        alarm: "EcsTaskFailed",
        severity: "warning",
        group: "service-deployment",
        summary: `${name}: a task ended by itself`,
        pattern: {
          source: ["aws.ecs"],
          "detail-type": ["ECS Task State Change"],
          detail: {
            clusterArn: [identity.clusterArn],
            group: [identity.group],
            lastStatus: ["STOPPED"],
            stopCode: ["EssentialContainerExited", "TaskFailedToStart"],
          },
        },
        message: "$.detail.stoppedReason",
      },
    ],
  };
}

const behind = (edge: EdgeIdentity) => ({ LoadBalancer: edge.balancer, TargetGroup: edge.targetGroup });

/** The same alarm over two target groups, of which either may have the tasks. */
function ofBoth(alarm: CloudAlarm, alternate: pulumi.Input<string>): CloudAlarm {
  const other = (id: string) => `${id}2`;
  const together = ([id, { statistic }]: readonly [string, CloudMetric]) =>
    `${statistic === "Sum" ? "SUM" : "MAX"}([${id}, ${other(id)}])`;
  const metrics = Object.entries(alarm.metrics);
  const expression = metrics.reduce(
    (text, each) => text.replaceAll(new RegExp(`\\b${each[0]}\\b`, "g"), together(each)),
    alarm.expression ?? Object.keys(alarm.metrics).join(),
  );
  return {
    ...alarm,
    metrics: Object.fromEntries(
      metrics.flatMap(([id, metric]) => [
        [id, metric],
        [other(id), { ...metric, dimensions: { ...metric.dimensions, TargetGroup: alternate } }],
      ]),
    ),
    expression,
  };
}

/** What puts the old version back while a new one is rolled out: too many failed requests of either, each by itself. */
const ROLLOUT_ALARM = {
  RolloutErrors: {
    ...PLATFORM,
    severity: "info",
    group: "service-deployment",
    metrics: {
      errors: targets("HTTPCode_Target_5XX_Count", "Sum"),
      requests: targets("RequestCount", "Sum"),
    },
    expression: "IF(requests > $floor, 100 * FILL(errors, 0) / requests, 0)",
    comparison: ">",
    threshold: ({ percent = 0 }) => percent,
    parameters: { percent: 5, floor: 10 },
    for: "2 minutes",
    missing: "notBreaching",
    summary: "more than $percent % of the requests to one version fail",
    description: "A rollout that is under way is undone.",
  },
} as const satisfies AlarmTable<object>;

/** The alarm of a rollout, over each of the two target groups by itself: the errors of a few must not drown in the requests of all. */
export function rolloutAlarm(name: string, edge: Required<EdgeIdentity>, percent: number): CloudAlarm {
  const of = (targetGroup: pulumi.Input<string>) =>
    cloudAlarms(
      ROLLOUT_ALARM,
      { about: name, dimensions: behind({ ...edge, targetGroup }), size: {} },
      { RolloutErrors: { percent } },
    );
  const [[one], [two]] = [of(edge.targetGroup), of(edge.alternate)];
  if (one?.expression === undefined || two === undefined) throw new Error("the table has no alarm");
  const other = (id: string) => `${id}2`;
  const second = one.expression.replaceAll(/\b(errors|requests)\b/g, other);
  return {
    ...one,
    metrics: {
      ...one.metrics,
      ...Object.fromEntries(Object.entries(two.metrics).map(([id, metric]) => [other(id), metric])),
    },
    expression: `MAX([${one.expression}, ${second}])`,
  };
}
