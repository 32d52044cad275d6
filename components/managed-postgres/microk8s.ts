import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { PASSWORD_LENGTH, type SecretRef } from "../core/secrets";
import { job } from "../targets/microk8s/job";
import { selectorOf } from "../targets/microk8s/labels";
import { type Named, type Owner, secret } from "../targets/microk8s/objects";
import { allowBoth, endpointLabels, podsOf } from "../targets/microk8s/paths";
import { memoryMount } from "../targets/microk8s/pod";
import { TRUST_FILE, trustMount } from "../targets/microk8s/trust";
import type { MicroK8sNetwork } from "../targets/network";
import { LateArchiving } from "./archiving";
import { DATA, PGDATA, SOCKET, servePrimary, serveReplica } from "./configuration";
import { imageOf, postgresServer, type Server, socketMount, userOf } from "./microk8s-server";
import type { Endpoint, PostgresOutput } from "./output";
import { MONITOR_ROLE, provisionSql, scramVerifier, slotName } from "./provision";
import type { PostgresSpec } from "./spec";

const PORT = 5432;

/** A primary, its replicas, and the job that keeps roles and databases in step. */
export function buildOnMicroK8s(
  name: string,
  spec: PostgresSpec,
  network: MicroK8sNetwork,
  parent: pulumi.Resource,
): PostgresOutput {
  const owner: Owner = { component: name, network, parent };
  const roles = [...spec.roles.map((role) => role.name), MONITOR_ROLE, ...(spec.replicas > 0 ? ["replicator"] : [])];
  const passwords = new Map(roles.map((role) => [role, password(owner, `${name}-${role}`, spec)]));
  const monitorPassword = passwords.get(MONITOR_ROLE);
  const secrets = new Map(
    [...passwords].map(([role, value]): [string, Named] => [
      role,
      secret(owner, `${name}-${role.replace(/_/g, "-")}-password`, { password: value }),
    ]),
  );
  const archiving = new LateArchiving(name);
  const archives = spec.image === undefined;
  const primary = postgresServer(owner, spec, {
    service: name,
    start: servePrimary(),
    socket: "shared",
    ...(archives ? { archiving } : {}),
  });
  const provisioned = provision(owner, spec, passwords, primary);
  const replicas = Array.from({ length: spec.replicas }, (_, index) =>
    replica(owner, spec, index + 1, passwords.get("replicator") ?? "", provisioned),
  );
  return {
    writer: endpoint(primary),
    readers: replicas.map(endpoint),
    passwords: new Map(
      [...secrets].map(([role, each]): [string, SecretRef] => [
        role,
        { kind: "kubernetes", secretName: each.name, key: "password" },
      ]),
    ),
    ...(monitorPassword === undefined ? {} : { monitorPassword }),
    tls: { mode: "verify-full", caFile: TRUST_FILE },
    path: {
      kind: "microk8s",
      namespace: network.namespace,
      podLabels: endpointLabels(name, "database"),
      port: PORT,
    },
    reach: {
      kind: "microk8s",
      user: userOf(spec),
      dataVolume: `${name}-data`,
      mountPath: DATA,
      dataPath: PGDATA,
      socketVolume: `${name}-socket`,
      socketPath: SOCKET,
      podLabels: selectorOf(name, name, "database"),
      storage: spec.storage,
      archives,
      archive: (how) => archiving.set(how),
    },
    after: [primary.service, provisioned, ...[...secrets.values()].map((each) => each.resource)],
  };
}

function endpoint(server: Server): Endpoint {
  return { host: pulumi.output(server.host), port: pulumi.output(PORT) };
}

function password(owner: Owner, logicalName: string, spec: PostgresSpec): pulumi.Output<string> {
  return new RandomPassword(
    `${logicalName}-password`,
    { length: PASSWORD_LENGTH, special: false, keepers: { rotation: spec.rotation } },
    { parent: owner.parent, provider: owner.network.target.random },
  ).result;
}

/** Runs the SQL through the primary's socket: its pod has no way into the network, and the superuser none through it. */
function provision(
  owner: Owner,
  spec: PostgresSpec,
  passwords: ReadonlyMap<string, pulumi.Output<string>>,
  primary: Server,
): pulumi.Resource {
  const name = `${owner.component}-provision`;
  const roles = [...passwords.keys()];
  const sql = pulumi.all([...passwords.values()]).apply((values) =>
    provisionSql(
      spec,
      roles.map((role, index) => ({
        role,
        verifier: scramVerifier(`${owner.network.target.prefix}/${owner.component}/${role}`, values[index] ?? ""),
      })),
    ),
  );
  const script = secret(owner, name, { "provision.sql": sql });
  return job(
    owner,
    name,
    "provision",
    {
      name: "provision",
      image: imageOf(owner, spec),
      serviceAccount: primary.identity,
      user: userOf(spec),
      entrypoint: ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", SOCKET, "-U", "postgres", "-d", "postgres"],
      command: ["-f", "/run/secrets/provision.sql"],
      mounts: [
        socketMount(owner.component),
        {
          name: "sql",
          path: "/run/secrets",
          readOnly: true,
          source: { secret: { secretName: script.name, defaultMode: 0o440 } },
        },
      ],
      cpus: 0.5,
      reservedCpus: 0.05,
      memory: 128,
      stopSeconds: 30,
      besides: [selectorOf(owner.component, owner.component, "database")],
    },
    [primary.workload, script.resource],
  );
}

/** A streaming replica, and its way to the primary. */
function replica(
  owner: Owner,
  spec: PostgresSpec,
  number: number,
  replicationPassword: pulumi.Input<string>,
  provisioned: pulumi.Resource,
): Server {
  const primary = owner.component;
  const service = `${primary}-replica-${number}`;
  const paths = allowBoth(owner, service, primary, {
    from: podsOf(primary, [service]),
    to: podsOf(primary, [primary]),
    namespace: owner.network.namespace,
    port: PORT,
  });
  const login = secret(owner, `${service}-login`, {
    "replication.pgpass": pulumi.interpolate`${primary}:${PORT}:*:replicator:${replicationPassword}\n`,
  });
  return postgresServer(owner, spec, {
    service,
    // libpq reads no password file that a group can read, and Kubernetes gives the group of the pod that right.
    start: `#!/bin/sh\ninstall -m 0400 /run/bulwark/login/replication.pgpass /run/secrets/replication.pgpass\n${serveReplica(primary, slotName(number), TRUST_FILE)}`,
    socket: "own",
    copies: true,
    mounts: [
      trustMount(owner.network),
      memoryMount("secrets", "/run/secrets", 1),
      {
        name: "login",
        path: "/run/bulwark/login",
        readOnly: true,
        source: { secret: { secretName: login.name, defaultMode: 0o440 } },
      },
    ],
    after: [provisioned, login.resource, ...paths],
  });
}
