import { kubernetes } from "../../policies/tokens";
import {
  CREDENTIALS,
  DISPOSABLE,
  ENTRIES,
  isKnownPackage,
  NETWORK_RULES,
  ONE_SHOTS,
  RIGHTS,
  STATEFUL,
  WORKLOADS,
} from "./kinds";
import type { Leaf } from "./leaves";
import type { RawChange, Reason, Risk } from "./model";
import { at } from "./values";

const CONTAINER = "docker:index/container:Container";
const NETWORKS = new Set(["docker:index/network:Network"]);
const DEPLOYMENTS = new Set(kubernetes("Deployment"));
const STATEFUL_SETS = new Set(kubernetes("StatefulSet"));
const LOWER_BOUND =
  /^(minReplicas|minCapacity|minSize|replicas|desiredCount|desiredCapacity|numCacheClusters|maxReplicas|maxCapacity)$/;
const ENGINE = /^(engine|engineVersion|allowMajorVersionUpgrade|version|clusterVersion|kubernetesVersion)$/;
const MACHINE = /^(instanceClass|nodeType|instanceType)$/;
const RESTARTING =
  /^(parameterGroupName|dbParameterGroupName|optionGroupName|storageType|multiAz|availabilityZone|port)$/;
const STORES = /^aws:(rds|elasticache|opensearch|docdb|memorydb|msk|eks|mq)\//;

/** Everything about a change that interrupts a service, or that is told only so that it does not surprise. */
export function interruptions(change: RawChange, leaves: readonly Leaf[]): Reason[] {
  return [...ofOperation(change), ...ofProperties(change, leaves)];
}

function ofOperation(change: RawChange): Reason[] {
  const { type, operation } = change;
  const down = reasonOf("downtime");
  const routine = reasonOf("routine");
  if (operation === "forget")
    return [
      STATEFUL.has(type)
        ? down(
            "stateful-forgotten",
            "it leaves the program and stays in the world: nobody looks after its data any more",
          )
        : routine("forgotten", "it leaves the program and stays in the world"),
    ];
  if (operation === "move" && change.movedFrom !== undefined)
    return [routine("moved", `an alias keeps it: it was ${change.movedFrom}`)];
  if (operation !== "replace" && operation !== "delete") return [];
  const deleted = operation === "delete";
  if (type.startsWith("pulumi:providers:")) {
    if (deleted) return [routine("provider-deleted", "no resource is left that needs it")];
    return [down("provider-replaced", "everything that it manages is replaced with it")];
  }
  if (!change.custom) return [];
  if (!isKnownPackage(type)) return [down("unknown-type", `this version of bulwark does not know what ${type} holds`)];
  if (isOneShot(change)) return deleted ? [] : [routine("one-shot-again", "it runs once more")];
  if (DISPOSABLE.has(type) || NETWORK_RULES.has(type) || RIGHTS.has(type) || CREDENTIALS.has(type)) return [];
  if (STATEFUL.has(type))
    return deleted ? [] : [down("store-replaced", "what uses it waits until the new one is there")];
  if (deleted)
    return [
      down(WORKLOADS.has(type) || ENTRIES.has(type) ? "service-deleted" : "deleted", "what uses it stops working"),
    ];
  if (type === CONTAINER) return [down("container-replaced", "the container is stopped before the new one starts")];
  if (NETWORKS.has(type)) return [down("network-replaced", "every container on it loses its connections")];
  if (ENTRIES.has(type)) return [down("entry-replaced", "requests do not arrive until the new one is known")];
  if (WORKLOADS.has(type)) return [down("workload-replaced", "it serves nothing until the new one is ready")];
  return change.deleteBeforeReplace ? [down("replaced", "it is deleted before the new one exists")] : [];
}

function ofProperties(change: RawChange, leaves: readonly Leaf[]): Reason[] {
  if (change.operation !== "update") return [];
  const down = reasonOf("downtime");
  const { type, after } = change;
  const later = after?.["applyImmediately"] === false ? ", in its next maintenance window" : "";
  const found = leaves.flatMap((leaf): Reason[] => {
    if (LOWER_BOUND.test(leaf.key) && typeof leaf.before === "number" && typeof leaf.after === "number") {
      if (leaf.after === 0 && leaf.before > 0) return [down("scaled-to-zero", `${leaf.path}: nothing is left running`)];
      if (leaf.after < leaf.before)
        return [down("capacity-lowered", `${leaf.path}: ${leaf.before} becomes ${leaf.after}`)];
    }
    if (leaf.key === "minimumHealthyPercent" || leaf.key === "deploymentMinimumHealthyPercent") {
      if (Number(leaf.after ?? 100) < Number(leaf.before ?? 100))
        return [down("fewer-kept-healthy", `${leaf.path}: more of it may be down during a deployment`)];
    }
    if (!STORES.test(type)) return [];
    if (ENGINE.test(leaf.key)) return [down("engine-upgrade", `${leaf.path}: it restarts on another version${later}`)];
    if (MACHINE.test(leaf.key)) return [down("instance-class", `${leaf.path}: it moves to another machine${later}`)];
    if (RESTARTING.test(leaf.key)) return [down("restarted", `${leaf.path}: it may restart${later}`)];
    return [];
  });
  const template = leaves.some(({ path }) => path.startsWith("spec.template"));
  if (template && DEPLOYMENTS.has(type) && at(after, "spec.strategy.type") === "Recreate")
    found.push(down("recreated", "all of its pods stop before the new ones start"));
  if (template && STATEFUL_SETS.has(type) && Number(at(after, "spec.replicas") ?? 1) <= 1)
    found.push(down("only-replica-restarted", "its only pod restarts"));
  return found;
}

/** Whether a change is to something that runs once and ends. */
function isOneShot({ type, before, after }: RawChange): boolean {
  return ONE_SHOTS.has(type) || (type === CONTAINER && (after ?? before)?.["mustRun"] === false);
}

/** Makes reasons of one risk. */
export function reasonOf(risk: Risk): (id: string, text: string) => Reason {
  return (id, text) => ({ id, risk, text });
}
