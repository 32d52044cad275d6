import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as pulumi from "@pulumi/pulumi";
import { serverCertificate } from "../targets/microk8s/certificates";
import { ownImage } from "../targets/microk8s/images";
import { labelsOf, selectorOf } from "../targets/microk8s/labels";
import { childOf, configuration, identity, metadata, type Owner } from "../targets/microk8s/objects";
import { patience } from "../targets/microk8s/patience";
import { type Mounted, memoryMount, podSpec } from "../targets/microk8s/pod";
import { claim, claimMount } from "../targets/microk8s/volumes";
import { pgHba, postgresqlConf, SERVER_ENVIRONMENT } from "./configuration";
import type { PostgresSpec } from "./spec";

/** Folder of the server's socket. */
export const SOCKET = "/run/postgresql";

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
  },
): Server {
  const { service } = server;
  const host = `${service}.${owner.network.namespace}.svc`;
  const certificate = serverCertificate(owner, service);
  const files = configuration(owner, `${service}-configuration`, {
    "pg_hba.conf": pgHba(),
    "postgresql.conf": postgresqlConf(spec),
    start: server.start,
  });
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
              claimMount("data", "/var/lib/postgresql/data", `${service}-data`),
              server.socket === "shared" ? socketMount(service) : memoryMount("socket", SOCKET, 1),
              memoryMount("shm", "/dev/shm", Math.max(64, Math.floor(spec.memory / 4))),
              {
                name: "configuration",
                path: "/etc/bulwark",
                readOnly: true,
                source: { configMap: { name: files.name, defaultMode: 0o555 } },
              },
              certificate.mount,
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
      ...childOf(owner, [
        data,
        ...socket,
        certificate.resource,
        files.resource,
        account.resource,
        ...(server.after ?? []),
      ]),
      ...patience({ probes: checks, stopSeconds: STOP }, 1),
      protect: spec.protect,
    },
  );
  return { host, identity: account.name, workload, service: address };
}

function probes(startWithin: number) {
  const exec = { command: ["pg_isready", "-q", "-h", SOCKET, "-U", "postgres"] };
  const each = { exec, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 6 };
  return { startup: { ...each, failureThreshold: Math.ceil(startWithin / 5) }, liveness: each, readiness: each };
}
