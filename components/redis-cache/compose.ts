import * as pulumi from "@pulumi/pulumi";
import { carry } from "../targets/compose/carrier";
import { CA_FILE, certificate, trustMount } from "../targets/compose/certificate";
import { server } from "../targets/compose/hardened";
import { network as dockerNetwork, volume } from "../targets/compose/stores";
import type { ComposeNetwork } from "../targets/network";
import { configuration, healthCommand, OWN_USER, startScript, users } from "./configuration";
import type { CacheOutput } from "./output";
import { passwords } from "./passwords";
import type { CacheSpec } from "./spec";

/** One server with TLS, users, and a volume where the purpose asks for one. */
export function buildOnCompose(
  name: string,
  spec: CacheSpec,
  network: ComposeNetwork,
  parent: pulumi.Resource,
): CacheOutput {
  const { target } = network;
  const user = spec.image?.user ?? OWN_USER;
  const [uid, gid] = user.split(":");
  const engine = spec.image?.engine ?? "valkey";
  const hub = dockerNetwork(name, target, { internal: true }, { parent });
  const { password, monitorPassword, backupPassword } = passwords(name, spec, target.random, parent);
  const tls = certificate(name, network, [name, "localhost"], user, parent);
  const files = carry(
    name,
    network,
    [
      { path: "/etc/bulwark/server.conf", content: configuration(spec, CA_FILE) },
      { path: "/etc/bulwark/start", content: startScript(`${engine}-server`), mode: "0555" },
      {
        path: "/run/secrets/users.acl",
        content: pulumi
          .all([password, monitorPassword, backupPassword])
          .apply(([own, monitor, backup]) => users(own, monitor, backup)),
        owner: user,
        mode: "0400",
      },
    ],
    { parent, awaitTls: tls.mount, after: tls.after },
  );
  const data = spec.persistent
    ? volume(`${name}-data`, target, { parent, protect: spec.protect, holdsData: true })
    : undefined;
  const container = server(
    name,
    target,
    {
      service: name,
      image: spec.image?.reference ?? target.image("valkey"),
      user,
      entrypoint: ["/bin/sh", "/etc/bulwark/start"],
      attachments: [{ network: hub.name, aliases: [name] }],
      mounts: [
        ...(data === undefined ? [] : [{ volume: data.name, target: "/data", readOnly: false }]),
        tls.mount,
        trustMount(network),
        ...files.mounts,
      ],
      tmpfs: data === undefined ? { "/data": `rw,noexec,nosuid,nodev,size=16m,uid=${uid},gid=${gid},mode=0700` } : {},
      memory: spec.memory,
      cpus: spec.cpus,
      stopSeconds: 30,
      health: {
        command: ["CMD-SHELL", healthCommand(engine, CA_FILE)],
        interval: 5,
        timeout: 3,
        retries: 6,
        start: 30,
      },
      labels: files.labels,
    },
    {
      parent,
      dependsOn: [
        hub.resource,
        ...(data === undefined ? [] : [data.resource]),
        ...network.ready,
        ...tls.after,
        ...files.after,
      ],
    },
  );
  return {
    host: pulumi.output(name),
    port: pulumi.output(6379),
    password: { kind: "file", value: password },
    monitorPassword,
    backupPassword,
    tls: { mode: "verify-full", caFile: CA_FILE },
    path: { kind: "compose", network: hub.name },
    after: [hub.resource, container],
  };
}
