import { SurveillanceVpc, type SurveillanceVpcArgs } from "../../components";
import { ComposeHost } from "../../components/targets/compose-host";
import { MicroK8s } from "../../components/targets/microk8s";
import type { Target, TargetKind } from "../../components/targets/target";
import * as contract from "../contract/shop";

const ROOMY = { environment: "dev", cpus: 4000, memory: "4000 GiB" } as const;

/** A target with room for every sample at once. */
export function targetOf(kind: TargetKind): Target {
  switch (kind) {
    case "compose":
      return new ComposeHost("place", ROOMY);
    case "microk8s":
      return new MicroK8s("place", { ...ROOMY, context: "microk8s" });
    case "aws":
      return contract.targetOf(kind);
  }
}

/** A network with room for every sample at once. */
export function networkOf(kind: TargetKind, vpc: Partial<SurveillanceVpcArgs> = {}): SurveillanceVpc {
  return new SurveillanceVpc("network", {
    target: targetOf(kind),
    certificates:
      kind === "aws"
        ? { mode: "acm", arn: "arn:aws:acm:us-east-1:123456789012:certificate/1" }
        : { mode: "acme", email: "ops@example.com" },
    ...vpc,
  });
}
