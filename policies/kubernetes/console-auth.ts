import { FROM_STAGING, rule } from "../rule";
import { strings } from "../setting";
import { kubernetes } from "../tokens";
import { object } from "./examples";
import { eachObject } from "./workloads";

const LOGINS = [
  "nginx.ingress.kubernetes.io/auth-url",
  "nginx.ingress.kubernetes.io/auth-type",
  "haproxy.org/auth-type",
  "traefik.ingress.kubernetes.io/router.middlewares",
];

const route = (service: string) => ({
  tls: [{ hosts: ["ops.shop.example"], secretName: "tls" }],
  rules: [
    { host: "ops.shop.example", http: { paths: [{ path: "/", backend: { service: { name: service, port: {} } } }] } },
  ],
});

/** These consoles have no login of their own: whoever reaches them reads every label and silences every alert. */
export const consoleAuth = rule({
  id: "k8s-console-auth",
  title: "Consoles of monitoring are behind a login",
  severity: "high",
  level: FROM_STAGING,
  types: kubernetes("Ingress"),
  settings: {
    consoles: strings(["prometheus", "alertmanager", "jaeger", "pushgateway"], "parts of names of such services"),
  },
  remedy: "Add an annotation of the controller that asks for a login, such as auth-url or auth-type.",
  references: ["CWE-306", "POL-12"],
  check(resource, guard, { settings }) {
    eachObject(resource, guard, (ingress) => {
      guard.each(ingress.at("spec", "rules"), (each) => {
        guard.each(each.at("http", "paths"), (path) => {
          const service = path.at("backend", "service", "name");
          const name = service.text() ?? "";
          if (!settings.consoles.some((console) => name.includes(console))) return undefined;
          const login = LOGINS.some((key) => ingress.at("metadata", "annotations", key).present());
          return !login && `${service.path} is a console without a login`;
        });
        return undefined;
      });
      return undefined;
    });
  },
  examples: {
    compliant: [
      object("networking.k8s.io/v1:Ingress", { spec: route("web") }),
      object(
        "networking.k8s.io/v1:Ingress",
        { spec: route("prometheus") },
        { annotations: { "nginx.ingress.kubernetes.io/auth-type": "basic" } },
      ),
    ],
    violating: [object("networking.k8s.io/v1:Ingress", { spec: route("alertmanager") })],
  },
});
