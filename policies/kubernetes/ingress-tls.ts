import { EVERYWHERE, rule } from "../rule";
import { kubernetes } from "../tokens";
import { object } from "./examples";
import { eachObject } from "./workloads";

const covers = (given: string, host: string) =>
  given === host || (given.startsWith("*.") && host.slice(host.indexOf(".") + 1) === given.slice(2));

/** Every host has a certificate, and plain requests are sent on to it. */
export const ingressTls = rule({
  id: "k8s-ingress-tls",
  title: "Every host of an Ingress has TLS",
  severity: "high",
  level: EVERYWHERE,
  types: kubernetes("Ingress"),
  remedy: "Add the host to tls with a secretName, for instance one that cert-manager fills.",
  references: ["KICS ingress TLS", "POL-05", "POL-18"],
  check(resource, guard) {
    eachObject(resource, guard, (ingress) => {
      guard.each(ingress.at("spec", "rules"), (each) => {
        const host = each.at("host").text() ?? "";
        const named = ingress
          .at("spec", "tls")
          .list()
          .flatMap((tls) =>
            tls
              .at("hosts")
              .list()
              .map((one) => one.text() ?? ""),
          );
        return !named.some((given) => covers(given, host)) && `${each.path} names a host without TLS`;
      });
      for (const name of ["ssl-redirect", "force-ssl-redirect"]) {
        const redirect = ingress.at("metadata", "annotations", `nginx.ingress.kubernetes.io/${name}`);
        guard.check(() => redirect.flag() === false && `${redirect.path} is false`);
      }
      const hsts = ingress.at("metadata", "annotations", "nginx.ingress.kubernetes.io/hsts");
      return hsts.flag() === false && { message: `${hsts.path} is false`, advisory: true };
    });
  },
  examples: {
    compliant: [
      object("networking.k8s.io/v1:Ingress", {
        spec: { rules: [{ host: "api.shop.example" }], tls: [{ hosts: ["*.shop.example"], secretName: "tls" }] },
      }),
    ],
    violating: [
      object("networking.k8s.io/v1:Ingress", { spec: { rules: [{ host: "api.shop.example" }] } }),
      object("networking.k8s.io/v1:Ingress", {
        spec: { rules: [{ host: "a.b.shop.example" }], tls: [{ hosts: ["*.shop.example"] }] },
      }),
      object(
        "networking.k8s.io/v1:Ingress",
        { spec: {} },
        { annotations: { "nginx.ingress.kubernetes.io/ssl-redirect": "false" } },
      ),
    ],
  },
});
