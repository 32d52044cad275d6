import * as pulumi from "@pulumi/pulumi";
import { serverCertificate } from "../targets/microk8s/certificates";
import { ownImage } from "../targets/microk8s/images";
import { configuration as configMap, type Owner, secret } from "../targets/microk8s/objects";
import { endpointLabels } from "../targets/microk8s/paths";
import { memoryMount } from "../targets/microk8s/pod";
import { statefulServer } from "../targets/microk8s/stateful";
import { TRUST_FILE, trustMount } from "../targets/microk8s/trust";
import { claim, claimMount } from "../targets/microk8s/volumes";
import type { MicroK8sNetwork } from "../targets/network";
import { configuration, healthCommand, OWN_USER, startScript, users } from "./configuration";
import type { CacheOutput } from "./output";
import { passwords } from "./passwords";
import type { CacheSpec } from "./spec";

const PORT = 6379;

/** One server with TLS, users, and a volume where the purpose asks for one. */
export function buildOnMicroK8s(
  name: string,
  spec: CacheSpec,
  network: MicroK8sNetwork,
  parent: pulumi.Resource,
): CacheOutput {
  const owner: Owner = { component: name, network, parent };
  const engine = spec.image?.engine ?? "valkey";
  const { password, monitorPassword, backupPassword } = passwords(name, spec, network.target.random, parent);
  const tls = serverCertificate(owner, name);
  const files = configMap(owner, `${name}-configuration`, {
    "server.conf": configuration(spec, TRUST_FILE),
    start: startScript(`${engine}-server`),
  });
  const accounts = secret(owner, `${name}-users`, {
    "users.acl": pulumi
      .all([password, monitorPassword, backupPassword])
      .apply(([own, monitor, backup]) => users(own, monitor, backup)),
  });
  const login = secret(owner, `${name}-login`, { password });
  const data = spec.persistent ? claim(owner, `${name}-data`, spec.storage, spec.protect) : undefined;
  const exec = { command: ["/bin/sh", "-c", healthCommand(engine, TRUST_FILE)] };
  const probe = { exec, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 6 };
  const made = statefulServer(
    owner,
    name,
    "cache",
    {
      name: "cache",
      image: spec.image?.reference ?? ownImage(network.target, "valkey"),
      user: spec.image?.user ?? OWN_USER,
      entrypoint: ["/bin/sh", "/etc/bulwark/start"],
      mounts: [
        data === undefined ? memoryMount("data", "/data", 16) : claimMount("data", "/data", `${name}-data`),
        {
          name: "configuration",
          path: "/etc/bulwark",
          readOnly: true,
          source: { configMap: { name: files.name, defaultMode: 0o555 } },
        },
        {
          name: "users",
          path: "/run/secrets",
          readOnly: true,
          source: { secret: { secretName: accounts.name, defaultMode: 0o440 } },
        },
        tls.mount,
        trustMount(network),
      ],
      ports: [{ name: "redis", port: PORT }],
      cpus: spec.cpus,
      reservedCpus: spec.reservedCpus,
      memory: spec.memory,
      // Reading a large log back takes minutes; killing a server in the middle of that only starts it over.
      probes: { startup: { ...probe, failureThreshold: 120 }, liveness: probe, readiness: probe },
      stopSeconds: 30,
      priority: network.priorities.data,
    },
    data === undefined ? undefined : spec.protect,
    [tls.resource, files.resource, accounts.resource, ...(data === undefined ? [] : [data])],
  );
  return {
    host: pulumi.output(made.host),
    port: pulumi.output(PORT),
    password: { kind: "kubernetes", secretName: login.name, key: "password" },
    monitorPassword,
    backupPassword,
    tls: { mode: "verify-full", caFile: TRUST_FILE },
    path: { kind: "microk8s", namespace: network.namespace, podLabels: endpointLabels(name, "cache"), port: PORT },
    after: [made.service, made.workload, login.resource],
  };
}
