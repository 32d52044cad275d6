import { existsSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type GraphResource, UNKNOWN } from "../../policies/graph";
import { CommandError } from "../exit";
import { packageRoot } from "../package-root";
import { contains, Hidden } from "../plan/values";
import { applyScript } from "./apply";
import type { RenderedFile } from "./files";
import { type ImageContext, pushScript } from "./push";
import { head, type Rendering } from "./rendering";

/** A Kubernetes object as a manifest, and what the script that applies it must know. */
export interface RenderedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Empty for what belongs to the whole cluster. */
  readonly namespace: string;
  /** Component that it belongs to. */
  readonly component: string;
  /** Whether what follows waits until it is ready. */
  readonly awaited: boolean;
  /** How many jobs, one after the other, must have ended well before it is applied. */
  readonly wave: number;
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** A file of manifests of one component. */
export interface ManifestFile {
  readonly path: string;
  readonly wave: number;
  readonly objects: readonly RenderedObject[];
}

/** What others need comes first; the rest follows by name. */
const ORDER = [
  "Namespace",
  "PriorityClass",
  "ResourceQuota",
  "LimitRange",
  "NetworkPolicy",
  "ServiceAccount",
  "Issuer",
  "Certificate",
  "ConfigMap",
  "PersistentVolumeClaim",
  "Service",
  "StatefulSet",
  "Job",
  "Deployment",
];

/** The manifests of a graph. Pure: the same graph gives the same files. Throws a {@link CommandError} that lists what cannot be said. */
export function kubernetesRendering(resources: readonly GraphResource[], stack: string): Rendering {
  const objects = objectsOf(resources);
  const open = filesOf(objects.filter((each) => each.kind !== "Secret"));
  const secret = objects.filter((each) => each.kind === "Secret");
  const images = imagesOf(objects);
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: open.map((file) => file.path),
    sortOptions: { order: "legacy" },
  };
  return {
    open: [
      { path: "kustomization.yaml", content: head(stack) + yaml(kustomization), secret: false },
      ...open.map((file) => ({ path: file.path, content: head(stack) + documents(file.objects), secret: false })),
      { path: "update.sh", content: applyScript(open, secret), secret: false, executable: true },
      ...(images.length === 0
        ? []
        : [{ path: "push-images.sh", content: pushScript(images), secret: false, executable: true }]),
    ],
    contexts: images,
    secret: [...new Set(secret.map((each) => each.component))].map(
      (component): RenderedFile => ({
        path: `secrets/manifests/${component}.yaml`,
        content: documents(secret.filter((each) => each.component === component)),
        secret: true,
      }),
    ),
    counts: `${objects.length} objects, ${objects.filter((each) => each.kind === "PersistentVolumeClaim").length} of them volumes`,
    next: (folder) => [
      ...(images.length === 0
        ? []
        : [`Push Bulwark's own images to the cluster's registry with: sh ${join(folder, "push-images.sh")}`]),
      `Look at it with: kubectl apply --dry-run=server -k ${folder}`,
      `Apply it, and later versions, in the right order with: sh ${join(folder, "update.sh")}`,
    ],
  };
}

function objectsOf(resources: readonly GraphResource[]): RenderedObject[] {
  const byUrn = new Map(resources.map((each) => [each.urn, each]));
  const wrong: string[] = [];
  const waves = new Map<string, number>();
  const waveOf = (urn: string): number => {
    const known = waves.get(urn);
    if (known !== undefined) return known;
    waves.set(urn, 0);
    const wave = Math.max(
      0,
      ...(byUrn.get(urn)?.dependencies ?? []).map((each) => waveOf(each) + (isJob(byUrn.get(each)) ? 1 : 0)),
    );
    waves.set(urn, wave);
    return wave;
  };
  const objects = resources.flatMap((resource): RenderedObject[] => {
    if (!resource.custom || /^(pulumi|random):/.test(resource.type)) return [];
    if (!resource.type.startsWith("kubernetes:")) {
      wrong.push(`${resource.name}: ${resource.type} is no Kubernetes object`);
      return [];
    }
    const manifest = manifestOf(resource, wrong);
    const metadata = manifest["metadata"] as { name: string; namespace?: string };
    return [
      {
        apiVersion: String(manifest["apiVersion"]),
        kind: String(manifest["kind"]),
        name: metadata.name,
        namespace: metadata.namespace ?? "",
        component: componentOf(resource, byUrn),
        awaited: !contains(resource.props["metadata"], isSkip),
        wave: waveOf(resource.urn),
        manifest,
      },
    ];
  });
  if (wrong.length > 0) throw new CommandError(["This stack cannot be rendered:", ...wrong.sort()].join("\n  "));
  if (objects.length === 0) throw new CommandError("The stack has no Kubernetes objects: there is nothing to render.");
  return objects;
}

function isSkip(part: unknown): boolean {
  return (
    typeof part === "object" && part !== null && (part as Record<string, unknown>)["pulumi.com/skipAwait"] === "true"
  );
}

function isJob(resource: GraphResource | undefined): boolean {
  return resource?.type === "kubernetes:batch/v1:Job";
}

/** The component at the top of a resource's ancestors. */
function componentOf(resource: GraphResource, byUrn: ReadonlyMap<string, GraphResource>): string {
  const parent = resource.parent === undefined ? undefined : byUrn.get(resource.parent);
  return parent === undefined ? resource.name : componentOf(parent, byUrn);
}

function manifestOf(resource: GraphResource, wrong: string[]): Readonly<Record<string, unknown>> {
  const { apiVersion, kind, metadata, ...rest } = resource.props;
  const isSecret = kind === "Secret";
  if (contains(resource.props, (part) => part === UNKNOWN))
    wrong.push(`${resource.name}: parts of it are only known after an update with Pulumi`);
  if (!isSecret && contains(resource.props, (part) => part instanceof Hidden))
    wrong.push(`${resource.name}: a ${kind} would show a secret in clear; put it into a Secret`);
  return {
    apiVersion,
    kind,
    metadata: withoutPulumi(metadata as Record<string, unknown>),
    ...(isSecret ? (revealed(rest) as object) : rest),
  };
}

/** Annotations that only Pulumi reads. */
function withoutPulumi(metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { annotations, ...rest } = metadata;
  const kept = Object.entries((annotations ?? {}) as Record<string, unknown>).filter(
    ([name]) => !name.startsWith("pulumi.com/"),
  );
  return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) };
}

function revealed(value: unknown): unknown {
  if (value instanceof Hidden) return revealed(value.reveal());
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revealed(each)]));
}

function filesOf(objects: readonly RenderedObject[]): ManifestFile[] {
  const byPath = new Map<string, RenderedObject[]>();
  for (const each of objects) {
    const path = `manifests/${each.wave}-${each.component}.yaml`;
    byPath.set(path, [...(byPath.get(path) ?? []), each]);
  }
  return [...byPath]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, own]) => ({ path, wave: own[0]?.wave ?? 0, objects: own.sort(byOrder) }));
}

function byOrder(a: RenderedObject, b: RenderedObject): number {
  const rank = ({ kind }: RenderedObject) => (ORDER.indexOf(kind) + ORDER.length + 1) % (ORDER.length + 1);
  const text = (each: RenderedObject) => `${each.kind}/${each.namespace}/${each.name}`;
  return rank(a) - rank(b) || (text(a) < text(b) ? -1 : 1);
}

function documents(objects: readonly RenderedObject[]): string {
  return [...objects]
    .sort(byOrder)
    .map((each) => yaml(each.manifest))
    .join("---\n");
}

/** YAML 1.1 is what kubectl reads: a plain `on` or `0400` would not be text there. */
function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, version: "1.1", aliasDuplicateObjects: false });
}

/** Bulwark's own images among those of the pods, with their build contexts in the package. */
function imagesOf(objects: readonly RenderedObject[]): ImageContext[] {
  const found = new Map<string, ImageContext>();
  for (const { manifest } of objects) {
    contains(manifest, (part) => {
      const [, name] = typeof part === "string" ? (/\/bulwark\/([a-z0-9-]+):[a-f0-9]{12}$/.exec(part) ?? []) : [];
      const context = name === undefined ? "" : join(packageRoot(), "images", name);
      if (name !== undefined && existsSync(context))
        found.set(String(part), { reference: String(part), folder: `images/${name}`, context });
      return false;
    });
  }
  return [...found.values()].sort((a, b) => (a.reference < b.reference ? -1 : 1));
}
