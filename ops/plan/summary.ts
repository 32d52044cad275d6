import type { GraphResource, ResourceGraph } from "../../policies/graph";
import { GENERATED } from "./source";

/** What a graph adds up to. */
export interface Summary {
  readonly resources: number;
  /** Count by type token, sorted. */
  readonly types: Readonly<Record<string, number>>;
  /** What deserves a look, in plain words. */
  readonly warnings: readonly string[];
}

/** Networks that Docker's default address pools have room for, its own bridge counted. */
export const DEFAULT_NETWORKS = 31;

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";
const VOLUME = "docker:index/volume:Volume";

/** Counts a graph and looks for what a reader should know. */
export function summarize(graph: ResourceGraph, locked: readonly string[] = []): Summary {
  const types = new Map<string, number>();
  for (const { type } of graph.resources) types.set(type, (types.get(type) ?? 0) + 1);
  return {
    resources: graph.resources.length,
    types: Object.fromEntries([...types].sort(([a], [b]) => (a < b ? -1 : 1))),
    warnings: [...lockedKeys(locked), ...networkRoom(graph), ...openData(graph)],
  };
}

/** The kind of target of a graph: what its components say, or `none`. */
export function targetOf(graph: ResourceGraph): string {
  const kinds = new Set(
    graph.resources
      .filter((resource) => resource.type.startsWith("bulwark:index:"))
      .map((resource) => resource.props["target"])
      .filter((kind) => typeof kind === "string"),
  );
  return [...kinds].sort().join("+") || "none";
}

/** Resources of a kind. */
export const kinds = {
  container: (resource: GraphResource): boolean => resource.type === CONTAINER,
  network: (resource: GraphResource): boolean => resource.type === NETWORK,
  volume: (resource: GraphResource): boolean => resource.type === VOLUME,
  generated: (resource: GraphResource): boolean => resource.type in GENERATED,
  component: (resource: GraphResource): boolean => !resource.custom,
};

function lockedKeys(keys: readonly string[]): string[] {
  return keys.map((key) => `${key} is encrypted: the plan was made with a stand-in for its value`);
}

function networkRoom(graph: ResourceGraph): string[] {
  const count = graph.resources.filter(kinds.network).length;
  if (count < DEFAULT_NETWORKS - 3) return [];
  return [
    `${count} Docker networks: the default address pools have room for ${DEFAULT_NETWORKS}; widen default-address-pools of the daemon`,
  ];
}

function openData(graph: ResourceGraph): string[] {
  return graph.resources
    .filter((resource) => kinds.volume(resource) && holdsData(resource) && !resource.protect)
    .map((resource) => `volume ${resource.name} holds data and is not protected from deletion`);
}

/** Whether a volume holds data that cannot be made again. */
export function holdsData(volume: GraphResource): boolean {
  const labels = volume.props["labels"];
  return (
    Array.isArray(labels) &&
    labels.some(
      (each: { label?: unknown; value?: unknown }) => each.label === "io.bulwark.data" && each.value === "true",
    )
  );
}
