import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { part } from "../lab";
import type { Answer, Cluster } from "./cluster";
import type { Manifest } from "./manifests";

interface ResourceKind {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const known = new WeakMap<Cluster, Map<string, Promise<readonly ResourceKind[]>>>();

/** Kinds of a group and version, as the server lists them. */
async function kindsOf(cluster: Cluster, apiVersion: string): Promise<readonly ResourceKind[]> {
  const cache = known.get(cluster) ?? new Map<string, Promise<readonly ResourceKind[]>>();
  known.set(cluster, cache);
  const asked = cache.get(apiVersion) ?? list(cluster, apiVersion);
  cache.set(apiVersion, asked);
  return asked;
}

async function list(cluster: Cluster, apiVersion: string): Promise<readonly ResourceKind[]> {
  const { status, body } = await cluster.ask("GET", root(apiVersion));
  if (status !== 200) throw new Error(`the server has no ${apiVersion}`);
  return (body["resources"] as ResourceKind[]).filter((each) => !each.name.includes("/"));
}

function root(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Address of an object. */
export async function addressOf(cluster: Cluster, manifest: Manifest): Promise<string> {
  const kind = (await kindsOf(cluster, manifest.apiVersion)).find((each) => each.kind === manifest.kind);
  if (kind === undefined) throw new Error(`the server does not know ${manifest.apiVersion} ${manifest.kind}`);
  const { namespace, name } = manifest.metadata;
  if (kind.namespaced && namespace === undefined) throw new Error(`${manifest.kind} ${name} has no namespace`);
  const within = kind.namespaced ? `/namespaces/${namespace}` : "";
  return `${root(manifest.apiVersion)}${within}/${kind.name}/${name}`;
}

/** Server-side apply, with unknown and double fields refused. */
export async function apply(cluster: Cluster, manifest: Manifest): Promise<Answer> {
  const address = await addressOf(cluster, manifest);
  return cluster.ask("PATCH", `${address}?fieldManager=bulwark&fieldValidation=Strict`, manifest, {
    type: "application/apply-patch+yaml",
  });
}

/** Why the server refused, or undefined. */
export function refusal({ status, body }: Answer): string | undefined {
  return status < 300 ? undefined : `${status} ${String(body["message"] ?? body["text"])}`;
}

/**
 * What the controllers of a real cluster would do before the first pod is submitted: count what a quota has left, and make the service account
 * that every namespace has.
 */
export async function settle(cluster: Cluster, manifests: readonly Manifest[]): Promise<void> {
  for (const manifest of manifests) {
    if (manifest.kind !== "ResourceQuota") continue;
    const { hard } = manifest["spec"] as { hard: Record<string, string> };
    const used = Object.fromEntries(Object.keys(hard).map((name) => [name, "0"]));
    const address = await addressOf(cluster, manifest);
    const answer = await cluster.ask(
      "PATCH",
      `${address}/status`,
      { status: { hard, used } },
      { type: "application/merge-patch+json" },
    );
    const refused = refusal(answer);
    if (refused !== undefined) throw new Error(refused);
  }
}

/** Gives the server the kinds of cert-manager and of Traefik. */
export async function installKinds(cluster: Cluster): Promise<void> {
  await install(cluster, "cert-manager", "cert-manager.io/v1", ["Certificate", "Issuer"]);
  await install(cluster, "traefik", "traefik.io/v1alpha1", ["Middleware"]);
}

async function install(cluster: Cluster, name: string, apiVersion: string, wanted: readonly string[]): Promise<void> {
  const found = part(name);
  if (!found.present || found.path === undefined) throw new Error(`the lab has no ${name}`);
  const { path } = found;
  for (const file of readdirSync(path).filter((name) => name.endsWith(".yaml"))) {
    const definition = parse(readFileSync(join(path, file), "utf8")) as Manifest;
    // The labels are lines of a Helm chart, which nothing here reads.
    const metadata = { name: definition.metadata.name };
    const refused = refusal(await apply(cluster, { ...definition, metadata }));
    if (refused !== undefined) throw new Error(`${file}: ${refused}`);
  }
  for (let tries = 0; tries < 100; tries++) {
    const { status, body } = await cluster.ask("GET", root(apiVersion));
    const kinds = status === 200 ? (body["resources"] as ResourceKind[]).map((each) => each.kind) : [];
    if (wanted.every((kind) => kinds.includes(kind))) return;
    await sleep(100);
  }
  throw new Error(`the kinds of ${name} did not appear`);
}
