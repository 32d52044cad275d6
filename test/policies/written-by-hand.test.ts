import type { Environment } from "../../components/core/environment";
import { evaluate } from "../../policies/evaluate";
import { UNKNOWN } from "../../policies/graph";
import { joined, readSource } from "../../policies/sources";
import { InputError } from "../../policies/sources/input-error";

const found = (texts: readonly string[], environment: Environment = "dev") =>
  joined(texts.map(readSource))
    .flatMap((graph) => evaluate(graph, { environment, now: new Date("2026-11-21") }))
    .filter((each) => each.level === "mandatory")
    .map((each) => `${each.status} ${each.policy} ${each.urn.split("::").at(-1)}`)
    .sort();

const SOUND = `
name: shop
services:
  api:
    image: registry.example.com/shop/api@sha256:${"5f".repeat(32)}
    user: "10001:10001"
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    networks: [inside]
    ports: ["127.0.0.1:8080:8080"]
    environment: { DB_PASSWORD_FILE: /run/secrets/db }
    deploy: { resources: { limits: { memory: 256M, cpus: "0.5" } } }
    healthcheck: { test: [CMD, /healthz] }
    restart: unless-stopped
    logging: { driver: json-file, options: { max-size: 10m, max-file: "5" } }
networks:
  inside: { internal: true }
`;

const changed = (from: string, to: string) => {
  expect(SOUND).toContain(from);
  return [SOUND.replace(from, to)];
};

test("nothing blocks a sound compose file", () => {
  expect(readSource(SOUND).kind).toBe("compose");
  expect(found([SOUND])).toEqual([]);
});

test.each([
  ["cap_drop: [ALL]", "cap_drop: [ALL]\n    privileged: true", "docker-no-privileged"],
  ["cap_drop: [ALL]", "cap_drop: []", "docker-cap-drop-all"],
  ['security_opt: ["no-new-privileges:true"]', "security_opt: []", "docker-no-new-privileges"],
  ["restart:", "volumes: ['/var/run/docker.sock:/docker.sock:ro']\n    restart:", "docker-no-socket-mount"],
  ["restart:", "volumes: [{ type: bind, source: /etc, target: /e }]\n    restart:", "docker-no-sensitive-host-path"],
  ["restart:", "pid: host\n    restart:", "docker-no-host-namespaces"],
  ["networks: [inside]", "network_mode: host", "docker-no-host-namespaces"],
  ['"127.0.0.1:8080:8080"', '"5432:5432"', "docker-no-datastore-port"],
  ['"127.0.0.1:8080:8080"', "{ target: 5432, published: 5432 }", "docker-no-datastore-port"],
  ["DB_PASSWORD_FILE: /run/secrets/db", "DB_PASSWORD: hunter2", "docker-no-plain-secret-env"],
  ["DB_PASSWORD_FILE: /run/secrets/db", "DB_PASSWORD: '$" + "{DB_PASSWORD}'", "docker-no-plain-secret-env"],
  ["{ DB_PASSWORD_FILE: /run/secrets/db }", "[POSTGRES_HOST_AUTH_METHOD=trust]", "xs-login-required"],
  ["cap_drop: [ALL]", "cap_drop: &all [ALL]\n    cap_add: [NET_ADMIN]", "docker-no-dangerous-cap"],
])("compose: %s made %s is found by %s", (from, to, policy) => {
  expect(found(changed(from, to))).toContain(`fail ${policy} api`);
});

test.each([
  ["memory: 256M", "cpus: '1', memory: 0", "docker-resource-limits"],
  ["read_only: true", "read_only: false", "docker-readonly-rootfs"],
  ['user: "10001:10001"', "user: root", "docker-non-root-user"],
  [`@sha256:${"5f".repeat(32)}`, ":latest", "docker-image-pinned"],
])("compose, from staging on: %s made %s is found by %s", (from, to, policy) => {
  expect(
    found(
      changed(from, to).map((text) => text.replace("cpus: '1', ", "")),
      "staging",
    ),
  ).toContain(`fail ${policy} api`);
});

test("compose: a default counts as the value, a variable without one is not known", () => {
  const [text = ""] = changed('user: "10001:10001"', "user: $" + "{USER_ID:-10001:10001}");
  const props = (given: string) => readSource(given).graph.resources.find((each) => each.name === "api")?.props ?? {};
  expect(props(text)["user"]).toBe("10001:10001");
  expect(props(text.replace(":-10001:10001", ""))["user"]).toBe(UNKNOWN);
});

const NAMESPACE = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: restricted } }
`;
const DENY = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: default-deny, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
`;
const POD = `
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Pod
    metadata: { name: api, namespace: shop }
    spec: { hostNetwork: true, containers: [{ name: api, image: "nginx:latest", securityContext: { privileged: true } }] }
`;

test("manifests: objects in several files belong together", () => {
  expect(found([NAMESPACE, POD], "prod")).toContain("fail xs-ns-has-default-deny shop");
  expect(found([NAMESPACE, POD, DENY], "prod")).not.toContain("fail xs-ns-has-default-deny shop");
  expect(found([`${NAMESPACE}---${DENY}`, POD], "prod")).toEqual(found([NAMESPACE, POD, DENY], "prod"));
});

test("manifests: pods in a list are found", () => {
  const findings = found([POD]);
  for (const policy of ["k8s-no-privileged", "k8s-no-host-namespaces"]) {
    expect(findings).toContain(`fail ${policy} shop/api`);
  }
});

test("manifests: what kustomize reads is no object", () => {
  const text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n";
  expect(readSource(text)).toEqual({ kind: "manifests", graph: { resources: [] } });
});

test.each([
  ["services: { api: { extends: { file: base.yaml, service: api } } }", "docker compose config"],
  ["include: [base.yaml]\nservices: {}", "docker compose config"],
  ["{{- if .Values.on }}\nkind: Pod\n{{- end }}", "helm template"],
  ["apiVersion: v1\nmetadata: {}", "no kind"],
  ["services:\n  api:\n    mem_limit: lots", "no amount of memory"],
  ["a: [1, hunter2", "neither JSON nor YAML"],
  ["# nothing\n", "empty"],
])("what takes more than the file, or is broken, is an error that says what to do: %s", (text, says) => {
  expect(() => readSource(text)).toThrow(InputError);
  expect(() => readSource(text)).toThrow(says);
  expect(() => readSource(text)).not.toThrow("hunter2");
});
