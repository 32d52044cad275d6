import type * as input from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

type Container = input.core.v1.Container;
type PodSpec = input.core.v1.PodSpec;
type Volume = input.core.v1.Volume;
type Probe = input.core.v1.Probe;
/** A check whose figures the update itself reads. */
type Start = Probe & { readonly periodSeconds: number; readonly failureThreshold: number };

/** A volume together with where it is seen in the container. */
export interface Mounted {
  /** Name of the volume, unique in the pod. */
  readonly name: string;
  readonly path: string;
  readonly readOnly: boolean;
  /** Whether mounts that the node makes later are seen. */
  readonly propagated?: boolean;
  readonly source: Omit<Volume, "name">;
}

/** What differs between the pods that Bulwark makes; everything else is the same for all. */
export interface PodTemplate {
  /** Name of the only container. */
  readonly name: string;
  readonly image: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
  /** Replaces the image's entrypoint. */
  readonly entrypoint?: readonly string[];
  /** Replaces the image's command. */
  readonly command?: readonly string[];
  /** `uid:gid` of the process. */
  readonly user: string;
  readonly environment?: Readonly<Record<string, pulumi.Input<string> | SecretKey>>;
  readonly mounts?: readonly Mounted[];
  readonly ports?: readonly { readonly name: string; readonly port: number }[];
  /** CPU limit, and what is kept free. */
  readonly cpus: number;
  readonly reservedCpus: number;
  /** Memory limit in MiB; as much is reserved, because memory is never overcommitted. */
  readonly memory: number;
  readonly probes?: { readonly startup: Start; readonly liveness: Probe; readonly readiness: Probe };
  /** Seconds after which the pod is ended, however far it is; only of jobs. */
  readonly endWithin?: number;
  /** Seconds between the stop signal and SIGKILL. */
  readonly stopSeconds: number;
  /** Seconds before the stop signal in which the pod still answers, while the cluster takes it out of its Services. Default: none. */
  readonly drainSeconds?: number;
  /** Runs on the node of the pods with these labels; of several sets of labels, of all of them. */
  readonly besides?: readonly Readonly<Record<string, string>>[];
  readonly restart?: "Always" | "Never";
  /** Runs on every kind of node, the control plane's too; only of agents. */
  readonly everywhere?: boolean;
  /** Class that decides who is evicted last. Default: the cluster's own, the lowest. */
  readonly priority?: string;
  /** Volumes that a StatefulSet gives each replica, by name. */
  readonly claimed?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly: boolean }[];
}

/** A variable whose value is a key of a Secret. */
export interface SecretKey {
  readonly secretName: pulumi.Input<string>;
  readonly key: string;
}

/**
 * A pod that the Pod Security Standard `restricted` admits: non-root, read-only root, no capabilities, no privilege escalation, the runtime's
 * seccomp profile, no token of the Kubernetes API.
 */
export function podSpec(template: PodTemplate): PodSpec {
  const [uid, gid] = template.user.split(":").map(Number);
  const mounts = [SCRATCH, ...(template.mounts ?? [])];
  return {
    serviceAccountName: template.serviceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: template.restart ?? "Always",
    ...(template.priority === undefined ? {} : { priorityClassName: template.priority }),
    ...(template.endWithin === undefined ? {} : { activeDeadlineSeconds: template.endWithin }),
    terminationGracePeriodSeconds: template.stopSeconds + (template.drainSeconds ?? 0),
    securityContext: {
      runAsNonRoot: true,
      ...(uid === undefined ? {} : { runAsUser: uid }),
      ...(gid === undefined ? {} : { runAsGroup: gid, fsGroup: gid }),
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(template.everywhere === true ? { tolerations: [{ operator: "Exists" }] } : {}),
    ...(template.besides === undefined || template.besides.length === 0
      ? {}
      : {
          affinity: {
            podAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: template.besides.map((labels) => ({
                topologyKey: "kubernetes.io/hostname",
                labelSelector: { matchLabels: { ...labels } },
              })),
            },
          },
        }),
    containers: [container(template, mounts)],
    volumes: mounts.map((mount) => ({ name: mount.name, ...mount.source })),
  };
}

const SCRATCH: Mounted = memoryMount("tmp", "/tmp", 64);

/** A folder in memory; it counts towards the memory limit. */
export function memoryMount(name: string, path: string, mebibytes: number): Mounted {
  return { name, path, readOnly: false, source: { emptyDir: { medium: "Memory", sizeLimit: `${mebibytes}Mi` } } };
}

function container(template: PodTemplate, mounts: readonly Mounted[]): Container {
  return {
    name: template.name,
    image: template.image,
    imagePullPolicy: "IfNotPresent",
    ...(template.entrypoint === undefined ? {} : { command: [...template.entrypoint] }),
    ...(template.command === undefined ? {} : { args: [...template.command] }),
    env: Object.entries(template.environment ?? {})
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, value]) =>
        isSecretKey(value)
          ? { name, valueFrom: { secretKeyRef: { name: value.secretName, key: value.key } } }
          : { name, value },
      ),
    ...(template.ports === undefined
      ? {}
      : { ports: template.ports.map((each) => ({ name: each.name, containerPort: each.port, protocol: "TCP" })) }),
    resources: {
      requests: { cpu: milli(template.reservedCpus), memory: `${template.memory}Mi` },
      limits: { cpu: milli(template.cpus), memory: `${template.memory}Mi` },
    },
    ...(template.probes === undefined
      ? {}
      : {
          startupProbe: template.probes.startup,
          livenessProbe: template.probes.liveness,
          readinessProbe: template.probes.readiness,
        }),
    ...(template.drainSeconds === undefined
      ? {}
      : { lifecycle: { preStop: { sleep: { seconds: template.drainSeconds } } } }),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      privileged: false,
      readOnlyRootFilesystem: true,
    },
    volumeMounts: [
      ...mounts.map((mount) => ({
        name: mount.name,
        mountPath: mount.path,
        readOnly: mount.readOnly,
        ...(mount.propagated === true ? { mountPropagation: "HostToContainer" } : {}),
      })),
      ...(template.claimed ?? []),
    ],
  };
}

function isSecretKey(value: pulumi.Input<string> | SecretKey): value is SecretKey {
  return typeof value === "object" && !pulumi.Output.isInstance(value) && "secretName" in value;
}

function milli(cpus: number): string {
  return `${Math.round(cpus * 1000)}m`;
}
