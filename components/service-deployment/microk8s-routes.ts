import type { types } from "@pulumi/kubernetes";
import { Ingress } from "@pulumi/kubernetes/networking/v1/ingress";
import { physicalName } from "../core/names";
import { childOf, metadata, type Owner } from "../targets/microk8s/objects";
import { allow, peer } from "../targets/microk8s/paths";
import type { ServiceSpec } from "./spec";

/** One Ingress for each route, always with TLS, and the way from the Ingress controller to the pods. */
export function routed(
  owner: Owner,
  routes: ServiceSpec["routes"],
  pods: types.input.meta.v1.LabelSelector,
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
  for (const { host, path } of routes) {
    new Ingress(
      `${component}-${host}${path}`,
      {
        metadata: {
          ...metadata(owner, physicalName("dnsLabel", component, host, path)),
          annotations: { "nginx.ingress.kubernetes.io/force-ssl-redirect": "true" },
        },
        spec: {
          ingressClassName: network.target.ingressClass,
          tls: [{ hosts: [host], secretName: network.publicCertificate(host) }],
          rules: [
            {
              host,
              http: {
                paths: [
                  { path, pathType: "Prefix", backend: { service: { name: component, port: { name: "http" } } } },
                ],
              },
            },
          ],
        },
      },
      childOf(owner),
    );
  }
}
