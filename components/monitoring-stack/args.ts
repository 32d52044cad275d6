import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import type { AlertRouting } from "../alert-routing";
import type { AvailabilityAlerts } from "../core/availability";
import { isMonitorable, type Monitorable, SEVERITIES, type Severity } from "../core/monitorable";
import { duration, hostname, image, leaf, size, text, vpc } from "../core/schema";
import type { Duration, Size } from "../core/units";
import type { NetworkSource } from "../targets/network";
import type { SelfAlerts } from "./alerts";
import type { ContainerAlerts } from "./container-alerts";
import type { HostAlerts } from "./host-alerts";
import type { Packages, Part, PartImage } from "./images";
import type { KubernetesAlerts } from "./kubernetes-alerts";

/** An alert rule of the user's own. */
export interface CustomAlert {
  /** Condition in PromQL; it is read before anything is deployed. */
  readonly expr: string;
  /** How long it must hold. */
  readonly for: Duration;
  readonly severity: Exclude<Severity, "none">;
  /** A team that the routing knows. */
  readonly team: string;
  /** Alerts about the same thing share a group. Default: the alert's name in lower case. */
  readonly group?: string;
  readonly summary: string;
  readonly description: string;
}

/** What the agents on a Docker host need to know of it. They read; nothing of the host is mounted for writing. */
export interface HostAgents {
  /**
   * Socket of the Docker daemon. Only a gateway sees it, which passes on a short list of reading requests to cAdvisor and Alloy. Default:
   * `/var/run/docker.sock`.
   */
  readonly dockerSocket?: string;
  /**
   * Number of the group that owns the socket, `stat -c %g /var/run/docker.sock`: the gateway then runs as an ordinary user of that group.
   * Default: none, the gateway runs as root without any capability.
   */
  readonly dockerGroup?: number;
  /** Docker's data folder; cAdvisor sees the folder `image` below it, which holds no data of volumes. Default: `/var/lib/docker`. */
  readonly dockerData?: string;
}

/** A page that is asked for from outside, as users do. */
export interface HealthCheckArgs {
  /** Host name: that of a route. */
  readonly host: string;
  /** Path that answers with 2xx or 3xx within four seconds when all is well. Default: `/`. */
  readonly path?: string;
}

/** What only AWS has. */
export interface MonitoringOnAws {
  /** Pages that Amazon Route 53 asks for from all over the world, every 30 seconds; each costs about 2 USD a month. In us-east-1 only. Default: none. */
  readonly healthChecks?: readonly HealthCheckArgs[];
  /**
   * Bill of the whole account for a month, in US dollars, above which somebody is told. AWS Billing must be asked once, in its console, to send alerts.
   * In us-east-1 only. Default: nobody is told.
   */
  readonly monthlyBill?: number;
  /**
   * Amazon Managed Prometheus with the rules of the other targets, as far as no alarm of CloudWatch stands for them, told to the same topics. What is
   * scraped are the watched services with `metrics` and `linkable`. It is paid for by samples; the endpoint and the collector cost about 20 USD a
   * month in one zone. Change windows do not hold its alerts back. Default: CloudWatch alone.
   */
  readonly prometheus?: {
    /** Image of the AWS Distro for OpenTelemetry, copied to Amazon ECR: `<account>.dkr.ecr.<region>.amazonaws.com/aws-otel-collector:v0.45.0`. */
    readonly collector: pulumi.Input<string>;
  };
}

/** Arguments of {@link MonitoringStack}. */
export interface MonitoringStackArgs {
  /** Network that everything watched lives in. */
  readonly vpc: NetworkSource;
  /** What is watched: databases, caches, buckets, services. */
  readonly watches: readonly Monitorable[];
  /** Who hears of alerts. */
  readonly routing: AlertRouting;
  /**
   * Host name of the web pages; each has a path of its own there: `/grafana`, `/prometheus`, `/alertmanager`, `/jaeger` (MS-07). Must be given, but
   * on AWS, which has its pages in the console. Refused there, as is all that is about Prometheus.
   */
  readonly domain?: string;
  /** Address under which `docs/runbooks` is published. Default: `docs/runbooks`, the folder in the repository. */
  readonly runbooks?: string;
  /** Time between two scrapes. Default: 15 seconds (MS-01). */
  readonly interval?: Duration;
  /** How long and how much Prometheus keeps. Default: 15 days, 10 GiB. */
  readonly retention?: { readonly time?: Duration; readonly size?: Size };
  /** Days that logs are kept, by stream. Default: application 30, audit 90, security 365 (MS-45). */
  readonly logs?: { readonly application?: number; readonly audit?: number; readonly security?: number };
  /** Alerts of the user's own, by name. */
  readonly alerts?: Readonly<Record<string, CustomAlert>>;
  /** Changes to the alerts that belong to no component. Those of a component are changed where it is watched: `db.monitored({ ... })`. */
  readonly tuning?: {
    readonly availability?: AvailabilityAlerts;
    readonly containers?: ContainerAlerts;
    readonly host?: HostAlerts;
    readonly kubernetes?: KubernetesAlerts;
    readonly self?: SelfAlerts;
  };
  /** AWS only: what is watched there besides. */
  readonly aws?: MonitoringOnAws;
  /** Compose only: the Docker host that is watched. */
  readonly host?: HostAgents;
  /**
   * Where Prometheus, Alertmanager and the exporters come from. `debian` builds one image of Debian's packages on the host, for
   * sites that reach no registry: the versions are older, and Alertmanager has no web page. Default: `upstream`, the projects' own images.
   */
  readonly packages?: Packages;
  /** Other images, by part. */
  readonly images?: Readonly<Partial<Record<Part, PartImage>>>;
}

const alertName = text(/^[A-Z][A-Za-z0-9]*$/, "a name in upper camel case", 'use a name such as "QueueTooLong"');
const days = z.number().int().min(1).max(3660);
const hostPath = text(/^\/\S+$/, "an absolute path of the host", 'use a path such as "/var/run/docker.sock"');
const partImage = z
  .strictObject({ reference: image, user: text(/^\d+:\d+$/, "uid:gid", 'use "65534:65534"') })
  .optional();

/** Shape of {@link MonitoringStackArgs}. */
export const schema = z.strictObject({
  vpc,
  watches: z.array(
    z.custom<Monitorable>(isMonitorable, {
      params: { allowed: "components that can be watched", fix: "give the component itself" },
    }),
  ),
  routing: z.custom<AlertRouting>(
    (value) => typeof value === "object" && value !== null && "configuration" in value && "teams" in value,
    { params: { allowed: "an AlertRouting", fix: 'make one: new AlertRouting("alerts", { ... })' } },
  ),
  domain: hostname.optional(),
  runbooks: z.string().min(1).optional(),
  interval: duration.optional(),
  retention: z.strictObject({ time: duration.optional(), size: size.optional() }).optional(),
  logs: z.strictObject({ application: days.optional(), audit: days.optional(), security: days.optional() }).optional(),
  alerts: z
    .record(
      alertName,
      z.strictObject({
        expr: z.string(),
        for: duration,
        severity: z.enum(SEVERITIES).exclude(["none"]),
        team: z.string(),
        group: text(/^[a-z]+(-[a-z0-9]+)*$/, "a lower-case name with hyphens", 'use a name such as "queue"').optional(),
        summary: z.string().min(1),
        description: z.string().min(1),
      }),
    )
    .optional(),
  tuning: z
    .strictObject({
      availability: z.record(z.string(), z.unknown()).optional(),
      containers: z.record(z.string(), z.unknown()).optional(),
      host: z.record(z.string(), z.unknown()).optional(),
      kubernetes: z.record(z.string(), z.unknown()).optional(),
      self: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  aws: z
    .strictObject({
      healthChecks: z
        .array(
          z.strictObject({
            host: hostname,
            path: text(/^\/\S{0,254}$/, "a path", "start it with /").optional(),
          }),
        )
        .optional(),
      monthlyBill: z.number().positive().optional(),
      prometheus: z.strictObject({ collector: leaf(image) }).optional(),
    })
    .optional(),
  host: z
    .strictObject({
      dockerSocket: hostPath.optional(),
      dockerGroup: z.number().int().min(1).max(65_535).optional(),
      dockerData: hostPath.optional(),
    })
    .optional(),
  packages: z.enum(["upstream", "debian"]).optional(),
  images: z
    .strictObject({
      prometheus: partImage,
      alertmanager: partImage,
      grafana: partImage,
      loki: partImage,
      alloy: partImage,
      jaeger: partImage,
      nodeExporter: partImage,
      cadvisor: partImage,
      postgresExporter: partImage,
      redisExporter: partImage,
      blackboxExporter: partImage,
      kubeStateMetrics: partImage,
    })
    .optional(),
});
