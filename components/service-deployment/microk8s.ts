import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as input from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import type { Link } from "../core/links";
import { job } from "../targets/microk8s/job";
import { selectorOf } from "../targets/microk8s/labels";
import { childOf, identity, metadata, monitoringNamespace, type Owner } from "../targets/microk8s/objects";
import { allow, endpointLabels, INTERNET, openPaths, podsOf } from "../targets/microk8s/paths";
import { memoryMount, type PodTemplate } from "../targets/microk8s/pod";
import { trustMount } from "../targets/microk8s/trust";
import type { MicroK8sNetwork } from "../targets/network";
import type { ServiceDeploymentArgs } from "./args";
import { routed } from "./microk8s-routes";
import { handedOver } from "./microk8s-secrets";
import { peerNames, replicated, volumesOf } from "./microk8s-workload";
import type { ServiceOutput } from "./output";
import { instancesOf, type ProbeSpec, type ServiceSpec } from "./spec";
import { type Bound, bind, tracingVariables } from "./variables";

/** Seconds that the Ingress controller and other pods may take to hear that a replica is going. */
const DRAIN = 5;

/** What a process gets: variables, mounts, and what it waits for. */
type Surroundings = Required<Pick<PodTemplate, "environment" | "mounts">> & {
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
};

/** The replicas, replaced one at a time without a gap; before them the migration. */
export function buildOnMicroK8s(
  name: string,
  args: ServiceDeploymentArgs,
  spec: ServiceSpec,
  network: MicroK8sNetwork,
  parent: pulumi.Resource,
): ServiceOutput {
  const owner: Owner = { component: name, network, parent };
  const account = identity(owner, name);
  const bound = bind({ name, parent, instances: instancesOf(args, spec) }, args.links ?? [], {
    ...args.environment,
    ...(spec.tracing ? tracingVariables(name, `jaeger.${monitoringNamespace(network.target)}.svc`) : {}),
  });
  const sharesLinks = args.migration !== undefined && args.migration.links === undefined;
  const own = surroundings(owner, name, sharesLinks ? [name, `${name}-migration`] : [name], args, spec, bound);
  const migration = migrate(owner, args, spec, own, account.name);
  const selector = selectorOf(name, name, "service");
  const ports = [
    { name: "http", port: spec.port },
    ...(spec.metrics.port === spec.port ? [] : [{ name: "metrics", port: spec.metrics.port }]),
  ];
  const workload = replicated(
    owner,
    spec,
    selector,
    {
      ...base(args, spec, own, account.name),
      environment: { ...own.environment, ...peerNames(name, network.namespace, spec) },
      name: "service",
      image: args.image,
      ...(args.command === undefined ? {} : { command: args.command }),
      ports: [...ports, ...(spec.peerPort === undefined ? [] : [{ name: "peers", port: spec.peerPort }])],
      priority: network.priorities.service,
      drainSeconds: DRAIN,
      probes: {
        startup: { ...probe(spec.startup), failureThreshold: Math.ceil(spec.startWithin / spec.startup.interval) },
        liveness: probe(spec.liveness),
        readiness: probe(spec.readiness),
      },
    },
    [account.resource, ...own.after, ...(migration === undefined ? [] : [migration])],
  );
  const address = new Service(
    name,
    {
      metadata: {
        ...metadata(owner, name, selector),
        annotations: {
          "prometheus.io/path": spec.metrics.path,
          "prometheus.io/port": String(spec.metrics.port),
          "prometheus.io/scrape": "true",
          // The pods are waited for by what makes them; until the database is there and migrated there are none.
          "pulumi.com/skipAwait": "true",
        },
      },
      spec: {
        type: "ClusterIP",
        selector,
        ports: ports.map((each) => ({ name: each.name, port: each.port, targetPort: each.name, protocol: "TCP" })),
      },
    },
    childOf(owner),
  );
  routed(owner, spec.routes, podsOf(name, [name]), spec.port);
  return {
    host: pulumi.output(`${name}.${network.namespace}.svc`),
    volumes: volumesOf(name, spec, workload),
    ...(args.metrics === undefined ? {} : { metrics: metricsOf(name, spec, network) }),
    ...(spec.linkable
      ? {
          path: {
            kind: "microk8s",
            namespace: network.namespace,
            podLabels: endpointLabels(name, "service"),
            port: spec.port,
          },
          after: [workload, address],
        }
      : {}),
  };
}

/** Every replica on its own, behind the Service's port. */
function metricsOf(name: string, spec: ServiceSpec, network: MicroK8sNetwork): NonNullable<ServiceOutput["metrics"]> {
  const { namespace } = network;
  const { port } = spec.metrics;
  return {
    addresses: [`${name}.${namespace}.svc:${port}`],
    endpoints: { namespace, service: name, port: port === spec.port ? "http" : "metrics" },
    path: { kind: "microk8s", namespace, podLabels: endpointLabels(name, "service"), port },
  };
}

function base(
  args: ServiceDeploymentArgs,
  spec: ServiceSpec,
  own: Surroundings,
  serviceAccount: pulumi.Input<string>,
): Omit<PodTemplate, "name"> {
  return {
    image: args.image,
    serviceAccount,
    user: spec.user,
    environment: own.environment,
    mounts: [...own.mounts, ...spec.scratch.map((path, index) => memoryMount(`scratch-${index}`, path, 64))],
    cpus: spec.cpus,
    reservedCpus: spec.reservedCpus,
    memory: spec.memory,
    stopSeconds: spec.stopWithin,
  };
}

function migrate(
  owner: Owner,
  args: ServiceDeploymentArgs,
  spec: ServiceSpec,
  own: Surroundings,
  serviceAccount: pulumi.Input<string>,
): pulumi.Resource | undefined {
  if (args.migration === undefined) return undefined;
  const name = `${owner.component}-migration`;
  const { links, image, command } = args.migration;
  const ofJob =
    links === undefined
      ? own
      : surroundings(
          owner,
          name,
          [name],
          args,
          spec,
          bind({ name, parent: owner.parent }, links, args.environment ?? {}),
        );
  const template = {
    ...base(args, spec, ofJob, serviceAccount),
    name: "migration",
    image: image ?? args.image,
    command,
  };
  return job(owner, name, "migration", template, ofJob.after);
}

/** Variables, secrets and ways for the pods of the given instances. */
function surroundings(
  owner: Owner,
  consumer: string,
  instances: readonly string[],
  args: ServiceDeploymentArgs,
  spec: ServiceSpec,
  bound: Bound,
): Surroundings {
  const pods = podsOf(owner.component, instances);
  const secrets = handedOver(owner, consumer, bound.secrets, args.secrets ?? {}, spec.secretsAs);
  const trusts = bound.links.some((link) => link.trust);
  return {
    environment: { ...bound.variables, ...secrets.environment },
    mounts: [...secrets.mounts, ...(trusts ? [trustMount(owner.network)] : [])],
    after: [
      ...secrets.after,
      ...bound.links.flatMap((link: Link) => link.after),
      ...openPaths(owner, consumer, pods, bound.links),
      ...outside(owner, consumer, pods, spec),
    ],
  };
}

/** Ways out of the namespace: to the internet without private ranges, and to the cameras. */
function outside(
  owner: Owner,
  consumer: string,
  pods: input.meta.v1.LabelSelector,
  spec: ServiceSpec,
): pulumi.Resource[] {
  const cameras = owner.network.cameras.map((cidr) => ({ ipBlock: { cidr } }));
  return [
    ...(spec.outbound ? [allow(owner, `${consumer}-outbound`, pods, "Egress", [INTERNET], [])] : []),
    ...(spec.cameras ? [allow(owner, `${consumer}-cameras`, pods, "Egress", cameras, [])] : []),
  ];
}

function probe(spec: ProbeSpec) {
  return {
    httpGet: { path: spec.path, port: "http", scheme: "HTTP" },
    periodSeconds: spec.interval,
    timeoutSeconds: spec.timeout,
    failureThreshold: spec.retries,
  };
}
