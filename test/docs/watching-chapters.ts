import {
  AlertRouting,
  type AlertRoutingArgs,
  BackupSchedule,
  type BackupScheduleArgs,
  ManagedPostgres,
  MonitoringStack,
  type MonitoringStackArgs,
  StorageBucket,
  type SurveillanceVpc,
} from "../../components";
import { schema as routingSchema } from "../../components/alert-routing/args";
import { schema as backupSchema } from "../../components/backup-schedule/args";
import { schema as monitoringSchema } from "../../components/monitoring-stack/args";
import { AwsRegion } from "../../components/targets/aws-region";
import type { TargetKind } from "../../components/targets/target";
import { chapter } from "./chapter";
import { networkOf } from "./place";

interface Site {
  readonly kind: TargetKind;
  readonly vpc: SurveillanceVpc;
}

const siteOf = (kind: TargetKind): Site => ({ kind, vpc: networkOf(kind) });

const NIGHT = { name: "night", days: ["sunday"], from: "22:00", to: "23:30" } as const;
const RECEIVERS = {
  pager: { kind: "pagerduty", routingKey: "pager-key" },
  hook: { kind: "webhook", url: "https://hooks.example.com/token" },
  pulse: { kind: "webhook", url: "https://ping.example.com/token" },
} as const;
const SMTP = {
  host: "mail.example.com",
  port: 465,
  from: "alerts@example.com",
  username: "alerts",
  password: "of-the-mail-server",
} as const;

const ROUTING: Omit<AlertRoutingArgs, "vpc"> = {
  receivers: RECEIVERS,
  routes: [
    { severity: "critical", receivers: ["pager"] },
    { severity: "warning", receivers: ["hook"] },
  ],
  default: "hook",
  heartbeat: { receiver: "pulse" },
  selfMonitoring: { receivers: ["hook"] },
};

let count = 0;
/** Each sample has pages and a database of its own, where a network takes one alone. */
const domainOf = (kind: TargetKind) => (kind === "aws" ? {} : { domain: `monitoring-${count++}.example.com` });
const databaseOf = (vpc: SurveillanceVpc) =>
  new ManagedPostgres(`db-${count++}`, { vpc, databases: { orders: {} }, memory: "1 GiB", cpus: 1, storage: "20 GiB" });

export const ROUTES = chapter<AlertRoutingArgs, Site>({
  component: "AlertRouting",
  schema: routingSchema,
  site: siteOf,
  base: ({ vpc }) => ({ vpc, ...ROUTING }),
  make: (name, args) => {
    const routing = new AlertRouting(name, args);
    return new MonitoringStack(`${name}-pages`, {
      vpc: args.vpc,
      watches: [],
      routing,
      ...domainOf(args.vpc.network.kind),
    });
  },
  rows: {
    vpc: { give: {} },
    "receivers.*<pagerduty>": {
      give: {
        receivers: { ...RECEIVERS, pager: { kind: "pagerduty", serviceKey: "k" } },
        routes: [{ severity: "warning", receivers: ["pager"] }],
      },
    },
    "receivers.*<sms>": {
      give: {
        receivers: { ...RECEIVERS, phone: { kind: "sms", routingKey: "k" } },
        routes: [{ severity: "critical", receivers: ["phone"] }],
      },
    },
    "receivers.*<slack>": {
      give: {
        receivers: {
          ...RECEIVERS,
          chat: {
            kind: "slack",
            webhook: "https://hooks.example.com/chat",
            channel: "#alerts",
            workspace: { team: "T0123456789", channel: "C0123456789" },
          },
        },
        routes: [{ severity: "warning", receivers: ["chat"] }],
      },
      aws: "posted by Amazon Q Developer, which knows the channel by `workspace`; elsewhere `webhook` and `channel` count",
    },
    "receivers.*<email>": {
      give: ({ kind }) => ({
        receivers: { ...RECEIVERS, ops: { kind: "email", to: "ops-team@example.com" } },
        routes: [{ severity: "warning", receivers: ["ops"] }],
        ...(kind === "aws" ? {} : { smtp: SMTP }),
      }),
      aws: "sent by Amazon SNS, after the recipient has confirmed once",
    },
    "receivers.*<webhook>": {
      give: { receivers: { ...RECEIVERS, hook: { kind: "webhook", url: "https://hooks.example.com/2" } } },
      aws: "gets the JSON of Amazon SNS, whose subscription it confirms once",
    },
    "routes[].severity": { give: { routes: [{ severity: "critical", receivers: ["pager"] }] } },
    "routes[].team": { give: { routes: [{ severity: "critical", team: "data", receivers: ["pager"] }] } },
    "routes[].environment": { give: { routes: [{ severity: "critical", environment: "dev", receivers: ["pager"] }] } },
    "routes[].receivers": { give: { routes: [{ severity: "critical", receivers: ["pager", "pulse"] }] } },
    "routes[].escalation": {
      give: {
        routes: [
          {
            severity: "critical",
            escalation: [
              { after: "0 minutes", receivers: ["pager"] },
              { after: "15 minutes", receivers: ["pulse"] },
            ],
          },
        ],
      },
    },
    "routes[].during": {
      give: { routes: [{ severity: "info", receivers: ["hook"], during: NIGHT }] },
      aws: "a window that opens every week",
    },
    "routes[].repeatEvery": {
      give: { routes: [{ severity: "critical", receivers: ["pager"], repeatEvery: "2 hours" }] },
    },
    default: { give: { default: "pulse" } },
    teams: { give: { teams: ["platform", "data", "app", "security", "shop"] } },
    defaultTeam: { give: { defaultTeam: "data" } },
    heartbeat: { give: { heartbeat: { receiver: "pulse", every: "5 minutes" } } },
    selfMonitoring: { give: { selfMonitoring: { receivers: ["hook", "pulse"] } } },
    mute: { give: { mute: [{ window: NIGHT, severities: ["warning"] }] } },
    smtp: {
      give: {
        receivers: { ...RECEIVERS, ops: { kind: "email", to: "ops-team@example.com" } },
        routes: [{ severity: "warning", receivers: ["ops"] }],
        smtp: SMTP,
      },
    },
  },
});

const bucket = (name: string, vpc: SurveillanceVpc) => new StorageBucket(name, { vpc, storage: "50 GiB" });
const own = (part: string) => ({ reference: `registry.example.com/${part}:1.0.0`, user: "10001:10001" });

export const MONITORING = chapter<
  MonitoringStackArgs,
  Site & { readonly routing: AlertRouting; readonly files: StorageBucket }
>({
  component: "MonitoringStack",
  schema: monitoringSchema,
  site: (kind) => {
    const site = siteOf(kind);
    return {
      ...site,
      files: bucket("files", site.vpc),
      routing: new AlertRouting("alerts", { vpc: site.vpc, ...ROUTING }),
    };
  },
  base: ({ vpc, routing, kind }) => ({ vpc, watches: [], routing, ...domainOf(kind) }),
  make: (name, args) => new MonitoringStack(name, args),
  rows: {
    vpc: { give: {} },
    watches: { give: ({ files }) => ({ watches: [files] }), aws: "by alarms and a dashboard of CloudWatch" },
    routing: { give: {} },
    domain: { give: { domain: "watch.example.com" } },
    runbooks: { give: { runbooks: "https://docs.example.com/runbooks" } },
    interval: { give: { interval: "30 seconds" } },
    retention: { give: { retention: { time: "30 days", size: "20 GiB" } } },
    logs: { give: { logs: { application: 14, audit: 60, security: 200 } } },
    alerts: {
      give: {
        alerts: {
          QueueTooLong: {
            expr: "queue_length > 10",
            for: "5 minutes",
            severity: "warning",
            team: "app",
            group: "queue",
            summary: "The queue is long",
            description: "It has been for a while.",
          },
        },
      },
    },
    "tuning.availability": { give: { tuning: { availability: { ServiceDown: { for: "3 minutes" } } } } },
    "tuning.containers": { give: { tuning: { containers: { ContainerRestartLoop: { for: "3 minutes" } } } } },
    "tuning.host": { give: { tuning: { host: { HostCpuHigh: { for: "3 minutes" } } } } },
    "tuning.kubernetes": { give: { tuning: { kubernetes: { KubeNodeNotReady: { for: "3 minutes" } } } } },
    "tuning.self": { give: { tuning: { self: { PrometheusConfigReloadFailed: { for: "3 minutes" } } } } },
    host: {
      give: { host: { dockerSocket: "/run/docker.sock", dockerGroup: 998, dockerData: "/srv/docker" } },
    },
    aws: {
      give: { aws: { healthChecks: [{ host: "shop.example.com", path: "/health" }], monthlyBill: 500 } },
    },
    packages: { give: { packages: "debian" } },
    images: {
      give: {
        images: {
          prometheus: own("prometheus"),
          alertmanager: own("alertmanager"),
          grafana: own("grafana"),
          loki: own("loki"),
          alloy: own("alloy"),
          jaeger: own("jaeger"),
          nodeExporter: own("node-exporter"),
          cadvisor: own("cadvisor"),
          postgresExporter: own("postgres-exporter"),
          redisExporter: own("redis-exporter"),
          blackboxExporter: own("blackbox-exporter"),
          kubeStateMetrics: own("kube-state-metrics"),
        },
      },
    },
  },
});

const ELSEWHERE = {
  endpoint: "https://s3.example.com",
  bucket: "copies",
  region: "eu-1",
  accessKey: "key",
  secretKey: "secret",
  expireAfter: "9999 days",
} as const;

export const BACKUPS = chapter<
  BackupScheduleArgs,
  Site & { readonly store: StorageBucket; readonly files: StorageBucket }
>({
  component: "BackupSchedule",
  schema: backupSchema,
  site: (kind) => {
    const site = siteOf(kind);
    const { vpc } = site;
    return { ...site, store: bucket("backups-store", vpc), files: bucket("files", vpc) };
  },
  base: ({ vpc, kind, store }) => ({
    vpc,
    sources: [databaseOf(vpc)],
    ...(kind === "aws"
      ? { retention: { pointInTime: "7 days" } }
      : { encryption: { passphrase: "a-passphrase-that-is-long-enough" }, store }),
  }),
  make: (name, args) => new BackupSchedule(name, args),
  rows: {
    vpc: { give: {} },
    sources: {
      give: ({ vpc, files }) => ({ sources: [databaseOf(vpc), files] }),
      aws: "databases and buckets, which Amazon RDS and AWS Backup keep",
    },
    preset: { give: { preset: "daily" }, aws: "the objectives and what is kept" },
    rpo: { give: { rpo: "2 hours" } },
    rto: { give: { rto: "2 hours" } },
    full: { give: { full: "30 1 * * *" }, aws: "the time of day of the snapshots" },
    incremental: { give: { incremental: "0 12 * * *" } },
    dump: { give: { dump: "30 0 * * *" } },
    copy: { give: ({ vpc, files }) => ({ sources: [databaseOf(vpc), files], copy: "15 * * * *" }) },
    verify: { give: { verify: "0 4 * * 0" } },
    drill: { give: { drill: "0 5 2 * *" } },
    judge: { give: { judge: "content" } },
    prune: { give: { prune: "0 7 * * *" } },
    "retention.pointInTime": { give: { retention: { pointInTime: "6 days" } } },
    "retention.daily": { give: { retention: { pointInTime: "7 days", daily: 10 } } },
    "retention.weekly": { give: { retention: { pointInTime: "7 days", weekly: 4 } } },
    "retention.monthly": { give: { retention: { pointInTime: "7 days", monthly: 3 } } },
    "retention.yearly": { give: { retention: { pointInTime: "7 days", yearly: 2 } } },
    encryption: { give: { encryption: { passphrase: "another-passphrase-of-some-length" } } },
    store: { give: { store: ELSEWHERE } },
    offsite: { give: { offsite: ELSEWHERE } },
    copyTo: {
      give: () => ({
        copyTo: new AwsRegion("second", {
          environment: "dev",
          region: "us-west-2",
          zones: ["us-west-2a", "us-west-2b"],
          allowedAccountIds: ["123456789012"],
        }),
      }),
    },
    lock: { give: { lock: "compliance" } },
    local: { give: { local: { fulls: 3 } } },
    timeZone: { give: { timeZone: "Europe/Berlin" } },
    changeWindows: { give: { changeWindows: [NIGHT] } },
    jitter: { give: { jitter: "5 minutes" } },
    longestRun: { give: { longestRun: "50 minutes" } },
    alerts: { give: { alerts: { BackupTooOld: { for: "10 minutes" } } } },
    memory: { give: { memory: "1 GiB" } },
    cpus: { give: { cpus: 2 } },
  },
});
