import { posix } from "node:path";
import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import type * as input from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { JobConfig } from "../../images/backup/src/config";
import { physicalName } from "../core/names";
import { SPOOL } from "../managed-postgres/configuration";
import { ownImage } from "../targets/microk8s/images";
import { labelsOf, selectorOf } from "../targets/microk8s/labels";
import { childOf, configuration, metadata, type Owner, secret } from "../targets/microk8s/objects";
import { allow, allowBoth, endpointLabels, outside, podsOf } from "../targets/microk8s/paths";
import { type Mounted, memoryMount, type PodTemplate, podSpec } from "../targets/microk8s/pod";
import { statefulServer } from "../targets/microk8s/stateful";
import { trustMount } from "../targets/microk8s/trust";
import { claim, claimMount } from "../targets/microk8s/volumes";
import type { MicroK8sNetwork } from "../targets/network";
import type { HostedArgs } from "./args";
import {
  type Brought,
  bring,
  ENVIRONMENT,
  type Hosted,
  hosted,
  PORT,
  RUNNER_CONFIG,
  runnerConfig,
  runnerFiles,
  runsAfter,
  STATE,
  STOP_SECONDS,
  type Way,
  waysToStores,
} from "./hosted";
import { jobsOfLane, type Lane, lanesOf } from "./lanes";
import { turns } from "./microk8s-turns";
import type { BackupOutput } from "./output";
import type { BackupSpec } from "./spec";

/** What the runners of one schedule share on a cluster. */
interface Shared extends Hosted {
  readonly owner: Owner;
  /** Priority class of the jobs, and what makes it. */
  readonly turns: { readonly priority: string; readonly ready: readonly pulumi.Resource[] };
}

/**
 * A CronJob for each job, and for each lane a runner: it makes the first copies, repeats what failed, watches the WAL, serves the metrics, and is
 * where restores and drills run. All of them share the lane's state, so a job has one lock and one result, wherever it ran.
 */
export function buildOnMicroK8s(
  name: string,
  args: HostedArgs,
  spec: BackupSpec,
  network: MicroK8sNetwork,
  parent: pulumi.Resource,
): BackupOutput {
  const owner: Owner = { component: name, network, parent };
  const shared: Shared = { ...hosted(name, args, spec, network, parent), owner, turns: turns(owner) };
  const { namespace } = network;
  const lanes = lanesOf(name, spec.subjects, spec.schedules.full !== undefined);
  for (const lane of lanes) runner(shared, lane);
  return {
    metrics: {
      target: { job: name, addresses: lanes.map((lane) => `${lane.service}.${namespace}.svc:${PORT}`) },
      path: { kind: "microk8s", namespace, podLabels: endpointLabels(name, "backup"), port: PORT },
    },
    passphrase: shared.passphrase,
  };
}

function runner(shared: Shared, lane: Lane): void {
  const { owner, name, spec } = shared;
  const { service } = lane;
  const brought = lane.subjects.map((subject) =>
    bring(shared, subject, (server) => ({
      networks: [],
      volumes: [],
      after: [...shared.store.location.after, ...open(owner, server, podsOf(server, [server]), [shared.store.way])],
    })),
  );
  const files = filesOf(shared, lane, brought);
  const state = claim(owner, `${service}-state`, scratchOf(lane), undefined);
  const ways = [...waysToStores(shared), ...brought.flatMap((each) => each.ways)];
  const template: Omit<PodTemplate, "serviceAccount"> = {
    name: "runner",
    image: ownImage(owner.network.target, "backup"),
    user: lane.user,
    environment: ENVIRONMENT,
    mounts: [
      claimMount("state", STATE, `${service}-state`),
      memoryMount("spool", SPOOL, 64),
      trustMount(owner.network),
      ...brought
        .flatMap((each) => each.mounts)
        .map((each) => ({ ...claimMount(each.volume, each.path, each.volume), readOnly: true })),
      ...files.mounts,
    ],
    cpus: spec.cpus,
    reservedCpus: spec.reservedCpus,
    memory: spec.memory,
    stopSeconds: STOP_SECONDS,
    besides: serversOf(lane).map((each) => each.podLabels),
  };
  const probe = {
    exec: { command: ["bulwark-backup", "healthy"] },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 6,
  };
  const { workload } = statefulServer(
    owner,
    service,
    "backup",
    {
      ...template,
      command: ["serve"],
      ports: [{ name: "metrics", port: PORT }],
      probes: { startup: { ...probe, failureThreshold: 30 }, liveness: probe, readiness: probe },
      priority: owner.network.priorities.service,
    },
    undefined,
    [state, ...files.after, ...runsAfter(shared, brought), ...open(owner, service, podsOf(name, [service]), ways)],
  );
  for (const job of jobsOfLane(lane, spec.jobs))
    scheduled(shared, lane, job, template, [workload, ...shared.turns.ready]);
}

/** A job at its moments. What was missed is made up for once, until the next moment comes; what failed is repeated by the runner. */
function scheduled(
  { owner, name, spec, turns: { priority } }: Shared,
  lane: Lane,
  job: JobConfig,
  template: Omit<PodTemplate, "serviceAccount">,
  after: readonly pulumi.Resource[],
): void {
  const { cron } = job;
  if (cron === undefined) return;
  const labels = labelsOf(name, selectorOf(name, lane.service, "backup-job"));
  new CronJob(
    `${name}-${job.name}`,
    {
      metadata: metadata(owner, physicalName("cronJob", name, job.name), labels),
      spec: {
        schedule: cron,
        timeZone: spec.timeZone,
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: Math.max(60, job.maxAge - job.timeout - spec.jitter),
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        suspend: false,
        jobTemplate: {
          metadata: { labels },
          spec: {
            // It may have to wait for its turn; when the next one is overdue, this one is given up.
            activeDeadlineSeconds: job.maxAge,
            backoffLimit: 0,
            completions: 1,
            parallelism: 1,
            // A node that is emptied is no failure of the job.
            podFailurePolicy: {
              rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
            },
            template: {
              metadata: { labels },
              spec: podSpec({
                ...template,
                serviceAccount: lane.service,
                command: ["run", job.name, "due"],
                restart: "Never",
                priority,
                // The jitter, the wait for the source's lock, the job itself, and its end.
                endWithin: spec.jitter + 2 * job.timeout + 2 * STOP_SECONDS,
              }),
            },
          },
        },
      },
    },
    childOf(owner, after),
  );
}

/** Lets pods go some ways. */
function open(
  owner: Owner,
  consumer: string,
  from: input.meta.v1.LabelSelector,
  ways: readonly Way[],
): pulumi.Resource[] {
  return ways.flatMap(({ to, path, endpoint }) => {
    if (path?.kind === "microk8s") {
      const { namespace, port, podLabels } = path;
      return allowBoth(owner, consumer, to, { from, to: { matchLabels: { ...podLabels } }, namespace, port });
    }
    if (endpoint === undefined) throw new Error(`a runner on microk8s cannot take the way to ${to}`);
    const { peer, port } = outside(endpoint);
    return [allow(owner, `${consumer}-to-${to}`, from, "Egress", [peer], [{ port, protocol: "TCP" }])];
  });
}

/** The runner's configuration and its secret files, as volumes: one for each folder. */
function filesOf(
  shared: Shared,
  lane: Lane,
  brought: readonly Brought[],
): { readonly mounts: readonly Mounted[]; readonly after: readonly pulumi.Resource[] } {
  const { owner } = shared;
  const { service } = lane;
  const told = { [posix.basename(RUNNER_CONFIG)]: runnerConfig(shared, lane, brought) };
  const config = configuration(owner, `${service}-configuration`, told);
  const folders = new Map<string, Record<string, pulumi.Input<string>>>([[posix.dirname(RUNNER_CONFIG), {}]]);
  for (const { path, content } of runnerFiles(shared, brought)) {
    const folder = posix.dirname(path);
    folders.set(folder, { ...folders.get(folder), [posix.basename(path)]: content });
  }
  const made = [...folders].map(([path, files]) => {
    const name = posix.basename(path);
    const hidden = Object.keys(files).length === 0 ? [] : [secret(owner, `${service}-${name}`, files)];
    const sources = [
      ...(path === posix.dirname(RUNNER_CONFIG) ? [{ configMap: { name: config.name } }] : []),
      ...hidden.map((each) => ({ secret: { name: each.name } })),
    ];
    const mount: Mounted = { name, path, readOnly: true, source: { projected: { defaultMode: 0o440, sources } } };
    return { mount, after: hidden.map((each) => each.resource) };
  });
  return { mounts: made.map((each) => each.mount), after: [config.resource, ...made.flatMap((each) => each.after)] };
}

function serversOf(lane: Lane) {
  return lane.subjects.flatMap((each) =>
    each.kind === "postgres" && each.reach?.kind === "microk8s" ? [each.reach] : [],
  );
}

/** Room for a restored server, or for a dump and its encrypted twin; in MiB. Two servers may be at work at once. */
function scratchOf(lane: Lane): number {
  const sizes = serversOf(lane).map((each) => each.storage);
  return 1024 + Math.max(0, ...sizes) * Math.min(2, sizes.length);
}
