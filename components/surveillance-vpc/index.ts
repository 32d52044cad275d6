import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component";
import { accept } from "../core/tick";
import type { Network, NetworkSource } from "../targets/network";
import type { Target } from "../targets/target";
import type { SurveillanceVpcArgs } from "./args";
import { resolveVpc, type VpcSpec } from "./spec";

export type { EdgeCertificates, EdgePublication, SurveillanceVpcArgs } from "./args";

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
export class SurveillanceVpc extends Component implements NetworkSource {
  /** What the other components need of the network. */
  readonly network: Network;

  /** Throws an `ArgumentError` that lists every problem when the arguments cannot be used. */
  constructor(name: string, args: SurveillanceVpcArgs, opts?: pulumi.ComponentResourceOptions) {
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
    this.network = build(name, spec, args.target, this);
    this.registerOutputs({});
  }
}

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
