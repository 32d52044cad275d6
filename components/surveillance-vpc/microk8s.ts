import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import type * as pulumi from "@pulumi/pulumi";
import { ArgumentError } from "../core/errors";
import { physicalName } from "../core/names";
import { TakenRoutes } from "../core/taken-routes";
import { accept } from "../core/tick";
import { authority, issuer, orderCertificate } from "../targets/microk8s/certificates";
import { edgeRules } from "../targets/microk8s/edge";
import { labelsOf } from "../targets/microk8s/labels";
import { childOf, metadata, type Owner } from "../targets/microk8s/objects";
import { allow, peer } from "../targets/microk8s/paths";
import type { MicroK8sNetwork } from "../targets/network";
import type { MicroK8sTarget } from "../targets/target";
import { bounded, priorities } from "./microk8s-limits";
import type { VpcSpec } from "./spec";

/** Port on which cert-manager's helper pods answer an ACME challenge. */
const ACME_SOLVER_PORT = 8089;

/**
 * A namespace that admits only restricted pods and in which nothing can talk to anything, but for asking the cluster's DNS; the stack's own CA;
 * and the issuer of public certificates.
 */
export function buildOnMicroK8s(
  name: string,
  spec: VpcSpec,
  target: MicroK8sTarget,
  parent: pulumi.Resource,
): MicroK8sNetwork {
  const namespace = physicalName("dnsLabel", target.prefix);
  const names: MicroK8sNetwork["priorities"] = {
    data: physicalName("dnsLabel", namespace, "data"),
    service: physicalName("dnsLabel", namespace, "service"),
  };
  const made = closedNamespace(name, namespace, "restricted", spec, target, names, parent);
  made.ready.push(...priorities(made.owner));
  made.edge.push(...edgeRules(made.owner));
  const { ca } = trusted(made, spec);
  made.ready.push(
    orderCertificate(made.owner, `${name}-trust`, {
      secretName: made.owner.network.trustSecret,
      issuer: ca.issuer,
      hosts: [`trust.${namespace}.svc`],
      usages: ["digital signature"],
      after: [ca.resource],
    }),
  );
  return made.owner.network;
}

/** A namespace in which nothing can talk to anything, and the list of what must be there before the rest of it. */
interface ClosedNamespace {
  readonly owner: Owner;
  readonly ready: pulumi.Resource[];
  readonly edge: string[];
  /** What the Secret of a public certificate waits for. */
  readonly certificates: pulumi.Resource[];
}

function closedNamespace(
  name: string,
  namespace: string,
  level: "restricted" | "privileged",
  spec: VpcSpec,
  target: MicroK8sTarget,
  classes: MicroK8sNetwork["priorities"],
  parent: pulumi.Resource,
): ClosedNamespace {
  const ready: pulumi.Resource[] = [
    new Namespace(
      name,
      { metadata: { name: namespace, labels: { ...target.labels, ...labelsOf(name), ...podSecurity(level) } } },
      { parent, protect: spec.protect },
    ),
  ];
  const [edge, certificates]: [string[], pulumi.Resource[]] = [[], []];
  const ordered = new Map<string, string>();
  const network: MicroK8sNetwork = {
    kind: "microk8s",
    target,
    namespace,
    internalIssuer: `${name}-internal`,
    trustSecret: `${name}-trust`,
    edgeRules: edge,
    cameras: spec.cameras,
    priorities: classes,
    ready,
    taken: new TakenRoutes(`SurveillanceVpc "${name}"`),
    publicCertificate: (host) => {
      const made = ordered.get(host);
      if (made !== undefined) return made;
      accept(() => refuseWildcard(name, host, spec));
      const secretName = physicalName("dnsLabel", name, host.replace(/^\*\./, "any-").replace(/\./g, "-"), "tls");
      ordered.set(host, secretName);
      orderCertificate(owner, `${name}-${host}`, {
        secretName,
        issuer: spec.certificates.mode === "acme" ? `${name}-acme` : network.internalIssuer,
        hosts: [host],
        usages: ["digital signature", "server auth"],
        after: certificates,
      });
      return secretName;
    },
    beside: (component, beside, asked) => {
      const other = closedNamespace(component.name, beside, asked.level, spec, target, classes, component.parent);
      if (asked.edge) {
        other.edge.push(...edgeRules(other.owner));
        if (spec.certificates.mode === "acme")
          other.certificates.push(publicIssuer(other.owner, spec.certificates.email));
        else trusted(other, spec);
      }
      return other.owner.network;
    },
  };
  const owner: Owner = { component: name, network, parent };
  ready.push(...closed(owner), ...bounded(owner));
  return { owner, ready, edge, certificates };
}

/** A CA of the namespace's own, and the issuer of public certificates. */
function trusted(made: ClosedNamespace, spec: VpcSpec) {
  const { owner, ready, certificates } = made;
  const ca = authority(owner, owner.component, `${owner.network.target.prefix} CA`, spec.protect);
  ready.push(ca.resource);
  certificates.push(spec.certificates.mode === "acme" ? publicIssuer(owner, spec.certificates.email) : ca.resource);
  return { ca };
}

function refuseWildcard(name: string, host: string, spec: VpcSpec): void {
  if (!host.startsWith("*.") || spec.certificates.mode !== "acme") return;
  throw new ArgumentError(`route through SurveillanceVpc "${name}"`, [
    {
      path: "routes",
      given: `"${host}" with certificates by HTTP challenge`,
      allowed: "full host names: the authority issues wildcards by DNS challenge only",
      fix: 'name each host of its own: { host: "api.example.com" }',
    },
  ]);
}

/** Enforced, and shown in warnings and audit for what is submitted by other means. */
function podSecurity(level: "restricted" | "privileged"): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ["enforce", "warn", "audit"].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, level],
      [`pod-security.kubernetes.io/${mode}-version`, "latest"],
    ]),
  );
}

/** Nothing in, nothing out, except questions to the cluster's DNS. */
function closed(owner: Owner): pulumi.Resource[] {
  const denied = `${owner.component}-default-deny`;
  return [
    new NetworkPolicy(
      denied,
      { metadata: metadata(owner, denied), spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
      childOf(owner),
    ),
    allow(
      owner,
      `${owner.component}-dns`,
      {},
      "Egress",
      [peer("kube-system", { matchLabels: { "k8s-app": "kube-dns" } })],
      [
        { port: 53, protocol: "UDP" },
        { port: 53, protocol: "TCP" },
      ],
    ),
  ];
}

/** Let's Encrypt by HTTP challenge; only the challenge's own pods can be reached for it. */
function publicIssuer(owner: Owner, email: string): pulumi.Resource {
  const { target } = owner.network;
  allow(
    owner,
    `${owner.component}-acme-challenge`,
    { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } },
    "Ingress",
    [peer(target.ingressNamespace)],
    [{ port: ACME_SOLVER_PORT, protocol: "TCP" }],
  );
  return issuer(owner, `${owner.component}-acme`, {
    acme: {
      email,
      server: "https://acme-v02.api.letsencrypt.org/directory",
      privateKeySecretRef: { name: `${owner.component}-acme-account` },
      solvers: [{ http01: { ingress: { ingressClassName: target.ingressClass } } }],
    },
  });
}
