import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import type { ExternalStore } from "../components/backup-schedule";
import { externalStore } from "../components/backup-schedule/args";
import { type ChangeWindow, changeWindow } from "../components/core/change-window";
import { Problems } from "../components/core/problems";
import { hostname, image, port, size } from "../components/core/schema";
import { accept } from "../components/core/tick";
import type { Duration, Size } from "../components/core/units";
import type { HostAgents, MonitoringStackArgs, Packages } from "../components/monitoring-stack";
import { INGRESS_CONTROLLERS, type IngressController } from "../components/targets/target";

/** Services of the platform that run the user's own images. */
export const SERVICES = ["auth-service", "data-service", "detection-service"] as const;

/** Name of a service of the platform. */
export type ServiceName = (typeof SERVICES)[number];

/** How the platform is watched. The addresses hold tokens: set them with `pulumi config set --secret --path`. */
export interface MonitoringConfig {
  /** Compose and MicroK8s: host name of the pages: Grafana, Prometheus, Alertmanager, Jaeger. */
  readonly domain?: string;
  /** Integration key of PagerDuty. Without it critical alerts go to the chat. */
  readonly pagerDutyKey?: string;
  /** Webhook of the chat; on AWS also an address such as `mailto:ops-team@example.com`. */
  readonly chatUrl: string;
  /** Webhook or, on AWS, address of a second way, which hears of trouble with the alerting itself. */
  readonly secondUrl: string;
  /** Webhook of a service that raises the alarm when it is no longer called. */
  readonly heartbeatUrl: string;
  /** Time between two heartbeats. Default: 1 minute. */
  readonly heartbeatEvery?: Duration;
  /** Time between two scrapes. Default: 15 seconds. */
  readonly interval?: Duration;
  /** Windows in which warnings wait. */
  readonly mute?: readonly ChangeWindow[];
  /** Changes to the alerts that belong to no component. */
  readonly tuning?: MonitoringStackArgs["tuning"];
  /** Compose: the Docker host that is watched. */
  readonly host?: HostAgents;
  /** Compose: where Prometheus, Alertmanager and the exporters come from. Default: `upstream`. */
  readonly packages?: Packages;
}

/** Facts of a MicroK8s cluster; see `MicroK8sArgs` for the defaults. */
export interface ClusterConfig {
  /** Context of the kubeconfig. Default: `microk8s`. */
  readonly context?: string;
  readonly namespace?: string;
  readonly ingressController?: IngressController;
  readonly ingressClass?: string;
  readonly ingressNamespace?: string;
  readonly storageClass?: string;
  /** Whether the storage class makes a volume larger when asked. */
  readonly volumesGrow?: boolean;
  readonly monitoringNamespace?: string;
  readonly apiServerPort?: number;
  readonly imageRepository?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** How the platform is backed up. Keys and the passphrase: set them with `pulumi config set --secret --path`. */
export interface BackupConfig {
  /** Passphrase of the backups. Default: one that is generated and kept in the state. */
  readonly passphrase?: string;
  /** S3 endpoint for the backups. Default: a bucket of the stack. */
  readonly store?: ExternalStore;
  /** A second place, off the site. */
  readonly offsite?: ExternalStore;
  /** Times in which the platform is changed, and no backup is made. */
  readonly changeWindows?: readonly ChangeWindow[];
  /** Time zone of the schedules. Default: UTC. */
  readonly timeZone?: string;
}

/** Facts of an AWS account and region; see `AwsRegionArgs` and `SurveillanceVpcArgs` for the defaults. */
export interface CloudConfig {
  readonly region: string;
  readonly zones: readonly string[];
  readonly allowedAccountIds: readonly string[];
  /** ARN of the certificate of the edge. */
  readonly certificate: string;
  /** The region to which backups are copied. */
  readonly copyTo: { readonly region: string; readonly zones: readonly string[] };
  /** VPN gateway of the site on which the cameras are. */
  readonly site?: { readonly address: string; readonly asn?: number };
  readonly tags?: Readonly<Record<string, string>>;
}

/** What `Pulumi.<stack>.yaml` says, under the prefix `bulwark:`. */
export interface StackConfig {
  /** Host name under which the platform is reached. */
  readonly domain: string;
  /** Image of each service, with a fixed tag or digest. */
  readonly images: Readonly<Record<ServiceName, string>>;
  /** Command of the database migration. Default: `alembic upgrade head` (SD-19). */
  readonly migration: readonly string[];
  /** Compose: address of the Docker daemon. Default: the local socket. */
  readonly host?: string;
  /** Compose and MicroK8s: CPUs of the host or node. */
  readonly cpus?: number;
  /** Compose and MicroK8s: memory of the host or node. */
  readonly memory?: Size;
  /** MicroK8s: facts of the cluster. */
  readonly cluster?: ClusterConfig;
  /** AWS: facts of the account and region. */
  readonly cloud?: CloudConfig;
  /** Compose: ports of the edge. Default: 80 and 443. */
  readonly publish?: { readonly http?: number; readonly https?: number; readonly ip?: string };
  /** Networks in which the cameras live, as IPv4 CIDR. */
  readonly cameras?: readonly string[];
  /** Who hears of alerts, and where the pages of the monitoring are. Without it nothing is watched. */
  readonly monitoring?: MonitoringConfig;
  /** How the platform is backed up. */
  readonly backup?: BackupConfig;
  /** Address that the certificate authority writes to. Without it the edge makes its own certificates, which only dev accepts. */
  readonly acmeEmail?: string;
}

const schema = z.strictObject({
  domain: hostname,
  images: z.strictObject(Object.fromEntries(SERVICES.map((name) => [name, image])) as Record<ServiceName, z.ZodType>),
  migration: z.array(z.string()).min(1).optional(),
  host: z.string().optional(),
  cpus: z.number().positive().optional(),
  memory: size.optional(),
  cluster: z
    .strictObject({
      context: z.string().min(1).optional(),
      namespace: z.string().optional(),
      ingressController: z.enum(INGRESS_CONTROLLERS).optional(),
      ingressClass: z.string().optional(),
      ingressNamespace: z.string().optional(),
      storageClass: z.string().optional(),
      volumesGrow: z.boolean().optional(),
      monitoringNamespace: z.string().optional(),
      apiServerPort: port.optional(),
      imageRepository: z.string().optional(),
      labels: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  cloud: z
    .strictObject({
      region: z.string(),
      zones: z.array(z.string()),
      allowedAccountIds: z.array(z.string()),
      certificate: z.string(),
      copyTo: z.strictObject({ region: z.string(), zones: z.array(z.string()) }),
      site: z.strictObject({ address: z.string(), asn: z.number().optional() }).optional(),
      tags: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  publish: z.strictObject({ http: port.optional(), https: port.optional(), ip: z.ipv4().optional() }).optional(),
  cameras: z.array(z.string()).optional(),
  monitoring: z
    .strictObject({
      domain: hostname.optional(),
      pagerDutyKey: z.string().min(1).optional(),
      chatUrl: z.string().min(1),
      secondUrl: z.string().min(1),
      heartbeatUrl: z.string().min(1),
      // The components check what these hold.
      heartbeatEvery: z.string().optional(),
      interval: z.string().optional(),
      mute: z.array(z.unknown()).optional(),
      tuning: z.record(z.string(), z.unknown()).optional(),
      host: z.record(z.string(), z.unknown()).optional(),
      packages: z.string().optional(),
    })
    .optional(),
  backup: z
    .strictObject({
      passphrase: z.string().min(20).optional(),
      store: externalStore.optional(),
      offsite: externalStore.optional(),
      changeWindows: z.array(changeWindow).optional(),
      timeZone: z.string().optional(),
    })
    .optional(),
  acmeEmail: z.string().optional(),
});

/**
 * The configuration of the stack that runs. Throws an `ArgumentError` that lists every problem, unknown keys among them.
 */
export function stackConfig(): StackConfig {
  const prefix = `${pulumi.getProject()}:`;
  const given = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), parsed(value)]),
  );
  return accept(() => {
    new Problems(`configuration of stack ${pulumi.getStack()}`, "CONFIGURATION")
      .shape(schema, given, Object.keys(schema.shape))
      .throwIfAny();
    return { migration: ["alembic", "upgrade", "head"], ...given } as unknown as StackConfig;
  });
}

/** Configuration arrives as text; lists, objects and numbers are JSON. */
function parsed(text: string): unknown {
  if (!/^[[{\d]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
