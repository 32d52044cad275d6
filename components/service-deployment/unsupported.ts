import type { Problem } from "../core/errors";
import { mebibytes, seconds } from "../core/units";
import type { Network } from "../targets/network";
import type { ProbeArgs, ServiceDeploymentArgs } from "./args";
import { fargateSize, repositoryArn } from "./fargate";
import { checkRollout, refuseGuardedRollout } from "./rollout";

/** What the target cannot give, or not yet. The arguments have passed the schema. */
export function unsupportedService(args: ServiceDeploymentArgs, network: Network): Problem[] {
  switch (network.kind) {
    case "compose":
      return [...elsewhere(args, network.kind), ...onCompose(args)];
    case "microk8s":
      return [...elsewhere(args, network.kind), ...onMicroK8s(args, network.cameras)];
    case "aws":
      return [...onAws(args, network.cameras), ...wayOut(args, network.outside)];
  }
}

function elsewhere(args: ServiceDeploymentArgs, kind: "compose" | "microk8s"): Problem[] {
  const problems = refuseGuardedRollout(args.rollout, kind);
  if (args.aws === undefined) return problems;
  return [
    ...problems,
    {
      path: "aws",
      given: `an object on ${kind}`,
      allowed: "aws only",
      fix: "remove aws: these are settings of Amazon ECS",
    },
  ];
}

function onCompose(args: ServiceDeploymentArgs): Problem[] {
  if (args.scaling === undefined) return [];
  return [
    {
      path: "scaling",
      given: "scaling on compose",
      allowed: "microk8s and aws only",
      fix: "remove scaling and give replicas: nothing on a Docker host starts more of them with the load",
    },
  ];
}

function onMicroK8s(args: ServiceDeploymentArgs, cameras: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  if (args.probes?.command !== undefined) {
    problems.push({
      path: "probes.command",
      given: "a command on microk8s",
      allowed: "compose and aws only",
      fix: "remove it: the kubelet asks the three paths over HTTP",
    });
  }
  if (args.cameras === true && cameras.length === 0) {
    problems.push({
      path: "cameras",
      given: "true",
      allowed: "only with camera networks in the vpc",
      fix: 'name them: new SurveillanceVpc("network", { cameras: ["192.168.50.0/24"], ... })',
    });
  }
  return problems;
}

function onAws(args: ServiceDeploymentArgs, cameras: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  const refuse = (path: string, given: string, allowed: string, fix: string): void => {
    problems.push({ path, given, allowed, fix });
  };
  if (fargateSize(args.cpus, mebibytes(args.memory ?? "512 MiB")) === undefined) {
    refuse(
      "memory",
      `"${args.memory ?? "512 MiB"}" with ${args.cpus} CPUs`,
      "at most 16 CPUs and 120 GiB on aws",
      "ask for less for each replica, and have more replicas",
    );
  }
  if (typeof args.image === "string" && repositoryArn(args.image) === undefined && args.outbound !== true) {
    refuse(
      "image",
      `"${args.image}" without outbound`,
      "an image in Amazon ECR: a service without outbound reaches no other registry",
      "push it to <account>.dkr.ecr.<region>.amazonaws.com, or set outbound: true",
    );
  }
  if (args.tracing === true) {
    refuse(
      "tracing",
      "true on aws",
      "compose and microk8s only",
      "send traces to AWS X-Ray with the collector of your own image",
    );
  }
  if (args.secretsAs === "file") {
    refuse("secretsAs", '"file" on aws', '"env" on aws', "remove secretsAs, and read the plain variables");
  }
  const { migration } = args;
  if (typeof migration?.image === "string" && repositoryArn(migration.image) === undefined && args.outbound !== true) {
    refuse(
      "migration.image",
      `"${migration.image}" without outbound`,
      "an image in Amazon ECR: a service without outbound reaches no other registry",
      "push it to <account>.dkr.ecr.<region>.amazonaws.com, or set outbound: true",
    );
  }
  for (const way of ["up", "down"] as const) {
    for (const key of ["after", "percent"] as const) {
      if (args.scaling?.[way]?.[key] === undefined) continue;
      refuse(
        `scaling.${way}.${key}`,
        String(args.scaling[way][key]),
        "microk8s only",
        "remove it: target tracking of AWS chooses the size of a step, and acts after 3 minutes up and 15 down",
      );
    }
  }
  if (args.peers !== undefined) {
    refuse("peers", "peers on aws", "compose and microk8s only", "run replicas that know each other on MicroK8s");
  }
  if (Object.keys(args.volumes ?? {}).length > 0) {
    refuse(
      "volumes",
      "a volume on aws",
      "compose and microk8s only",
      "keep files in a StorageBucket: replicas there come and go without a disk of their own",
    );
  }
  if (args.cameras === true && cameras.length === 0) {
    refuse(
      "cameras",
      "true",
      "only with camera networks in the vpc",
      'name them and the VPN to them: new SurveillanceVpc("network", { cameras: [...], site: { address: ... }, ... })',
    );
  }
  if (args.probes?.startup !== undefined) {
    refuse(
      "probes.startup",
      "a startup check on aws",
      "compose and microk8s only",
      "give startWithin alone: within that time a failed check does not count",
    );
  }
  if (args.probes?.startWithin !== undefined && seconds(args.probes.startWithin) > 300) {
    refuse(
      "probes.startWithin",
      `"${args.probes.startWithin}"`,
      "at most 300 seconds on aws",
      "start faster, or load in the background and say so by readiness",
    );
  }
  for (const check of ["liveness", "readiness"] as const) problems.push(...limits(check, args.probes?.[check]));
  return [...problems, ...checkRollout(args)];
}

function wayOut(args: ServiceDeploymentArgs, outside: readonly string[]): Problem[] {
  if (args.outbound !== true || outside.length > 0) return [];
  return [
    {
      path: "outbound",
      given: "true, in a vpc without a way to the internet",
      allowed: "services without outbound",
      fix: 'remove outbound, or give the vpc a way out: nat: "single", or outbound of an adopted one',
    },
  ];
}

/** Limits of the checks of ECS and of a target group. */
function limits(check: "liveness" | "readiness", probe: ProbeArgs | undefined): Problem[] {
  const interval = seconds(probe?.interval ?? (check === "liveness" ? "10 seconds" : "5 seconds"));
  const timeout = seconds(probe?.timeout ?? "3 seconds");
  const retries = probe?.retries ?? 3;
  const whole = Number.isInteger(interval) && Number.isInteger(timeout);
  if (whole && interval >= 5 && interval <= 300 && timeout >= 2 && timeout < interval && retries >= 2 && retries <= 10)
    return [];
  return [
    {
      path: `probes.${check}`,
      given: `every ${interval} s, ${timeout} s each, ${retries} times`,
      allowed: "every 5 to 300 s, at least 2 s each and less than the interval, 2 to 10 times, on aws",
      fix: "stay within these limits of Amazon ECS and its load balancer",
    },
  ];
}
