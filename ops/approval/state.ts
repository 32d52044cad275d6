import { fieldsOf, isFields, listOf, NotUnderstood } from "../change/not-understood";
import { canonical, sha256 } from "./digest";

/** What a stack's state was: one digest of all of it, and one of each resource for saying what differs. */
export interface StateDigest {
  readonly digest: string;
  /** By URN. */
  readonly resources: Readonly<Record<string, string>>;
}

/** Digest of what `pulumi stack export` prints, without the time at which the engine wrote it. Secrets are in it as they are encrypted. */
export function stateDigest(exported: string): StateDigest {
  const { manifest: _, ...rest } = deploymentOf(exported);
  const resources = listOf(rest["resources"], "the resources of the state").map((each) =>
    fieldsOf(each, "a resource of the state"),
  );
  return {
    digest: sha256(canonical(rest)),
    resources: Object.fromEntries(
      resources.map((each) => [String(each["urn"]), sha256(canonical(each)).slice(0, 16)] as const),
    ),
  };
}

/** Resources of an exported state. */
export function resourcesOf(exported: string): readonly Readonly<Record<string, unknown>>[] {
  return listOf(deploymentOf(exported)["resources"], "the resources of the state").filter(isFields);
}

/** Operations that an update left open when it was interrupted. */
export function pendingIn(exported: string): number {
  return listOf(deploymentOf(exported)["pending_operations"], "the pending operations").length;
}

/** How two states differ, in one sentence; nothing when they do not. */
export function stateDifference(approved: StateDigest, now: StateDigest): string | undefined {
  if (approved.digest === now.digest) return undefined;
  const urns = [...new Set([...Object.keys(approved.resources), ...Object.keys(now.resources)])];
  const differing = urns.filter((urn) => approved.resources[urn] !== now.resources[urn]).sort();
  if (differing.length === 0) return "somebody wrote it since: open operations or its key differ";
  const more = differing.length > 3 ? ` and ${differing.length - 3} more` : "";
  return `somebody changed it since: ${differing.slice(0, 3).join(", ")}${more}`;
}

function deploymentOf(exported: string): Readonly<Record<string, unknown>> {
  try {
    const { deployment } = fieldsOf(JSON.parse(exported), "the exported state");
    return isFields(deployment) ? deployment : {};
  } catch (error) {
    if (error instanceof NotUnderstood) throw error;
    throw new NotUnderstood("the exported state is not JSON");
  }
}
