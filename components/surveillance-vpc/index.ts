import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions } from "../core/component";
import type { Monitorable, Monitoring } from "../core/monitorable";
import { accept } from "../core/tick";
import type { Network, NetworkSource } from "../targets/network";
import type { Target } from "../targets/target";
import { ACME_TUNING, type EndpointAlerts, endpointRules } from "./alerts";
import type { SurveillanceVpcArgs } from "./args";
import { resolveVpc, type VpcSpec } from "./spec";

export type { AdoptedVpc, ByZone } from "./adopted";
export type { EdgeCertificates, EdgePublication, Firewall, Nat, SiteArgs, SurveillanceVpcArgs } from "./args";

/**
 * The network that everything else lives in, closed by default: a path exists only where a link asks for one, and only the edge can be
 * reached from outside.
 *
 * @example
 * ```ts
 * const target = new ComposeHost("host", { environment: "dev", cpus: 4, memory: "8 GiB" });
 * const vpc = new SurveillanceVpc("network", { target });
 * ```
 */
export class SurveillanceVpc extends Component implements NetworkSource, Monitorable {
  /** What the other components need of the network. */
  readonly network: Network;
  readonly #certificates: VpcSpec["certificates"]["mode"];

  /** Throws an `ArgumentError` that lists every problem when the arguments cannot be used. */
  constructor(name: string, args: SurveillanceVpcArgs, opts?: ComponentOptions) {
    const spec = accept(() => resolveVpc(name, args));
    super(
      "SurveillanceVpc",
      name,
      {
        target: args.target.kind,
        environment: args.target.environment,
        certificates: spec.certificates.mode,
        cameras: spec.cameras,
        protect: spec.protect,
      },
      args.target.provider,
      opts,
    );
    this.#certificates = spec.certificates.mode;
    this.network = build(name, spec, args.target, this);
    this.registerOutputs({});
  }

  /**
   * How the network is watched: on compose every host name of a route is asked for, on AWS by alarms of the load balancer, its certificate and the
   * NAT gateways. Nothing on MicroK8s. Part of {@link Monitorable}.
   */
  get monitoring(): Monitoring {
    return this.monitored().monitoring;
  }

  /** How the edge is watched, with other thresholds. */
  monitored(alerts: EndpointAlerts = {}): Monitorable {
    const { network, componentName: component } = this;
    if (network.kind !== "compose") {
      const cloud = network.kind === "aws" ? { cloud: network.watching.with(alerts) } : {};
      return { monitoring: { component, targets: [], sources: [], dashboards: [], ...cloud } };
    }
    const internal = this.#certificates === "internal";
    const monitoring: Monitoring = {
      component,
      targets: [],
      probes: [
        {
          module: internal ? "edge_internal" : "edge_public",
          address: `https://${component}-proxy/`,
          // Routes hold the hashes of logins; their host names are no secret.
          hosts: pulumi.unsecret(
            network.routes.items.apply((routes) => [...new Set(routes.map((route) => route.host))].sort()),
          ),
          path: { kind: "compose", network: network.edgeNetwork },
        },
      ],
      sources: [endpointRules(`blackbox-${component}`, { ...(internal ? OWN_AUTHORITY : ACME_TUNING), ...alerts })],
      dashboards: ["edge"],
    };
    return { monitoring };
  }
}

/** Certificates of the edge's own authority live for hours, and are renewed within them. */
const OWN_AUTHORITY = {
  CertificateExpiresCritical: { enabled: false },
  CertificateExpiresSoon: { enabled: false },
} as const satisfies EndpointAlerts;

function build(name: string, spec: VpcSpec, target: Target, parent: pulumi.Resource): Network {
  switch (target.kind) {
    case "compose":
      return (require("./compose") as typeof import("./compose")).buildOnCompose(name, spec, target, parent);
    case "microk8s":
      return (require("./microk8s") as typeof import("./microk8s")).buildOnMicroK8s(name, spec, target, parent);
    case "aws":
      return (require("./aws") as typeof import("./aws")).buildOnAws(name, spec, target, parent);
  }
}
