import type * as pulumi from "@pulumi/pulumi";
import type { Capacity } from "../core/capacity";
import type { Environment } from "../core/environment";

interface TargetBase {
  /** How much safety the stack gets. */
  readonly environment: Environment;
  /** Prefix of every physical name: project and stack. */
  readonly prefix: string;
  /** The explicit provider that all children use. */
  readonly provider: pulumi.ProviderResource;
  /** The explicit provider of generated passwords. */
  readonly random: pulumi.ProviderResource;
}

/** Images that Bulwark builds itself, from the folder `images/` of the package. */
export type OwnImage = "tools" | "backup" | "postgres" | "valkey" | "s3" | "edge" | "monitoring" | "collector";

/** A Docker host. Made by `new ComposeHost(...)` of `bulwark/compose`. */
export interface ComposeTarget extends TargetBase {
  readonly kind: "compose";
  readonly capacity: Capacity;
  /** The image's reference, built on the host when it is not there. */
  image(name: OwnImage): pulumi.Input<string>;
}

/** Ingress controllers whose own ways of redirecting, stripping a prefix and asking for a login Bulwark knows. */
export const INGRESS_CONTROLLERS = ["traefik", "nginx"] as const;

/** One of {@link INGRESS_CONTROLLERS}. */
export type IngressController = (typeof INGRESS_CONTROLLERS)[number];

/** A Kubernetes cluster, single-node MicroK8s by default. Made by `new MicroK8s(...)` of `bulwark/microk8s`. */
export interface MicroK8sTarget extends TargetBase {
  readonly kind: "microk8s";
  readonly capacity: Capacity;
  /** Which Ingress controller runs there. */
  readonly ingressController: IngressController;
  /** Class of the Ingress controller. */
  readonly ingressClass: string;
  /** Namespace in which the Ingress controller runs. */
  readonly ingressNamespace: string;
  /** Storage class of the volumes. */
  readonly storageClass: string;
  /** Whether the storage class makes a volume larger when asked. */
  readonly volumesGrow: boolean;
  /** Repository that holds Bulwark's own images, as the cluster pulls them. */
  readonly imageRepository: string;
  /** Namespace of the monitoring. */
  readonly monitoringNamespace: string;
  /** Port on which the nodes serve the Kubernetes API. */
  readonly apiServerPort: number;
  /** Labels of every object. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A region of an AWS account. Made by `new AwsRegion(...)` of `bulwark/aws`. */
export interface AwsTarget extends TargetBase {
  readonly kind: "aws";
  readonly region: string;
  /** Accounts that the stack may be deployed to. */
  readonly accountIds: readonly string[];
  /** Availability zones, by name, in the order in which subnets are laid out. */
  readonly zones: readonly string[];
}

/** The place where components run. */
export type Target = ComposeTarget | MicroK8sTarget | AwsTarget;

/** Kinds of target. */
export type TargetKind = Target["kind"];

/** All kinds, in the order of the documentation. */
export const TARGET_KINDS = ["compose", "microk8s", "aws"] as const satisfies readonly TargetKind[];
