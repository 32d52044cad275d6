import type * as pulumi from "@pulumi/pulumi";
import type { CloudWatching } from "../core/cloud-alarm";
import type { LateList } from "../core/late";
import type { TakenRoutes } from "../core/taken-routes";
import type { NetworkAlerts } from "../surveillance-vpc/cloud-alarms";
import type { AwsTarget, ComposeTarget, MicroK8sTarget } from "./target";

/** One host and path that the edge sends to a service. */
export interface EdgeRoute {
  /** Name of the service. */
  readonly service: string;
  /** Host name the route answers to. */
  readonly host: string;
  /** Path prefix, starting with `/`. */
  readonly path: string;
  /** Whether the prefix is removed before the request is passed on. */
  readonly stripPrefix: boolean;
  /** `host:port` of each replica. */
  readonly upstreams: readonly string[];
  /** Path that tells whether a replica may receive requests. */
  readonly healthPath: string;
  /** Who may pass, by user name and the bcrypt hash of a password. Default: everybody. */
  readonly login?: { readonly username: string; readonly hash: pulumi.Input<string> };
}

/** What SurveillanceVpc gives the other components on a compose host. */
export interface ComposeNetwork {
  readonly kind: "compose";
  readonly target: ComposeTarget;
  /** Routes of the edge, added to by services. */
  readonly routes: LateList<EdgeRoute>;
  /** Routes by the service that has them. */
  readonly taken: TakenRoutes;
  /** Docker network between the edge and the services it routes to. */
  readonly edgeNetwork: string;
  /** Docker network for outbound traffic; containers on it cannot reach each other. */
  readonly egressNetwork: string;
  /** Docker network on which the cameras are reached, if there are any. */
  readonly cameraNetwork?: string;
  /** Volume with the stack's CA key: only certificate containers mount it. */
  readonly caVolume: string;
  /** Volume with the stack's CA certificate. */
  readonly trustVolume: string;
  /** Networks and volumes that must exist before a container uses them by name. */
  readonly ready: readonly pulumi.Resource[];
}

/** What SurveillanceVpc gives the other components on Kubernetes. */
export interface MicroK8sNetwork {
  readonly kind: "microk8s";
  readonly target: MicroK8sTarget;
  /** The stack's namespace. */
  readonly namespace: string;
  /** cert-manager Issuer of the stack's own CA, for servers inside the namespace. */
  readonly internalIssuer: string;
  /** Secret whose `ca.crt` is the certificate of the stack's own CA; clients mount that key alone. */
  readonly trustSecret: string;
  /** Name of the Secret with the public certificate of a host name; the certificate is ordered once, whoever asks first. */
  publicCertificate(host: string): string;
  /** Routes by the service that has them. */
  readonly taken: TakenRoutes;
  /**
   * Another closed namespace of the stack, beside its own; its objects are children of the component. With `edge` it can have routes. The
   * level `privileged` is for agents that read the node, which no other level admits.
   */
  beside(
    component: { readonly name: string; readonly parent: pulumi.Resource },
    namespace: string,
    asked: { readonly level: "restricted" | "privileged"; readonly edge: boolean },
  ): MicroK8sNetwork;
  /** Names of what every route of the namespace passes through, where the Ingress controller knows such rules. */
  readonly edgeRules: readonly string[];
  /** Networks in which cameras live, as CIDR. */
  readonly cameras: readonly string[];
  /** Priority classes: when the node runs out of memory, data stores are evicted last, and jobs, which have none, first. */
  readonly priorities: { readonly data: string; readonly service: string };
  readonly ready: readonly pulumi.Resource[];
}

/** Gives each route of a shared listener its priority. */
export interface RoutePriorities {
  /** A priority that puts longer paths first; throws an `ArgumentError` when the route was taken before. */
  take(service: string, host: string, path: string): number;
}

/** What SurveillanceVpc gives the other components on AWS. */
export interface AwsNetwork {
  readonly kind: "aws";
  readonly target: AwsTarget;
  readonly vpcId: pulumi.Output<string>;
  /** Subnets of the load balancer. */
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  /** Subnets of tasks. */
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  /** Subnets of data stores, without a route to the internet. */
  readonly dataSubnetIds: readonly pulumi.Output<string>[];
  /** ARN of the stack's own key, for everything that is encrypted at rest. */
  readonly keyArn: pulumi.Output<string>;
  /** Bucket into which access logs are written. */
  readonly accessLogs: { readonly bucketName: pulumi.Output<string>; readonly ready: readonly pulumi.Resource[] };
  /** ARN of the ECS cluster of the stack. */
  readonly clusterArn: pulumi.Output<string>;
  /** Function that runs a task of the cluster to its end, and the role to which the right to start a task is added. */
  readonly runner: { readonly functionName: pulumi.Output<string>; readonly roleName: pulumi.Output<string> };
  /** Networks that mean "the internet" to a service with `outbound`; none, where tasks have no way to it. */
  readonly outside: readonly string[];
  /** Networks of the site in which cameras live, as CIDR. */
  readonly cameras: readonly string[];
  /** Private DNS namespace in which services find each other. */
  readonly namespace: { readonly id: pulumi.Output<string>; readonly name: string };
  /** How tasks reach the APIs of AWS (images, logs, secrets) without a way to the internet. */
  readonly endpoints: {
    /** Security group of the interface endpoints. */
    readonly securityGroupId: pulumi.Output<string>;
    /** Managed prefix list of Amazon S3 in the region, where image layers lie. */
    readonly s3PrefixListId: pulumi.Output<string>;
  };
  /** The shared load balancer. */
  readonly edge: {
    readonly listenerArn: pulumi.Output<string>;
    /** Certificate of the listener. */
    readonly certificateArn: pulumi.Output<string>;
    readonly securityGroupId: pulumi.Output<string>;
    readonly dnsName: pulumi.Output<string>;
    /** Priorities of the listener's rules. */
    readonly priorities: RoutePriorities;
  };
  /** How the network itself is watched, with or without other thresholds. */
  readonly watching: { readonly component: string; with(tuning: NetworkAlerts): CloudWatching };
  readonly ready: readonly pulumi.Resource[];
}

/** What SurveillanceVpc gives the other components. */
export type Network = ComposeNetwork | MicroK8sNetwork | AwsNetwork;

/** Anything that carries a network: a `SurveillanceVpc` of this program, or one adopted from elsewhere. */
export interface NetworkSource {
  readonly network: Network;
}
