import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { World, WorldObject } from "./providers/world";
import type { Step } from "./session";

const VOLUME = "docker:index/volume:Volume";

/** Whether an object holds data: what the label says that each volume was made with. */
export function holdsData(object: WorldObject): boolean {
  const labels = (object.inputs["labels"] ?? []) as { readonly label: string; readonly value: string }[];
  return object.kind === "volume" && labels.some((each) => each.label === "io.bulwark.data" && each.value === "true");
}

/** Names of all volumes with data, sorted. */
export function dataVolumes(world: World): string[] {
  return world.objects
    .filter(holdsData)
    .map((each) => each.name)
    .sort();
}

/** All objects by kind and name, sorted: two worlds with the same list hold the same things. */
export function inventory(world: World): string[] {
  return world.objects.map((each) => `${each.kind} ${each.name}`).sort();
}

/** What happened to containers since an earlier look, as `delete web-1`; names without the prefix of the stack. */
export function happened(before: World, after: World): string[] {
  return after.journal
    .slice(before.journal.length)
    .map((event) => `${event.action} ${event.name.replace(/^bulwark-dev-/, "")}`);
}

/** Steps that would take a volume away or make it anew. */
export function lossOfVolumes(steps: readonly Step[]): string[] {
  return steps
    .filter((step) => step.type === VOLUME && !["same", "create", "update", "refresh"].includes(step.op))
    .map((step) => `${step.op} ${nameOf(step.urn)}`);
}

/** Steps that change something, as `replace web-1`. */
export function changes(steps: readonly Step[]): string[] {
  return steps.filter((step) => step.op !== "same").map((step) => `${step.op} ${nameOf(step.urn)}`);
}

/** Logical name in a URN. */
export function nameOf(urn: string): string {
  return urn.split("::").pop() ?? urn;
}

/** Every file below a folder with its text. */
export function filesBelow(folder: string): { readonly path: string; readonly text: string }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [{ path, text: readFileSync(path, "utf8") }];
  });
}

/** A secret in clear, as base64 and as a hash. */
export function formsOf(secret: string): string[] {
  return [
    secret,
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
    createHash("sha256").update(secret).digest("hex"),
  ];
}
