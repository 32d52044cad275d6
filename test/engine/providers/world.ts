import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Kinds of object that the stand-ins keep. */
export type Kind = "container" | "network" | "volume" | "image" | "password" | "aws" | "object";

/** One object as it would lie on the host. */
export interface WorldObject {
  readonly kind: Kind;
  /** Physical name; for passwords the URN, for Kubernetes objects `Kind namespace/name`. */
  readonly name: string;
  readonly id: string;
  /** Inputs in clear, but for the content of uploads. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** One thing that happened. `adopt`: Docker gave an existing volume or image back. `implicit`: a container asked for a volume that was not there. */
export interface WorldEvent {
  readonly action: "create" | "adopt" | "implicit" | "update" | "delete" | "delete-missing" | "conflict";
  readonly kind: Kind;
  readonly name: string;
}

/** All that exists, all that happened, and every secret that was ever made. */
export interface World {
  readonly objects: WorldObject[];
  readonly journal: WorldEvent[];
  readonly secrets: string[];
}

/** What a test tells the stand-ins to do. */
export interface Orders {
  /** Exit codes of one-shots by container name; others end with 0. */
  readonly exitCodes?: Readonly<Record<string, number>>;
  /** Beginning of the name of Kubernetes Jobs that fail. */
  readonly failingJobs?: string;
  /** Whether the operator runs with PULUMI_K8S_UPSERT_EXISTING_OBJECTS, which takes over Kubernetes objects that are there already. */
  readonly upsert?: boolean;
  /**
   * The creation with this number (counted over the whole journal) really happens, but the engine gets no answer; later ones do not
   * happen and get no answer either: the state of the world when the engine is killed at that moment.
   */
  readonly holdAt?: number;
}

/** Reads the world of a folder. */
export function readWorld(folder: string): World {
  const path = join(folder, "world.json");
  if (!existsSync(path)) return { objects: [], journal: [], secrets: [] };
  return JSON.parse(readFileSync(path, "utf8")) as World;
}

/** Writes the world of a folder, whole or not at all. */
export function writeWorld(folder: string, world: World): void {
  const path = join(folder, "world.json");
  writeFileSync(`${path}.new`, JSON.stringify(world));
  renameSync(`${path}.new`, path);
}

/** What the test wants now. */
export function readOrders(folder: string): Orders {
  const path = join(folder, "orders.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Orders) : {};
}

/** Gives the stand-ins new orders. */
export function giveOrders(folder: string, orders: Orders): void {
  const path = join(folder, "orders.json");
  writeFileSync(`${path}.new`, JSON.stringify(orders));
  renameSync(`${path}.new`, path);
}

/** How many creations the journal holds. */
export function creations(world: World): number {
  return world.journal.filter((event) => event.action === "create" || event.action === "adopt").length;
}
