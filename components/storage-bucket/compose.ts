import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { LateList } from "../core/late";
import { PASSWORD_LENGTH } from "../core/secrets";
import { carry } from "../targets/compose/carrier";
import { CA_FILE, certificate, trustMount } from "../targets/compose/certificate";
import { ended } from "../targets/compose/ended";
import { oneShot, server } from "../targets/compose/hardened";
import { network as dockerNetwork, volume } from "../targets/compose/stores";
import type { ComposeNetwork } from "../targets/network";
import { bucketFile, keyId, keysFile, PORT, prunerEnvironment, REGION, USER } from "./gateway";
import type { Access, BucketOutput } from "./output";
import type { BucketSpec } from "./spec";

/** A key as the gateway is told of it. */
interface Granted {
  readonly id: string;
  readonly secret: pulumi.Output<string>;
  readonly access: Access;
}

/** What the containers of one bucket share. */
interface Shared {
  readonly name: string;
  readonly spec: BucketSpec;
  readonly network: ComposeNetwork;
  readonly parent: pulumi.Resource;
  readonly hub: { readonly name: string; readonly resource: pulumi.Resource };
}

/** An S3 gateway over a volume, the one-shot that keeps the bucket and its keys in step, and the pruner that removes what has expired. */
export function buildOnCompose(
  name: string,
  spec: BucketSpec,
  network: ComposeNetwork,
  parent: pulumi.Resource,
): BucketOutput {
  const hub = dockerNetwork(name, network.target, { internal: true }, { parent });
  const shared: Shared = { name, spec, network, parent, hub };
  const root = generated(shared, `${name}-root-secret`, parent);
  const keys = new LateList<Granted>(`StorageBucket "${name}"`);
  const gateway = serve(shared, root);
  const provision = provisioner(shared, root, keys, gateway);
  const ready = ended(provision, `${name}-provision`);
  if (spec.expireDays > 0 || spec.expireOldVersionsDays > 0) pruner(shared, root, gateway, ready);
  return {
    endpoint: pulumi.output(`https://${name}:${PORT}`),
    bucketName: spec.bucketName,
    region: REGION,
    caFile: CA_FILE,
    path: { kind: "compose", network: hub.name },
    after: [hub.resource, ready],
    grant: (consumer, access) => {
      const id = keyId(spec, consumer.name);
      const secret = generated(shared, `${consumer.name}-${name}-key`, consumer.parent);
      keys.add({ id, secret, access });
      return { id, value: secret, handOver: () => ({ secret: { kind: "file", value: secret } }) };
    },
  };
}

function generated(shared: Shared, logicalName: string, parent: pulumi.Resource): pulumi.Output<string> {
  return new RandomPassword(
    logicalName,
    { length: PASSWORD_LENGTH, special: false, keepers: { rotation: shared.spec.rotation } },
    { parent, provider: shared.network.target.random },
  ).result;
}

function rootFiles(shared: Shared, root: pulumi.Output<string>) {
  return [
    { path: "/run/secrets/root-access-key", content: `${shared.spec.bucketName}-root`, owner: USER, mode: "0400" },
    { path: "/run/secrets/root-secret-key", content: root, owner: USER, mode: "0400" },
  ];
}

function serve(shared: Shared, root: pulumi.Output<string>): pulumi.Resource {
  const { name, spec, network, parent, hub } = shared;
  const tls = certificate(name, network, [name, "localhost"], USER, parent);
  const files = carry(name, network, rootFiles(shared, root), { parent, awaitTls: tls.mount, after: tls.after });
  const data = volume(`${name}-data`, network.target, { parent, protect: spec.protect, holdsData: true });
  return server(
    name,
    network.target,
    {
      service: name,
      image: network.target.image("s3"),
      user: USER,
      entrypoint: ["bulwark-s3", "serve"],
      environment: { S3_PORT: String(PORT), S3_REGION: REGION },
      attachments: [{ network: hub.name, aliases: [name] }],
      mounts: [
        { volume: data.name, target: "/data", readOnly: false },
        tls.mount,
        trustMount(network),
        ...files.mounts,
      ],
      memory: spec.memory,
      cpus: spec.cpus,
      stopSeconds: 20,
      health: { command: ["CMD", "bulwark-s3", "healthy"], interval: 5, timeout: 3, retries: 6, start: 30 },
      labels: files.labels,
    },
    { parent, dependsOn: [hub.resource, data.resource, ...network.ready, ...tls.after, ...files.after] },
  );
}

function provisioner(shared: Shared, root: pulumi.Output<string>, keys: LateList<Granted>, gateway: pulumi.Resource) {
  const { name, spec, network, parent, hub } = shared;
  const service = `${name}-provision`;
  const files = carry(
    service,
    network,
    [
      ...rootFiles(shared, root),
      {
        path: "/run/secrets/keys",
        content: keys.items.apply(keysFile),
        owner: USER,
        mode: "0400",
      },
      {
        path: "/etc/bulwark/bucket",
        content: bucketFile(spec),
      },
    ],
    { parent },
  );
  return oneShot(
    service,
    network.target,
    {
      service,
      image: network.target.image("s3"),
      user: USER,
      entrypoint: ["bulwark-s3", "provision"],
      environment: { S3_ENDPOINT: `https://${name}:${PORT}`, S3_REGION: REGION },
      attachments: [{ network: hub.name }],
      mounts: [trustMount(network), ...files.mounts],
      memory: 128,
      cpus: 0.5,
      labels: files.labels,
    },
    { parent, dependsOn: [hub.resource, gateway, ...files.after] },
  );
}

/** The gateway has no lifecycle of its own. */
function pruner(
  shared: Shared,
  root: pulumi.Output<string>,
  gateway: pulumi.Resource,
  provision: pulumi.Input<pulumi.Resource>,
): void {
  const { name, spec, network, parent, hub } = shared;
  const service = `${name}-pruner`;
  const files = carry(service, network, rootFiles(shared, root), { parent });
  server(
    service,
    network.target,
    {
      service,
      image: network.target.image("s3"),
      user: USER,
      entrypoint: ["bulwark-s3", "prune"],
      environment: prunerEnvironment(spec, `https://${name}:${PORT}`),
      attachments: [{ network: hub.name }],
      mounts: [trustMount(network), ...files.mounts],
      memory: 64,
      cpus: 0.25,
      health: { command: ["CMD", "bulwark-s3", "pruning"], interval: 10, timeout: 5, retries: 6, start: 60 },
      labels: files.labels,
    },
    { parent, dependsOn: [hub.resource, gateway, provision, ...files.after] },
  );
}
