import { checkName, checkReservedCpus } from "../core/arguments";
import type { Problem } from "../core/errors";
import { Problems } from "../core/problems";
import { mebibytes, seconds } from "../core/units";
import { type ProbeArgs, type RouteArgs, type ServiceDeploymentArgs, schema } from "./args";
import { type RolloutSpec, resolveRollout } from "./rollout";
import { resolveScaling, type ScalingSpec } from "./scaling";
import { unsupportedService } from "./unsupported";
import { tracingVariables } from "./variables";

/** A check with every default filled in; times in seconds. */
export interface ProbeSpec {
  readonly path: string;
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
}

/** {@link ServiceDeploymentArgs} with every default filled in, but for links and leaves, which are read from the arguments. */
export interface ServiceSpec {
  readonly port: number;
  readonly metrics: { readonly port: number; readonly path: string };
  /** Whether it sends traces. */
  readonly tracing: boolean;
  readonly replicas: number;
  readonly scaling: ScalingSpec | undefined;
  readonly rollout: RolloutSpec;
  /** Share of the tasks on spot capacity; without meaning off AWS. */
  readonly spotPercent: number;
  /** Port on which the replicas reach each other. */
  readonly peerPort: number | undefined;
  readonly cpus: number;
  readonly reservedCpus: number;
  /** In MiB. */
  readonly memory: number;
  readonly startup: ProbeSpec;
  readonly liveness: ProbeSpec;
  readonly readiness: ProbeSpec;
  /** In seconds. */
  readonly startWithin: number;
  readonly routes: readonly Required<RouteArgs>[];
  readonly volumes: readonly { readonly name: string; readonly path: string; readonly size: number }[];
  readonly scratch: readonly string[];
  readonly user: string;
  /** In seconds. */
  readonly stopWithin: number;
  readonly secretsAs: "file" | "env";
  readonly linkable: boolean;
  readonly outbound: boolean;
  readonly cameras: boolean;
  readonly protect: boolean;
}

/** Most volumes, aliases and files have the component's name in theirs; this keeps host names within 63 characters. */
const LONGEST_NAME = 40;

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveService(name: string, args: ServiceDeploymentArgs): ServiceSpec {
  const problems = new Problems(`ServiceDeployment "${name}"`).shape(schema, args, Object.keys(schema.shape));
  checkName(problems, name, "auth-service", LONGEST_NAME);
  checkTogether(problems, args);
  problems.across(
    ["vpc", "image", "cpus", "memory", "probes", "routes", "migration", "scaling", "peers", "rollout"],
    (add) => {
      for (const problem of unsupportedService(args, args.vpc.network)) add(problem);
    },
  );
  problems.across(["vpc", "memory", "cpus", "reservedCpus", "replicas", "scaling"], () => {
    const { target } = args.vpc.network;
    if (target.kind === "aws") return;
    const count = args.scaling?.max ?? args.replicas ?? defaultReplicas(args);
    const one = { cpus: args.reservedCpus ?? args.cpus / 2, memory: mebibytes(args.memory ?? "512 MiB") };
    const inPlace = target.kind === "compose" || Object.keys(args.volumes ?? {}).length > 0 || args.peers !== undefined;
    target.capacity.take(
      {
        name,
        cpus: one.cpus * count,
        memory: one.memory * count,
        ...(inPlace && args.migration === undefined ? {} : { step: one }),
      },
      problems,
    );
  });
  problems.throwIfAny();

  const startWithin = seconds(args.probes?.startWithin ?? "60 seconds");
  const port = args.port ?? 8000;
  return {
    port,
    metrics: { port: args.metrics?.port ?? port, path: args.metrics?.path ?? "/metrics" },
    tracing: args.tracing ?? false,
    replicas: args.replicas ?? defaultReplicas(args),
    scaling: args.scaling === undefined ? undefined : resolveScaling(args.scaling),
    rollout: resolveRollout(args.rollout),
    spotPercent: args.aws?.spotPercent ?? 0,
    peerPort: args.peers?.port,
    cpus: args.cpus,
    reservedCpus: args.reservedCpus ?? args.cpus / 2,
    memory: mebibytes(args.memory ?? "512 MiB"),
    startup: probe(args.probes?.startup, "/health/startup", 2),
    liveness: probe(args.probes?.liveness, "/health/live", 10),
    readiness: probe(args.probes?.readiness, "/health/ready", 5),
    startWithin,
    routes: (args.routes ?? []).map((route) => ({
      host: route.host,
      path: route.path ?? "/",
      stripPrefix: route.stripPrefix ?? false,
    })),
    volumes: Object.entries(args.volumes ?? {}).map(([volume, each]) => ({
      name: volume,
      path: each.path,
      size: mebibytes(each.size),
    })),
    scratch: args.scratch ?? [],
    user: args.user ?? "10001:10001",
    stopWithin: seconds(args.stopWithin ?? "20 seconds"),
    secretsAs: args.secretsAs ?? (args.vpc.network.kind === "aws" ? "env" : "file"),
    linkable: args.linkable ?? false,
    outbound: args.outbound ?? false,
    cameras: args.cameras ?? false,
    protect: args.protect ?? true,
  };
}

/** Most replicas that run at once: while one version replaces another, both do. */
export function instancesOf(args: ServiceDeploymentArgs, spec: ServiceSpec): number {
  const most = spec.scaling?.max ?? spec.replicas;
  const job = args.migration !== undefined && args.migration.links === undefined ? 1 : 0;
  switch (args.vpc.network.kind) {
    case "compose":
      return most + job;
    case "microk8s":
      return isStateful(spec) ? most + job : most + 1;
    case "aws":
      return 2 * most;
  }
}

/** Whether the replicas are told apart: each has a name, and its volumes are its own. */
export function isStateful(spec: ServiceSpec): boolean {
  return spec.volumes.length > 0 || spec.peerPort !== undefined;
}

function defaultReplicas(args: ServiceDeploymentArgs): number {
  return args.vpc.network.target.environment === "dev" ? 1 : 2;
}

function probe(args: ProbeArgs | undefined, path: string, interval: number): ProbeSpec {
  return {
    path: args?.path ?? path,
    interval: args?.interval === undefined ? interval : seconds(args.interval),
    timeout: args?.timeout === undefined ? 5 : seconds(args.timeout),
    retries: args?.retries ?? 3,
  };
}

function checkTogether(problems: Problems, args: ServiceDeploymentArgs): void {
  checkReservedCpus(problems, args);
  problems.across(["memory"], (add) => {
    if (args.memory !== undefined && mebibytes(args.memory) < 16) {
      add({ path: "memory", given: `"${args.memory}"`, allowed: "at least 16 MiB", fix: 'use "64 MiB" or more' });
    }
  });
  problems.across(["environment", "secrets"], (add) => {
    for (const variable of Object.keys(args.secrets ?? {})) {
      if (variable in (args.environment ?? {}) || `${variable}_FILE` in (args.environment ?? {})) {
        add({
          path: `secrets.${variable}`,
          given: "a variable that environment has too",
          allowed: "each variable once",
          fix: `remove ${variable} from environment`,
        });
      }
    }
    for (const [variable, value] of Object.entries(args.environment ?? {})) {
      if (typeof value === "string" && value !== "" && /(PASSWORD|SECRET|TOKEN|PRIVATE_KEY|API_KEY)$/.test(variable)) {
        add({
          path: `environment.${variable}`,
          given: "[secret]",
          allowed: "no secret in a plain variable",
          fix: `move it to secrets: { ${variable}: config.requireSecret(...) }`,
        });
      }
    }
  });
  problems.across(["routes"], (add) => {
    const seen = new Set<string>();
    for (const [index, route] of (args.routes ?? []).entries()) {
      const key = `${route.host}${route.path ?? "/"}`;
      if (seen.has(key))
        add({
          path: `routes.${index}`,
          given: `"${key}" for the second time`,
          allowed: "each host and path once",
          fix: "remove one of the two",
        });
      seen.add(key);
    }
  });
  problems.across(["volumes", "scratch"], (add) => {
    const paths = [...Object.values(args.volumes ?? {}).map((each) => each.path), ...(args.scratch ?? [])];
    for (const path of new Set(paths.filter((each, index) => paths.indexOf(each) !== index))) {
      add({
        path: "volumes",
        given: `"${path}" twice`,
        allowed: "each folder once",
        fix: "give each volume and scratch folder its own path",
      });
    }
  });
  problems.across(["vpc", "scaling", "replicas", "volumes", "peers"], (add) => checkScaling(add, args));
  problems.across(["peers", "port", "metrics", "environment"], (add) => checkPeers(add, args));
  problems.across(["vpc", "tracing", "metrics", "environment"], (add) => checkTracing(add, args));
  problems.across(["volumes"], (add) => {
    for (const volume of Object.keys(args.volumes ?? {})) {
      if (!/^(tmp|secrets|trust|scratch-\d+)$/.test(volume)) continue;
      add({
        path: `volumes.${volume}`,
        given: `"${volume}"`,
        allowed: "another name than tmp, secrets, trust and scratch-<number>, which Bulwark uses itself",
        fix: 'use a name such as "data"',
      });
    }
  });
  problems.across(["stopWithin", "vpc"], (add) => {
    if (args.stopWithin !== undefined && seconds(args.stopWithin) > 120) {
      add({
        path: "stopWithin",
        given: `"${args.stopWithin}"`,
        allowed: "at most 120 seconds, the limit of Fargate",
        fix: "finish long work in a queue, not at the end of a process",
      });
    }
  });
}

function checkPeers(add: (problem: Problem) => void, args: ServiceDeploymentArgs): void {
  if (args.peers === undefined) return;
  const { port: own = 8000, metrics } = args;
  if ([own, metrics?.port].includes(args.peers.port)) {
    add({
      path: "peers.port",
      given: String(args.peers.port),
      allowed: "another port than those of requests and metrics",
      fix: "let the replicas talk to each other on a port of its own, which nothing else may reach",
    });
  }
  if ("PEERS" in (args.environment ?? {})) {
    add({
      path: "environment.PEERS",
      given: "a variable that peers sets too",
      allowed: "each variable once",
      fix: "remove PEERS from environment, or leave peers out",
    });
  }
}

function checkTracing(add: (problem: Problem) => void, args: ServiceDeploymentArgs): void {
  if (args.tracing !== true || args.vpc.network.kind === "aws") return;
  if (args.metrics === undefined) {
    add({
      path: "tracing",
      given: "true without metrics",
      allowed: "a service that is watched",
      fix: "add metrics: {}, and name the service in the watches of a MonitoringStack",
    });
  }
  for (const variable of Object.keys(tracingVariables("", ""))) {
    if (!(variable in (args.environment ?? {}))) continue;
    add({
      path: `environment.${variable}`,
      given: "a variable that tracing sets too",
      allowed: "each variable once",
      fix: `remove ${variable} from environment, or leave tracing out`,
    });
  }
}

function checkScaling(add: (problem: Problem) => void, args: ServiceDeploymentArgs): void {
  if (args.scaling === undefined) return;
  const fewest = args.replicas ?? defaultReplicas(args);
  if (args.scaling.max <= fewest) {
    add({
      path: "scaling.max",
      given: String(args.scaling.max),
      allowed: `more than replicas, ${fewest}`,
      fix: `raise it, or leave scaling out for ${fewest === 1 ? "one replica" : `${fewest} replicas`} at all times`,
    });
  }
  if (Object.keys(args.volumes ?? {}).length > 0 || args.peers !== undefined) {
    add({
      path: "scaling",
      given: `scaling together with ${args.peers === undefined ? "volumes" : "peers"}`,
      allowed: "replicas that are all alike",
      fix: "leave scaling out: a replica with a volume or a name of its own is added by raising replicas",
    });
  }
}
