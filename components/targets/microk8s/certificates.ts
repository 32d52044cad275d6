import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import type * as pulumi from "@pulumi/pulumi";
import { childOf, metadata, type Owner } from "./objects";
import type { Mounted } from "./pod";

const API = "cert-manager.io/v1";

/** Lifetime of a certificate and the time left when it is renewed: 90 and 30 days. */
const LIFETIME = { duration: "2160h0m0s", renewBefore: "720h0m0s" };

/** A certificate that cert-manager issues and renews; returns the resource that writes the Secret. */
export function orderCertificate(
  owner: Owner,
  logicalName: string,
  order: {
    readonly secretName: string;
    readonly issuer: string;
    readonly hosts: readonly string[];
    readonly usages: readonly string[];
    readonly after?: readonly pulumi.Resource[];
  },
): CustomResource {
  return new CustomResource(
    logicalName,
    {
      apiVersion: API,
      kind: "Certificate",
      metadata: metadata(owner, logicalName),
      spec: {
        secretName: order.secretName,
        ...LIFETIME,
        dnsNames: [...order.hosts],
        usages: [...order.usages],
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        issuerRef: { name: order.issuer, kind: "Issuer", group: "cert-manager.io" },
      },
    },
    childOf(owner, order.after),
  );
}

/** The certificate of a server inside the namespace, from the stack's own CA, and where the server finds it: `tls.crt` and `tls.key`. */
export function serverCertificate(
  owner: Owner,
  service: string,
): { readonly mount: Mounted; readonly resource: pulumi.Resource } {
  const { namespace, internalIssuer } = owner.network;
  const secretName = `${service}-tls`;
  const resource = orderCertificate(owner, `${service}-certificate`, {
    secretName,
    issuer: internalIssuer,
    hosts: [
      service,
      `${service}.${namespace}`,
      `${service}.${namespace}.svc`,
      `${service}.${namespace}.svc.cluster.local`,
      "localhost",
    ],
    usages: ["digital signature", "server auth"],
  });
  const source = { secret: { secretName, defaultMode: 0o440 } };
  return { mount: { name: "tls", path: "/tls", readOnly: true, source }, resource };
}

/** An Issuer of the namespace. */
export function issuer(
  owner: Owner,
  name: string,
  spec: Readonly<Record<string, unknown>>,
  after: readonly pulumi.Resource[] = [],
): CustomResource {
  return new CustomResource(
    name,
    { apiVersion: API, kind: "Issuer", metadata: metadata(owner, name), spec },
    childOf(owner, after),
  );
}

/** The stack's own CA: ten years, its key stays in the namespace. */
export function authority(
  owner: Owner,
  name: string,
  commonName: string,
  protect: boolean,
): { readonly issuer: string; readonly resource: pulumi.Resource } {
  const selfSigned = issuer(owner, `${name}-self-signed`, { selfSigned: {} });
  const certificate = new CustomResource(
    `${name}-ca`,
    {
      apiVersion: API,
      kind: "Certificate",
      metadata: metadata(owner, `${name}-ca`),
      spec: {
        isCA: true,
        commonName,
        secretName: `${name}-ca`,
        duration: "87600h0m0s",
        renewBefore: "8760h0m0s",
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Never" },
        issuerRef: { name: `${name}-self-signed`, kind: "Issuer", group: "cert-manager.io" },
      },
    },
    { ...childOf(owner, [selfSigned]), protect },
  );
  return {
    issuer: `${name}-internal`,
    resource: issuer(owner, `${name}-internal`, { ca: { secretName: `${name}-ca` } }, [certificate]),
  };
}
