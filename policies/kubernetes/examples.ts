import { changed, DIGEST } from "../docker/examples";
import type { Example, ExampleResource } from "../rule";

type Changes = Readonly<Record<string, unknown>>;

/** Labels that every object has. */
export const K8S_LABELS: Readonly<Record<string, string>> = {
  app: "api",
  owner: "platform",
  "data-class": "internal",
  env: "prod",
  "change-ref": "CHG-1",
};

const CONTAINER: Changes = {
  name: "api",
  image: `registry.example/shop/api@${DIGEST}`,
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "128Mi" } },
  livenessProbe: { httpGet: { path: "/livez", port: 8080 } },
  readinessProbe: { httpGet: { path: "/readyz", port: 8080 } },
  ports: [{ containerPort: 8080 }],
  env: [{ name: "DB_PASSWORD_FILE", value: "/run/secrets/db" }],
};

const POD: Changes = {
  serviceAccountName: "api",
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
  volumes: [{ name: "tmp", emptyDir: {} }],
};

/** A sound pod specification with changes to it and to its container. */
export function pod(changes: Changes = {}, container: Changes = {}): Changes {
  return changed({ ...POD, containers: [changed(CONTAINER, container)] }, changes);
}

/** A container's security context with changes. */
export function guarded(changes: Changes): Changes {
  return { securityContext: changed(CONTAINER["securityContext"] as Changes, changes) };
}

/** A namespace with its label, its default deny, and a log collector on the nodes. */
export const SURROUNDINGS: readonly [ExampleResource, ExampleResource, ExampleResource] = [
  {
    type: "kubernetes:core/v1:Namespace",
    name: "ns",
    protect: true,
    props: {
      metadata: { name: "shop", labels: { ...K8S_LABELS, "pod-security.kubernetes.io/enforce": "restricted" } },
    },
  },
  {
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    name: "default-deny",
    props: { metadata: { namespace: "shop" }, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
  },
  {
    type: "kubernetes:apps/v1:DaemonSet",
    name: "alloy",
    props: { metadata: { namespace: "shop", labels: K8S_LABELS }, spec: { template: { spec: pod() } } },
  },
];

/** A sound deployment with changes to its pod and its container, in sound surroundings. */
export function deployment(podChanges: Changes = {}, container: Changes = {}): Example {
  return [
    workload("Deployment", { template: { metadata: { labels: { app: "api" } }, spec: pod(podChanges, container) } }),
    ...SURROUNDINGS,
  ];
}

/** A workload of the namespace. */
export function workload(kind: string, spec: Changes, name = "api"): ExampleResource {
  const group = kind === "Pod" ? "core" : kind.endsWith("Job") ? "batch" : "apps";
  return {
    type: `kubernetes:${group}/v1:${kind}`,
    name,
    protect: kind === "StatefulSet",
    props: { metadata: { name, namespace: "shop", labels: K8S_LABELS }, spec },
  };
}

/** Any object of the namespace. */
export function object(token: string, props: Changes, metadata: Changes = {}): Example {
  return [
    {
      type: `kubernetes:${token}`,
      name: "thing",
      protect: true,
      props: { metadata: changed({ name: "thing", namespace: "shop", labels: K8S_LABELS }, metadata), ...props },
    },
  ];
}
