import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as pulumi from "@pulumi/pulumi";
import { type Labels, labelsOf } from "../targets/microk8s/labels";
import { childOf, metadata, type Owner } from "../targets/microk8s/objects";
import { allow, peer, podsOf } from "../targets/microk8s/paths";
import { patience } from "../targets/microk8s/patience";
import { type PodTemplate, podSpec } from "../targets/microk8s/pod";
import { claim } from "../targets/microk8s/volumes";
import { autoscaled, budgeted } from "./microk8s-availability";
import type { ServiceOutput } from "./output";
import { isStateful, type ServiceSpec } from "./spec";

/** Host names of the replicas, for each other, where they have a port for that. */
export function peerNames(name: string, namespace: string, spec: ServiceSpec): Readonly<Record<string, string>> {
  if (spec.peerPort === undefined) return {};
  const hosts = ordinals(spec).map((number) => `${name}-${number}.${name}-peers.${namespace}.svc:${spec.peerPort}`);
  return { PEERS: hosts.join(",") };
}

/** The replicas, replaced one at a time without a gap: a Deployment, or a StatefulSet where they are told apart. */
export function replicated(
  owner: Owner,
  spec: ServiceSpec,
  selector: Labels,
  template: PodTemplate,
  after: readonly pulumi.Input<pulumi.Resource>[],
): pulumi.Resource {
  if (isStateful(spec)) return stateful(owner, spec, selector, template, after);
  const { component } = owner;
  const workload = new Deployment(
    component,
    {
      metadata: metadata(owner, component, selector),
      spec: {
        replicas: spec.replicas,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: Math.max(600, spec.startWithin + 60),
        selector: { matchLabels: selector },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: { metadata: { labels: labelsOf(component, selector) }, spec: podSpec(template) },
      },
    },
    {
      ...childOf(owner, after),
      ...patience(template, spec.scaling?.max ?? spec.replicas),
      // The autoscaler sets the number from then on; each update would put it back.
      ...(spec.scaling === undefined ? {} : { ignoreChanges: ["spec.replicas"] }),
    },
  );
  if (spec.scaling !== undefined) autoscaled(owner, spec.replicas, spec.scaling, workload);
  if (spec.replicas > 1) budgeted(owner, selector);
  return workload;
}

function stateful(
  owner: Owner,
  spec: ServiceSpec,
  selector: Labels,
  template: PodTemplate,
  after: readonly pulumi.Input<pulumi.Resource>[],
): pulumi.Resource {
  const { component } = owner;
  const volumes = spec.volumes.flatMap((each) =>
    ordinals(spec).map((number) => claim(owner, claimName(each.name, component, number), each.size, spec.protect)),
  );
  const peers = peerPaths(owner, spec, selector);
  const mounts = spec.volumes.map((each) => ({ name: each.name, mountPath: each.path, readOnly: false }));
  const workload = new StatefulSet(
    component,
    {
      metadata: metadata(owner, component, selector),
      spec: {
        replicas: spec.replicas,
        serviceName: `${component}-peers`,
        // Replicas that need each other to become ready must not wait for each other to start.
        podManagementPolicy: "Parallel",
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: labelsOf(component, selector) },
          spec: podSpec({ ...template, claimed: mounts }),
        },
        ...(spec.volumes.length === 0
          ? {}
          : { volumeClaimTemplates: spec.volumes.map((each) => claimTemplate(owner, each.name)) }),
      },
    },
    {
      ...childOf(owner, [...after, ...volumes, ...peers]),
      ...patience(template, spec.replicas),
      protect: volumes.length > 0 && spec.protect,
    },
  );
  if (spec.replicas > 1) budgeted(owner, selector);
  return workload;
}

/** Name of a replica's claim, as a StatefulSet asks for it. */
function claimName(volume: string, component: string, number: number): string {
  return `${volume}-${component}-${number}`;
}

/** The volumes of all replicas, as what backs them up reaches them. */
export function volumesOf(
  component: string,
  spec: ServiceSpec,
  workload: pulumi.Resource,
): NonNullable<ServiceOutput["volumes"]> {
  return spec.volumes.flatMap((each) =>
    ordinals(spec).map((number) => {
      const volume = claimName(each.name, component, number);
      return { name: volume, reach: { kind: "microk8s", user: spec.user, volume }, after: [workload] } as const;
    }),
  );
}

/**
 * Binds each replica to the volume of its name, which is there before it. A template can never be changed, so it says nothing of the volumes but
 * what no update touches: their size is that of the volumes themselves.
 */
function claimTemplate(owner: Owner, name: string) {
  return {
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: owner.network.target.storageClass,
      volumeMode: "Filesystem",
      resources: { requests: { storage: "1Mi" } },
    },
  };
}

/** Names of the replicas in the DNS, known before they are ready, and the ways between them. */
function peerPaths(owner: Owner, spec: ServiceSpec, selector: Labels): pulumi.Resource[] {
  const { component, network } = owner;
  const name = `${component}-peers`;
  const names = new Service(
    name,
    {
      metadata: metadata(owner, name, selector),
      spec: {
        clusterIP: "None",
        publishNotReadyAddresses: true,
        selector,
        ...(spec.peerPort === undefined
          ? {}
          : { ports: [{ name: "peers", port: spec.peerPort, targetPort: "peers", protocol: "TCP" }] }),
      },
    },
    childOf(owner),
  );
  if (spec.peerPort === undefined) return [names];
  const pods = podsOf(component, [component]);
  const ports = [{ port: spec.peerPort, protocol: "TCP" }];
  return [
    names,
    allow(owner, `${component}-to-peers`, pods, "Egress", [peer(network.namespace, pods)], ports),
    allow(owner, `${component}-from-peers`, pods, "Ingress", [peer(network.namespace, pods)], ports),
  ];
}

function ordinals(spec: ServiceSpec): number[] {
  return Array.from({ length: spec.replicas }, (_, index) => index);
}
