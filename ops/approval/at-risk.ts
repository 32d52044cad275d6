import { kubernetes } from "../../policies/tokens";
import type { Change } from "../change/model";
import { isFields } from "../change/not-understood";

const STATEFUL_SETS = new Set(kubernetes("StatefulSet"));

/** Whether a backup comes before a change: data can be lost, or a store is altered, restarted or brought to another version. */
export function dataAtRisk(change: Change): boolean {
  if (change.operation === "create" || change.operation === "import") return false;
  if (change.risk === "data-loss") return true;
  if (change.stateful && change.reasons.some(({ risk }) => risk === "downtime")) return true;
  return changesImage(change) && (STATEFUL_SETS.has(change.type) || writesToVolume(change));
}

function changesImage({ properties }: Change): boolean {
  return properties.some(({ path }) => /(^|\.)image$/.test(path));
}

/** Whether a container runs on, and keeps what it writes in a volume. */
function writesToVolume({ type, before }: Change): boolean {
  if (type !== "docker:index/container:Container" || before?.["mustRun"] === false) return false;
  const mounts = [before?.["volumes"], before?.["mounts"]].flat().filter(isFields);
  return mounts.some(
    (each) => each["readOnly"] !== true && (each["volumeName"] !== undefined || each["type"] === "volume"),
  );
}
