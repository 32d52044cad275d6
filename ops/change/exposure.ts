import { kubernetes } from "../../policies/tokens";
import { reasonOf } from "./downtime";
import { CREDENTIALS, NETWORK_RULES, PRICED, RIGHTS } from "./kinds";
import type { Leaf } from "./leaves";
import type { RawChange, Reason } from "./model";
import { at, same } from "./values";

const SECRETS = new Set(kubernetes("Secret"));
const SERVICES = new Set(kubernetes("Service"));
const NOTES = /^(tags|tagsAll|description|metadata\.(labels|annotations)|labels|comment|revokeRulesOnDelete)\b/;
const CONFINEMENT =
  /(^|\.)(privileged|capabilities|securityOpts|securityContext|usernsMode|pidMode|ipcMode|networkMode|hostNetwork|hostPID|hostIPC|automountServiceAccountToken|devices|user|readOnly)\b/;
const TRANSPORT = /tls|ssl|certificate|encrypt|kmsKey|sslPolicy|transitEncryption|authToken|caCert/i;
const EXPOSURE =
  /^(publiclyAccessible|associatePublicIpAddress|mapPublicIpOnLaunch|assignPublicIp|endpointPublicAccess)$/;
const LOOPBACK = /^(127\.|::1$|localhost$)/;

/** Everything about a change that alters who may reach, read or do something. */
export function exposures(change: RawChange, leaves: readonly Leaf[], firstDeploy: boolean): Reason[] {
  const sec = reasonOf("security");
  const { type, operation } = change;
  if (operation === "move" || operation === "forget" || operation === "import") return [];
  const shown = leaves.filter(({ path }) => !NOTES.test(path));
  const touched = operation === "create" ? !firstDeploy : operation !== "update" || shown.length > 0;
  const found: Reason[] = [];
  if (NETWORK_RULES.has(type) && touched)
    found.push(sec("network-rule", `who may reach what: a rule is ${past(change)}`));
  if (RIGHTS.has(type) && touched) found.push(sec("rights-changed", `who may do what: rights are ${past(change)}`));
  if (CREDENTIALS.has(type) && operation !== "create" && touched && (operation !== "update" || SECRETS.has(type)))
    found.push(sec("credential-rotated", "whatever uses the old one is refused until it gets the new one"));
  if (operation === "create") {
    if (!firstDeploy && openPorts(change.after).length > 0)
      found.push(sec("port-opened", "it is reachable from outside"));
    return found;
  }
  const opened = openPorts(change.after).filter((port) => !openPorts(change.before).some((each) => same(each, port)));
  if (opened.length > 0) found.push(sec("port-opened", "ports: it becomes reachable from outside"));
  if (
    SERVICES.has(type) &&
    leaves.some((leaf) => leaf.path === "spec.type" && /LoadBalancer|NodePort/.test(String(leaf.after)))
  )
    found.push(sec("port-opened", "spec.type: it becomes reachable from outside"));
  for (const leaf of shown) {
    if (/(^|\.)image$/.test(leaf.path) && registry(leaf.before) !== registry(leaf.after))
      found.push(sec("image-registry", `${leaf.path}: the image comes from another registry`));
    if (EXPOSURE.test(leaf.key) && leaf.after !== leaf.before && leaf.after !== false)
      found.push(sec("made-public", `${leaf.path}: it becomes reachable from the internet`));
  }
  const path = (pattern: RegExp) => shown.find((leaf) => pattern.test(leaf.path))?.path;
  const confinement = path(CONFINEMENT);
  if (confinement !== undefined)
    found.push(sec("confinement-changed", `${confinement}: what the process may do changes`));
  const transport = path(TRANSPORT);
  if (transport !== undefined && !CREDENTIALS.has(type))
    found.push(sec("encryption-changed", `${transport}: encryption changes`));
  if (/^bulwark:/.test(type)) found.push(...dropped(change));
  return found;
}

/** Everything about a change that alters what is paid. */
export function prices(change: RawChange, leaves: readonly Leaf[], firstDeploy: boolean): Reason[] {
  const cost = reasonOf("cost");
  if (change.operation === "create")
    return PRICED.has(change.type) && !firstDeploy ? [cost("priced-created", "it is paid for from now on")] : [];
  if (change.operation !== "update" && change.operation !== "replace") return [];
  if (!/^(aws|kubernetes):/.test(change.type)) return [];
  return leaves.flatMap((leaf): Reason[] => {
    const grows = amount(leaf.after) > amount(leaf.before);
    if (
      /^(replicas|maxReplicas|minReplicas|desiredCount|maxCapacity|minCapacity|maxSize|minSize|numCacheClusters|numNodeGroups)$/.test(
        leaf.key,
      )
    )
      return grows
        ? [cost("capacity-raised", `${leaf.path}: ${amount(leaf.before)} becomes ${amount(leaf.after)}`)]
        : [];
    if (/^(instanceClass|instanceType|nodeType|cpu|memory)$/.test(leaf.key) && change.type.startsWith("aws:"))
      return [cost("size-changed", `${leaf.path}: another size has another price`)];
    if (/^(allocatedStorage|maxAllocatedStorage|iops|storageThroughput|size|storage)$/.test(leaf.key) && grows)
      return [cost("storage-raised", `${leaf.path}: more storage is paid for, and it cannot be made smaller again`)];
    if (/^(storageType|storageClass|billingMode|priceClass|multiAz)$/.test(leaf.key) && change.type.startsWith("aws:"))
      return [cost("tier-changed", `${leaf.path}: another tier has another price`)];
    if (/^(retentionInDays|backupRetentionPeriod)$/.test(leaf.key) && grows)
      return [cost("retention-raised", `${leaf.path}: more is kept and paid for`)];
    return [];
  });
}

function dropped({ before, after }: RawChange): Reason[] {
  const names = (value: unknown): string[] =>
    Array.isArray(value) ? value.map(String) : typeof value === "object" && value !== null ? Object.keys(value) : [];
  const lost = (key: string) => names(before?.[key]).filter((name) => !names(after?.[key]).includes(name));
  const roles = lost("roles");
  const databases = lost("databases");
  return [
    ...(roles.length > 0 ? [reasonOf("security")("role-dropped", `no longer declared: ${roles.join(", ")}`)] : []),
    ...(databases.length > 0
      ? [reasonOf("data-loss")("database-dropped", `no longer declared: ${databases.join(", ")}`)]
      : []),
  ];
}

function openPorts(inputs: unknown): unknown[] {
  const ports = at(inputs, "ports");
  if (!Array.isArray(ports)) return [];
  return ports.filter((port: unknown) => {
    const external = at(port, "external");
    const ip = at(port, "ip");
    return external !== undefined && !(typeof ip === "string" && LOOPBACK.test(ip));
  });
}

function registry(image: unknown): string {
  const [first = "", ...rest] = String(image ?? "").split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}

function amount(value: unknown): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGTP]?)(i?)/.exec(String(value ?? 0));
  const power = " KMGTP".indexOf(match?.[2] || " ");
  return Number(match?.[1] ?? 0) * (match?.[3] === "i" ? 1024 : 1000) ** power;
}

function past({ operation }: RawChange): string {
  return operation === "create" ? "added" : operation === "delete" ? "removed" : "changed";
}
