import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as pulumi from "@pulumi/pulumi";
import { serverCertificate } from "../targets/microk8s/certificates";
import { ownImage } from "../targets/microk8s/images";
import { labelsOf, selectorOf } from "../targets/microk8s/labels";
import {
  childOf,
  configuration,
  identity,
  metadata,
  type Named,
  type Owner,
  secret,
} from "../targets/microk8s/objects";
import { patience } from "../targets/microk8s/patience";
import { type Mounted, memoryMount, podSpec } from "../targets/microk8s/pod";
import { trustMount } from "../targets/microk8s/trust";
import { claim, claimMount } from "../targets/microk8s/volumes";
import type { LateArchiving } from "./archiving";
import { DATA, PGBACKREST_CONF, pgHba, postgresqlConf, SERVER_ENVIRONMENT, SOCKET, SPOOL } from "./configuration";
import type { PostgresSpec } from "./spec";

/** Seconds in which the server writes what it holds in memory and ends. */
const STOP = 60;

const OWN_USER = "10432:10432";

/** One server, as the others see it. */
export interface Server {
  readonly host: string;
  /** Name of its ServiceAccount. */
  readonly identity: pulumi.Output<string>;
  readonly workload: pulumi.Resource;
  readonly service: pulumi.Resource;
}

/** `uid:gid` of the server's process. */
export function userOf(spec: PostgresSpec): string {
  return spec.image?.user ?? OWN_USER;
}

/** The server's image: the one given, or Bulwark's own from the cluster's repository. */
export function imageOf(owner: Owner, spec: PostgresSpec): pulumi.Input<string> {
  return spec.image?.reference ?? ownImage(owner.network.target, "postgres");
}

/** The socket of the primary, shared with the provision job on the same node. */
export function socketMount(primary: string): Mounted {
  return {
    name: "socket",
    path: SOCKET,
    readOnly: false,
    source: { persistentVolumeClaim: { claimName: `${primary}-socket` } },
  };
}

/** Primary or replica: its volume, certificate, configuration, address and pod. */
export function postgresServer(
  owner: Owner,
  spec: PostgresSpec,
  server: {
    readonly service: string;
    readonly start: string;
    readonly socket: "shared" | "own";
    /** Whether it first copies another server, which may take hours. */
    readonly copies?: boolean;
    readonly mounts?: readonly Mounted[];
    readonly after?: readonly pulumi.Resource[];
    /** Only of a primary in an image with pgBackRest. */
    readonly archiving?: LateArchiving;
  },
): Server {
  const { service, archiving } = server;
  const host = `${service}.${owner.network.namespace}.svc`;
  const certificate = serverCertificate(owner, service);
  const files = configuration(owner, `${service}-configuration`, {
    "pg_hba.conf": pgHba(),
    "postgresql.conf": archiving?.settings.apply((more) => postgresqlConf(spec, more)) ?? postgresqlConf(spec),
    start: server.start,
  });
  const archive = archiving === undefined ? undefined : secret(owner, `${service}-archiving`, repository(archiving));
  const account = identity(owner, service);
  const selector = selectorOf(owner.component, service, "database");
  const address = new Service(
    service,
    {
      metadata: metadata(owner, service, selector),
      spec: { clusterIP: "None", selector, ports: [{ name: "postgres", port: 5432, targetPort: "postgres" }] },
    },
    childOf(owner),
  );
  const data = claim(owner, `${service}-data`, spec.storage, spec.protect);
  const socket = server.socket === "shared" ? [claim(owner, `${service}-socket`, 1, undefined)] : [];
  const startWithin = server.copies === true ? 12 * 3600 : 600;
  const checks = probes(startWithin);
  const before: pulumi.Input<pulumi.Resource>[] = [
    ...owner.network.ready,
    ...[data, ...socket, certificate.resource, files.resource, account.resource],
    ...(archive === undefined ? [] : [archive.resource]),
    ...(server.after ?? []),
  ];
  const workload = new StatefulSet(
    service,
    {
      metadata: metadata(owner, service, selector),
      spec: {
        replicas: 1,
        serviceName: service,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: labelsOf(owner.component, selector) },
          spec: podSpec({
            name: "postgres",
            image: imageOf(owner, spec),
            serviceAccount: account.name,
            user: userOf(spec),
            entrypoint: ["/bin/sh", "/etc/bulwark/start"],
            environment: SERVER_ENVIRONMENT,
            mounts: [
              claimMount("data", DATA, `${service}-data`),
              server.socket === "shared" ? socketMount(service) : memoryMount("socket", SOCKET, 1),
              memoryMount("shm", "/dev/shm", Math.max(64, Math.floor(spec.memory / 4))),
              filesMount(files, archive),
              certificate.mount,
              ...(archive === undefined ? [] : [trustMount(owner.network), memoryMount("spool", SPOOL, 64)]),
              ...(server.mounts ?? []),
            ],
            ports: [{ name: "postgres", port: 5432 }],
            cpus: spec.cpus,
            reservedCpus: spec.reservedCpus,
            memory: spec.memory,
            probes: checks,
            stopSeconds: STOP,
            priority: owner.network.priorities.data,
          }),
        },
      },
    },
    {
      ...childOf(owner),
      dependsOn: archiving?.after.apply((more) => [...before, ...more]) ?? before,
      ...patience({ probes: checks, stopSeconds: STOP }, 1),
      protect: spec.protect,
    },
  );
  return { host, identity: account.name, workload, service: address };
}

const CONF_FILE = PGBACKREST_CONF.slice(PGBACKREST_CONF.lastIndexOf("/") + 1);

/** What the server's pgBackRest is told, by file name. */
function repository(archiving: LateArchiving) {
  return { [CONF_FILE]: archiving.configuration };
}

/** The server's files; pgBackRest's, which holds keys, can be read by the server's group alone. */
function filesMount(files: Named, archive: Named | undefined): Mounted {
  const common = { name: "configuration", path: "/etc/bulwark", readOnly: true };
  if (archive === undefined) return { ...common, source: { configMap: { name: files.name, defaultMode: 0o555 } } };
  const secret = { name: archive.name, items: [{ key: CONF_FILE, path: CONF_FILE, mode: 0o440 }] };
  return {
    ...common,
    source: { projected: { defaultMode: 0o555, sources: [{ configMap: { name: files.name } }, { secret }] } },
  };
}

function probes(startWithin: number) {
  const exec = { command: ["pg_isready", "-q", "-h", SOCKET, "-U", "postgres"] };
  const each = { exec, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 6 };
  return { startup: { ...each, failureThreshold: Math.ceil(startWithin / 5) }, liveness: each, readiness: each };
}
