import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { isLinkable, type Linkable } from "../core/links";
import { duration, hostname, image, leaf, port, size, text, variableName, vpc } from "../core/schema";
import type { Duration, Size } from "../core/units";
import type { NetworkSource } from "../targets/network";
import type { Slo } from "./alerts";
import { type RolloutArgs, rolloutSchema } from "./rollout";
import { type ScalingArgs, scalingSchema } from "./scaling";

/** An HTTP check of a service. */
export interface ProbeArgs {
  /** Path that answers with 2xx when all is well. */
  readonly path: string;
  /** Time between two checks. Default: 10 seconds; readiness 5 seconds (SD-07). */
  readonly interval?: Duration;
  /** Time after which a check has failed. Default: 5 seconds. */
  readonly timeout?: Duration;
  /** Failures in a row that count. Default: 3 (SD-03). */
  readonly retries?: number;
}

/** The three checks of a service (SD-29). */
export interface ProbesArgs {
  /** Has it started? Until then the other two do not count. Default: `/health/startup`. */
  readonly startup?: ProbeArgs;
  /** Is it alive? If not, it is restarted. Default: `/health/live`. */
  readonly liveness?: ProbeArgs;
  /** May it receive requests? Default: `/health/ready`. */
  readonly readiness?: ProbeArgs;
  /** Time a replica may take to start. Default: 60 seconds. */
  readonly startWithin?: Duration;
  /** Command of the container's health check on compose and AWS. Default: asks the readiness path with curl, wget, Python or Node, whichever is there. */
  readonly command?: readonly string[];
}

/** A host name and path that the edge sends to the service. */
export interface RouteArgs {
  readonly host: string;
  /** Path prefix. Default: `/`. */
  readonly path?: string;
  /** Whether the prefix is removed before the request is passed on. Default: no. */
  readonly stripPrefix?: boolean;
}

/** A job that runs to its end before any replica of the new version starts. */
export interface MigrationArgs {
  readonly command: readonly string[];
  /** Image, where it is not the service's own. */
  readonly image?: pulumi.Input<string>;
  /** What the job may reach. Default: the service's own links. */
  readonly links?: readonly Linkable[];
}

/** A volume that each replica has for itself. */
export interface VolumeArgs {
  /** Folder in the container. */
  readonly path: string;
  readonly size: Size;
}

/** What only Amazon ECS has. */
export interface ServiceOnAws {
  /** Share of the replicas, in percent, on spot capacity: cheaper, and taken away with two minutes' notice. One replica never is. Default: 0. */
  readonly spotPercent?: number;
}

/** Arguments of {@link ServiceDeployment}. */
export interface ServiceDeploymentArgs {
  /** Network the service lives in. */
  readonly vpc: NetworkSource;
  /** Image with a fixed tag or digest. */
  readonly image: pulumi.Input<string>;
  /** Replaces the image's command. */
  readonly command?: readonly string[];
  /** Port of the HTTP server in the container. Default: 8000 (SD-05). */
  readonly port?: number;
  /**
   * Where Prometheus finds the metrics: by default the service's port, `/metrics`. Give it, `{}` for the defaults, to let a MonitoringStack watch
   * the service; on compose it then has a network of its own. Default: not watched.
   */
  readonly metrics?: { readonly port?: number; readonly path?: string };
  /**
   * Whether the service sends traces to the MonitoringStack that watches it: it gets a way there and the variables of OpenTelemetry, by OTLP over
   * gRPC. Needs {@link metrics}. Default: no. Not on AWS.
   */
  readonly tracing?: boolean;
  /** What the service promises; alerts on its error budget follow. Default: 99.9 % of the requests within 30 days. See `SLO_PROFILES`. */
  readonly slo?: Slo;
  /** Environment variables that are not secret. */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Secrets by variable name. The service finds each in the file that `<NAME>_FILE` names. */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * `env` puts secrets into plain variables, where `docker inspect` shows them. Default: `file`; on AWS `env`, the only way there: the task definition
   * names the secret and Fargate fills in the variable.
   */
  readonly secretsAs?: "file" | "env";
  /** What the service may reach: databases, caches, buckets, other services. Nothing else can be reached. */
  readonly links?: readonly Linkable[];
  /** Whether other services may link to this one. Default: no. */
  readonly linkable?: boolean;
  /** Replicas; with `scaling` the fewest. Default: 1 in dev, 2 in staging and prod. */
  readonly replicas?: number;
  /** Adds and takes away replicas with the load. Default: always `replicas`. Refused on a compose host; on AWS the
   * pace is that of target tracking, of which `every` alone can be set. */
  readonly scaling?: ScalingArgs;
  /**
   * How a new version takes the place of the one that runs. `blue-green` and `canary` are for AWS, behind one route: a second target group and twice the
   * tasks stand beside the first until the new version has proved itself, and an alarm on its errors puts the old one back. Whoever goes back
   * to `rolling` does it in a change window: the load balancer may forward to the other target group at that moment. Default: `rolling`.
   */
  readonly rollout?: RolloutArgs;
  /**
   * Lets the replicas reach each other on a port, such as the validators of a chain; nothing else may use it. Each finds all of them in `PEERS`, as
   * `host:port,host:port`. Default: replicas cannot reach each other.
   */
  readonly peers?: { readonly port: number };
  /** AWS only: what Amazon ECS decides by its own words. */
  readonly aws?: ServiceOnAws;
  /** CPU limit of one replica. */
  readonly cpus: number;
  /** CPUs kept free for one replica. Default: half of `cpus` (SD-02). */
  readonly reservedCpus?: number;
  /** Memory limit of one replica. Default: `"512 MiB"` (SD-36). */
  readonly memory?: Size;
  readonly probes?: ProbesArgs;
  /** Routes from the edge. Default: none, the service cannot be reached from outside. */
  readonly routes?: readonly RouteArgs[];
  /** Job that runs before the replicas of a new version start. */
  readonly migration?: MigrationArgs;
  /** Volumes by name; each replica has its own, and keeps it through restarts and new versions. */
  readonly volumes?: Readonly<Record<string, VolumeArgs>>;
  /** Folders that the process may write to, in memory, besides `/tmp`. */
  readonly scratch?: readonly string[];
  /** `uid:gid` of the process. Default: `10001:10001`. Root is refused. */
  readonly user?: string;
  /** Time between the signal to stop and the kill. Default: 20 seconds. */
  readonly stopWithin?: Duration;
  /** Whether the service may open connections to the outside world. Default: no. */
  readonly outbound?: boolean;
  /** Whether the service may reach the camera networks of the vpc. Default: no. */
  readonly cameras?: boolean;
  /** Whether deletion of the service's volumes is refused. Default: yes. */
  readonly protect?: boolean;
}

const absolutePath = text(/^\/[\w./-]*$/, "an absolute path", "start it with /");
const probe = z.strictObject({
  path: absolutePath,
  interval: duration.optional(),
  timeout: duration.optional(),
  retries: z.number().int().min(1).max(20).optional(),
});
const command = z.array(z.string()).min(1);
const links = z.array(
  z.custom<Linkable>(isLinkable, {
    params: {
      allowed: "components that can be linked to",
      fix: "give the component itself, or a view such as db.as({ role })",
    },
  }),
);
const variables = z.record(variableName, leaf(z.string()));

/** Shape of {@link ServiceDeploymentArgs}. */
export const schema = z.strictObject({
  vpc,
  image: leaf(image),
  command: command.optional(),
  port: port.optional(),
  tracing: z.boolean().optional(),
  metrics: z.strictObject({ port: port.optional(), path: absolutePath.optional() }).optional(),
  slo: z
    .strictObject({
      availability: z.number().gt(0).lt(100),
      p95: z.number().positive().optional(),
      recovery: duration.optional(),
    })
    .optional(),
  environment: variables.optional(),
  secrets: variables.optional(),
  secretsAs: z.enum(["file", "env"]).optional(),
  links: links.optional(),
  linkable: z.boolean().optional(),
  replicas: z.number().int().min(1).max(100).optional(),
  scaling: scalingSchema.optional(),
  rollout: rolloutSchema.optional(),
  peers: z.strictObject({ port }).optional(),
  aws: z.strictObject({ spotPercent: z.number().int().min(0).max(100).optional() }).optional(),
  cpus: z.number().positive(),
  reservedCpus: z.number().positive().optional(),
  memory: size.optional(),
  probes: z
    .strictObject({
      startup: probe.optional(),
      liveness: probe.optional(),
      readiness: probe.optional(),
      startWithin: duration.optional(),
      command: command.optional(),
    })
    .optional(),
  routes: z
    .array(z.strictObject({ host: hostname, path: absolutePath.optional(), stripPrefix: z.boolean().optional() }))
    .optional(),
  migration: z.strictObject({ command, image: leaf(image).optional(), links: links.optional() }).optional(),
  volumes: z
    .record(
      text(/^[a-z][a-z0-9-]*$/, "a lower-case name", 'use a name such as "spool"'),
      z.strictObject({ path: absolutePath, size }),
    )
    .optional(),
  scratch: z.array(absolutePath).optional(),
  user: text(
    /^[1-9]\d*:\d+$/,
    "uid:gid of a user that is not root",
    'use "10001:10001", or the uid that the image was built for',
  ).optional(),
  stopWithin: duration.optional(),
  outbound: z.boolean().optional(),
  cameras: z.boolean().optional(),
  protect: z.boolean().optional(),
});
