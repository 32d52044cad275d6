import { TaskDefinition } from "@pulumi/aws/ecs/taskDefinition";
import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import type { SecretRef } from "../core/secrets";
import { named } from "../targets/aws/children";
import { logGroup } from "../targets/aws/logs";
import type { ServiceDeploymentArgs } from "./args";
import type { AwsService } from "./aws";
import { executionRole, taskRole } from "./aws-roles";
import { fargateSize } from "./fargate";
import { healthCommand } from "./health";
import type { ServiceSpec } from "./spec";
import type { Bound } from "./variables";

/** A secret as a task definition names it, and the ARN that reading it needs. */
export interface Reference {
  readonly variable: string;
  readonly valueFrom: pulumi.Output<string>;
  readonly arn: pulumi.Input<string>;
  /** Another version starts new tasks; they read the current one all the same, as it may have been rotated since. */
  readonly version?: pulumi.Input<string>;
}

/** What a task runs: the service itself, or the migration before it. */
export interface Process {
  /** Name of the task and of its container. */
  readonly name: string;
  readonly kind: "service" | "migration";
  readonly image: pulumi.Input<string>;
  readonly command: readonly string[] | undefined;
  readonly bound: Bound;
}

/** A task definition, and what must be there before a task starts. */
export interface TaskOutput {
  readonly definition: TaskDefinition;
  /** Roles that who starts the task must be allowed to hand over. */
  readonly roles: readonly pulumi.Output<string>[];
  readonly after: readonly pulumi.Resource[];
}

/** The task definition of a process. */
export function taskDefinition(service: AwsService, process: Process, kept: Kept): TaskOutput {
  const { args, spec, owner, network } = service;
  const { name, bound } = process;
  const { parent, target } = owner;
  const size = fargateSize(spec.cpus, spec.memory);
  if (size === undefined) throw new Error("the check of the arguments let through too much");
  const logs = logGroup(owner, name, physicalName("logGroup", `/ecs/${target.prefix}/${name}`), network.keyArn);
  const secrets = [...bound.secrets.map((each) => linked(each.variable, each.ref)), ...kept.references];
  const execution = executionRole(
    service,
    process,
    logs.arn,
    secrets.map((each) => each.arn),
  );
  const role = taskRole(service, process);
  const definition = new TaskDefinition(
    name,
    {
      family: physicalName("ecs", target.prefix, name),
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(size.cpu),
      memory: String(size.memory),
      runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
      executionRoleArn: execution.arn,
      taskRoleArn: role.arn,
      containerDefinitions: pulumi.jsonStringify([
        {
          name,
          image: process.image,
          essential: true,
          ...(process.command === undefined ? {} : { command: process.command }),
          user: spec.user,
          cpu: Math.ceil(spec.cpus * 1024),
          memory: spec.memory,
          readonlyRootFilesystem: true,
          privileged: false,
          linuxParameters: {
            initProcessEnabled: true,
            capabilities: { drop: ["ALL"] },
            tmpfs: ["/tmp", ...spec.scratch].map((containerPath) => ({
              containerPath,
              size: 64,
              mountOptions: ["noexec", "nosuid", "nodev"],
            })),
          },
          portMappings: (process.kind === "service" ? [...new Set([spec.port, spec.metrics.port])] : []).map(
            (containerPort) => ({
              containerPort,
              hostPort: containerPort,
              protocol: "tcp",
            }),
          ),
          environment: Object.entries(bound.variables)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([variable, value]) => ({ name: variable, value })),
          secrets: secrets
            .sort((a, b) => (a.variable < b.variable ? -1 : 1))
            .map((each) => ({ name: each.variable, valueFrom: each.valueFrom })),
          ...(process.kind === "service" ? { healthCheck: healthCheck(args, spec) } : {}),
          dockerLabels: Object.fromEntries(
            secrets.flatMap(({ variable, version }) =>
              version === undefined ? [] : [[`io.bulwark.secret.${variable}`, version]],
            ),
          ),
          stopTimeout: spec.stopWithin,
          logConfiguration: {
            logDriver: "awslogs",
            options: { "awslogs-group": logs.name, "awslogs-region": target.region, "awslogs-stream-prefix": "ecs" },
          },
        },
      ]),
      ...named(owner, name),
    },
    { parent },
  );
  return { definition, roles: [execution.arn, role.arn], after: [...execution.after, ...role.after, ...kept.after] };
}

/** ECS replaces a task that fails this check, so it asks whether the process lives, not whether it is ready. */
function healthCheck(args: ServiceDeploymentArgs, spec: ServiceSpec) {
  return {
    command: healthCommand({ ...spec, readiness: spec.liveness }, args.probes?.command),
    interval: spec.liveness.interval,
    timeout: spec.liveness.timeout,
    retries: spec.liveness.retries,
    startPeriod: spec.startWithin,
  };
}

function linked(variable: string, ref: SecretRef): Reference {
  if (ref.kind !== "secretsManager") throw new Error(`a service on aws cannot read a secret of kind ${ref.kind}`);
  return {
    variable,
    arn: ref.arn,
    valueFrom: pulumi.interpolate`${ref.arn}:${ref.jsonKey ?? ""}::`,
    ...(ref.version === undefined ? {} : { version: ref.version }),
  };
}

/** The service's own secrets, as its tasks name them. */
export interface Kept {
  readonly references: readonly Reference[];
  readonly after: readonly pulumi.Resource[];
}

/** The service's own secrets, in one secret of Secrets Manager. Tasks name its version, so another value starts new tasks. */
export function keep(service: AwsService): Kept {
  const { name, args, owner, network } = service;
  const variables = Object.keys(args.secrets ?? {});
  if (variables.length === 0) return { references: [], after: [] };
  const secret = new Secret(
    `${name}-secrets`,
    {
      name: physicalName("secret", `${owner.target.prefix}/${name}`),
      description: "Secrets of one service",
      kmsKeyId: network.keyArn,
      recoveryWindowInDays: owner.target.environment === "prod" ? 30 : 7,
      ...named(owner, name),
    },
    { parent: owner.parent },
  );
  const version = new SecretVersion(
    `${name}-secrets`,
    { secretId: secret.id, secretString: pulumi.secret(pulumi.jsonStringify(args.secrets)) },
    { parent: owner.parent },
  );
  return {
    references: variables.map((variable) => ({
      variable,
      arn: secret.arn,
      valueFrom: pulumi.interpolate`${secret.arn}:${variable}::${version.versionId}`,
    })),
    after: [version],
  };
}
