import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { Ingress } from "@pulumi/kubernetes/networking/v1/ingress";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../core/names";
import type { MicroK8sTarget } from "../target";
import { childOf, metadata, type Named, type Owner } from "./objects";

/** A host and path that the Ingress controller sends to a Service of the owner's namespace, always over TLS. */
export interface PublicRoute {
  readonly host: string;
  readonly path: string;
  /** Whether the path is removed before the request is passed on. */
  readonly stripPrefix: boolean;
  readonly service: string;
  /** Name of the Service's port. */
  readonly port: string;
  /** Secret with the users that may pass, as {@link loginKey} names its key. Default: everybody. */
  readonly login?: Named;
}

/** What every answer of the edge says (SEC-02). */
const HEADERS = {
  stsSeconds: 31_536_000,
  stsIncludeSubdomains: true,
  frameDeny: true,
  contentTypeNosniff: true,
  browserXssFilter: true,
  customResponseHeaders: { Server: "" },
};

/** Key of a login's Secret that holds `user:hash`. */
export function loginKey(target: MicroK8sTarget): string {
  return target.ingressController === "traefik" ? "users" : "auth";
}

/** What all routes of a namespace share: the redirect to HTTPS and the headers. Gives the names that routes refer to. */
export function edgeRules(owner: Owner): readonly string[] {
  if (owner.network.target.ingressController !== "traefik") return [];
  const rules = { https: { redirectScheme: { scheme: "https", permanent: true } }, headers: { headers: HEADERS } };
  return Object.entries(rules).map(([role, spec]) => middleware(owner, `${owner.component}-${role}`, spec));
}

/** The Ingress of one route. */
export function publicRoute(owner: Owner, route: PublicRoute): void {
  const { network } = owner;
  network.taken.take(route.service, route.host, route.path);
  const traefik = network.target.ingressController === "traefik";
  const regex = route.stripPrefix && !traefik;
  new Ingress(
    `${route.service}-${route.host}${route.path}`,
    {
      metadata: {
        ...metadata(owner, physicalName("dnsLabel", route.service, route.host, route.path)),
        annotations: {
          ...(traefik ? byMiddlewares(owner, route) : byAnnotations(route)),
          // Not every controller of a single node writes its address into the Ingress, which an update would wait for.
          "pulumi.com/skipAwait": "true",
        },
      },
      spec: {
        ingressClassName: network.target.ingressClass,
        tls: [{ hosts: [route.host], secretName: network.publicCertificate(route.host) }],
        rules: [
          {
            host: route.host,
            http: {
              paths: [
                {
                  path: regex ? `${route.path.replace(/\/$/, "")}(/|$)(.*)` : route.path,
                  pathType: regex ? "ImplementationSpecific" : "Prefix",
                  backend: { service: { name: route.service, port: { name: route.port } } },
                },
              ],
            },
          },
        ],
      },
    },
    childOf(owner, route.login === undefined ? [] : [route.login.resource]),
  );
}

function byMiddlewares(owner: Owner, route: PublicRoute): Record<string, pulumi.Input<string>> {
  const { namespace, edgeRules: shared } = owner.network;
  const name = (role: string) => physicalName("dnsLabel", route.service, role, route.host, route.path);
  const own = [
    ...(route.login === undefined
      ? []
      : [middleware(owner, name("login"), { basicAuth: { secret: route.login.name, removeHeader: true } })]),
    ...(route.stripPrefix ? [middleware(owner, name("strip"), { stripPrefix: { prefixes: [route.path] } })] : []),
  ];
  return {
    "traefik.ingress.kubernetes.io/router.middlewares": [...shared, ...own]
      .map((each) => `${namespace}-${each}@kubernetescrd`)
      .join(","),
  };
}

/** The controller of the nginx project sends HSTS by itself; the other headers are its administrator's to set. */
function byAnnotations(route: PublicRoute): Record<string, pulumi.Input<string>> {
  const key = (name: string) => `nginx.ingress.kubernetes.io/${name}`;
  return {
    [key("force-ssl-redirect")]: "true",
    ...(route.stripPrefix ? { [key("use-regex")]: "true", [key("rewrite-target")]: "/$2" } : {}),
    ...(route.login === undefined ? {} : { [key("auth-type")]: "basic", [key("auth-secret")]: route.login.name }),
  };
}

function middleware(owner: Owner, name: string, spec: Readonly<Record<string, unknown>>): string {
  new CustomResource(
    name,
    { apiVersion: "traefik.io/v1alpha1", kind: "Middleware", metadata: metadata(owner, name), spec },
    childOf(owner),
  );
  return name;
}
