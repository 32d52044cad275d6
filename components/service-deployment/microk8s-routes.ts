import type * as input from "@pulumi/kubernetes/types/input";
import { publicRoute } from "../targets/microk8s/edge";
import type { Owner } from "../targets/microk8s/objects";
import { allow, peer } from "../targets/microk8s/paths";
import type { ServiceSpec } from "./spec";

/** One Ingress for each route, always with TLS, and the way from the Ingress controller to the pods. */
export function routed(
  owner: Owner,
  routes: ServiceSpec["routes"],
  pods: input.meta.v1.LabelSelector,
  port: number,
): void {
  if (routes.length === 0) return;
  const { network, component } = owner;
  allow(
    owner,
    `${component}-from-edge`,
    pods,
    "Ingress",
    [peer(network.target.ingressNamespace)],
    [{ port, protocol: "TCP" }],
  );
  for (const route of routes) publicRoute(owner, { ...route, service: component, port: "http" });
}
