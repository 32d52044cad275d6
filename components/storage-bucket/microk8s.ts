import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { LateList } from "../core/late";
import { PASSWORD_LENGTH } from "../core/secrets";
import { serverCertificate } from "../targets/microk8s/certificates";
import { ownImage } from "../targets/microk8s/images";
import { job } from "../targets/microk8s/job";
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
import { allowBoth, endpointLabels, podsOf } from "../targets/microk8s/paths";
import { type Mounted, type PodTemplate, podSpec } from "../targets/microk8s/pod";
import { type StatefulServer, statefulServer } from "../targets/microk8s/stateful";
import { TRUST_FILE, trustMount } from "../targets/microk8s/trust";
import { claim, claimMount } from "../targets/microk8s/volumes";
import type { MicroK8sNetwork } from "../targets/network";
import { bucketFile, keyId, keysFile, PORT, prunerEnvironment, REGION, USER } from "./gateway";
import type { Access, BucketOutput } from "./output";
import type { BucketSpec } from "./spec";

/** A key as the gateway is told of it. */
interface Granted {
  readonly id: string;
  readonly secret: pulumi.Output<string>;
  readonly access: Access;
}

/** What the pods of one bucket share. */
interface Shared {
  readonly owner: Owner;
  readonly spec: BucketSpec;
  /** The gateway's own key, as files. */
  readonly root: Named;
}

/** An S3 gateway over a volume, the job that keeps the bucket and its keys in step, and the pruner that removes what has expired. */
export function buildOnMicroK8s(
  name: string,
  spec: BucketSpec,
  network: MicroK8sNetwork,
  parent: pulumi.Resource,
): BucketOutput {
  const owner: Owner = { component: name, network, parent };
  const root = secret(owner, `${name}-root`, {
    "root-access-key": `${spec.bucketName}-root`,
    "root-secret-key": generated(owner, spec, `${name}-root-secret`, parent),
  });
  const shared: Shared = { owner, spec, root };
  const keys = new LateList<Granted>(`StorageBucket "${name}"`);
  const gateway = serve(shared);
  const ready = provision(shared, keys, gateway);
  if (spec.expireDays > 0 || spec.expireOldVersionsDays > 0) pruner(shared, gateway, ready);
  return {
    endpoint: pulumi.output(`https://${gateway.host}:${PORT}`),
    bucketName: spec.bucketName,
    region: REGION,
    caFile: TRUST_FILE,
    path: { kind: "microk8s", namespace: network.namespace, podLabels: endpointLabels(name, "bucket"), port: PORT },
    after: [gateway.service, ready],
    grant: (consumer, access) => {
      const id = keyId(spec, consumer.name);
      const value = generated(owner, spec, `${consumer.name}-${name}-key`, consumer.parent);
      keys.add({ id, secret: value, access });
      return {
        id,
        value,
        handOver: () => {
          const files = { "secret-key": value };
          const kept = secret({ ...owner, parent: consumer.parent }, `${consumer.name}-${name}-key`, files);
          return {
            secret: { kind: "kubernetes", secretName: kept.name, key: "secret-key" },
            after: [kept.resource],
          };
        },
      };
    },
  };
}

function generated(
  owner: Owner,
  spec: BucketSpec,
  logicalName: string,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  return new RandomPassword(
    logicalName,
    { length: PASSWORD_LENGTH, special: false, keepers: { rotation: spec.rotation } },
    { parent, provider: owner.network.target.random },
  ).result;
}

function serve({ owner, spec, root }: Shared): StatefulServer {
  const name = owner.component;
  const tls = serverCertificate(owner, name);
  const data = claim(owner, `${name}-data`, spec.storage, spec.protect);
  const probe = {
    httpGet: { path: "/_health", port: "s3", scheme: "HTTPS" },
    periodSeconds: 5,
    timeoutSeconds: 3,
    failureThreshold: 6,
  };
  return statefulServer(
    owner,
    name,
    "bucket",
    {
      name: "gateway",
      image: ownImage(owner.network.target, "s3"),
      user: USER,
      entrypoint: ["bulwark-s3", "serve"],
      environment: { S3_PORT: String(PORT), S3_REGION: REGION },
      mounts: [claimMount("data", "/data", `${name}-data`), secretsMount([root]), tls.mount, trustMount(owner.network)],
      ports: [{ name: "s3", port: PORT }],
      cpus: spec.cpus,
      reservedCpus: spec.cpus / 2,
      memory: spec.memory,
      probes: { startup: { ...probe, failureThreshold: 12 }, liveness: probe, readiness: probe },
      stopSeconds: 30,
      priority: owner.network.priorities.data,
    },
    spec.protect,
    [data, root.resource, tls.resource],
  );
}

function provision(shared: Shared, keys: LateList<Granted>, gateway: StatefulServer): pulumi.Resource {
  const { owner, spec, root } = shared;
  const name = `${owner.component}-provision`;
  const granted = secret(owner, `${name}-keys`, { keys: keys.items.apply(keysFile) });
  const wanted = configuration(owner, `${name}-configuration`, { bucket: bucketFile(spec) });
  const account = identity(owner, name);
  return job(
    owner,
    name,
    "provision",
    {
      ...client(shared, account),
      name: "provision",
      entrypoint: ["bulwark-s3", "provision"],
      environment: { S3_ENDPOINT: endpoint(gateway), S3_REGION: REGION },
      mounts: [
        secretsMount([root, granted]),
        { name: "configuration", path: "/etc/bulwark", readOnly: true, source: { configMap: { name: wanted.name } } },
        trustMount(owner.network),
      ],
      cpus: 0.5,
      reservedCpus: 0.05,
      memory: 128,
      stopSeconds: 30,
    },
    [gateway.workload, gateway.service, account.resource, granted.resource, wanted.resource, ...reach(owner, name)],
  );
}

/** The gateway has no lifecycle of its own. */
function pruner(shared: Shared, gateway: StatefulServer, ready: pulumi.Resource): void {
  const { owner, spec, root } = shared;
  const name = `${owner.component}-pruner`;
  const account = identity(owner, name);
  const selector = selectorOf(owner.component, name, "pruner");
  const probe = {
    exec: { command: ["bulwark-s3", "pruning"] },
    periodSeconds: 60,
    timeoutSeconds: 5,
    failureThreshold: 5,
  };
  new Deployment(
    name,
    {
      // Its first walk over a large bucket takes hours, which an update does not wait for.
      metadata: { ...metadata(owner, name, selector), annotations: { "pulumi.com/skipAwait": "true" } },
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        selector: { matchLabels: selector },
        strategy: { type: "Recreate" },
        template: {
          metadata: { labels: labelsOf(owner.component, selector) },
          spec: podSpec({
            ...client(shared, account),
            name: "pruner",
            entrypoint: ["bulwark-s3", "prune"],
            environment: prunerEnvironment(spec, endpoint(gateway)),
            mounts: [secretsMount([root]), trustMount(owner.network)],
            probes: { startup: { ...probe, failureThreshold: 24 * 60 }, liveness: probe, readiness: probe },
            cpus: 0.25,
            reservedCpus: 0.05,
            memory: 64,
            stopSeconds: 10,
          }),
        },
      },
    },
    childOf(owner, [account.resource, root.resource, ready, ...reach(owner, name)]),
  );
}

function client({ owner }: Shared, account: Named): Pick<PodTemplate, "image" | "serviceAccount" | "user"> {
  return { image: ownImage(owner.network.target, "s3"), serviceAccount: account.name, user: USER };
}

function endpoint(gateway: StatefulServer): string {
  return `https://${gateway.host}:${PORT}`;
}

/** The way of one of the bucket's own pods to the gateway. */
function reach(owner: Owner, instance: string): pulumi.Resource[] {
  const { component, network } = owner;
  return allowBoth(owner, instance, component, {
    from: podsOf(component, [instance]),
    to: podsOf(component, [component]),
    namespace: network.namespace,
    port: PORT,
  });
}

/** Whole Secrets side by side under `/run/secrets`. */
function secretsMount(secrets: readonly Named[]): Mounted {
  const sources = secrets.map((each) => ({ secret: { name: each.name } }));
  return {
    name: "secrets",
    path: "/run/secrets",
    readOnly: true,
    source: { projected: { defaultMode: 0o440, sources } },
  };
}
