import { sizeOf } from "../../components/core/units";
import { type Finding, type GraphResource, SECRET } from "../../policies/graph";
import { WATCHABLE } from "../../policies/relations/component-has-alert";
import { columns, type Paint } from "../terminal";
import { claimOf, clusterTotals, objectKind, type Scalers, scalersOf, WORKLOADS, workloadOf } from "./cluster";
import type { PlanDocument } from "./document";
import { blocks } from "./findings";
import { reachOf } from "./reach";
import { reachText } from "./reach-text";
import { holdsData, kinds } from "./summary";

type Props = Readonly<Record<string, unknown>>;

/** A plan for a reader at a terminal: by component, every container, network, volume and generated secret. */
export function planText(plan: PlanDocument, paint: Paint): string {
  const groups = new Map<string, GraphResource[]>();
  const networks = new Map(plan.resources.filter(kinds.network).map((each) => [text(each.props["name"]), each.name]));
  const byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
  const alerts = alertsByComponent(plan.resources);
  const scalers = scalersOf(plan.resources);
  for (const resource of plan.resources) {
    if (kinds.component(resource)) continue;
    const owner = ownerOf(resource, byUrn)?.urn ?? "";
    groups.set(owner, [...(groups.get(owner) ?? []), resource]);
  }
  const sections = [...groups]
    .map(([urn, members]) => ({ owner: byUrn.get(urn), members }))
    .sort((a, b) => (a.owner?.name ?? "").localeCompare(b.owner?.name ?? ""));
  return [
    paint.bold(
      `Plan of ${plan.stack} on ${plan.target}: ${plan.summary.resources} resources. Nothing has been changed.`,
    ),
    ...sections.flatMap(({ owner, members }) => [
      "",
      ...section(owner, members, networks, scalers, paint),
      ...alertLines(owner, alerts, paint),
    ]),
    ...reachText(reachOf(plan), paint),
    "",
    ...totals(plan, paint),
    ...plan.summary.warnings.map((warning) => `${paint.yellow("warning")}  ${warning}`),
    ...findingsText(plan.findings, paint),
    "",
  ].join("\n");
}

/** Names of the alerts of each component, as the monitoring stacks of the program say them; nothing when there is none. */
function alertsByComponent(resources: readonly GraphResource[]): ReadonlyMap<string, string[]> | undefined {
  const stacks = resources.filter((each) => each.type === "bulwark:index:MonitoringStack");
  if (stacks.length === 0) return undefined;
  const found = new Map<string, string[]>();
  for (const stack of stacks) {
    for (const line of Array.isArray(stack.props["alerts"]) ? stack.props["alerts"].map(String) : []) {
      const [component = "", names = ""] = line.split(": ");
      const key = component === "stack" ? stack.name : component;
      found.set(key, [...(found.get(key) ?? []), ...names.split(", ").filter((name) => name !== "")]);
    }
  }
  return found;
}

function alertLines(
  owner: GraphResource | undefined,
  alerts: ReadonlyMap<string, readonly string[]> | undefined,
  paint: Paint,
): string[] {
  if (owner === undefined || alerts === undefined) return [];
  const names = alerts.get(owner.name) ?? [];
  if (names.length > 0) return wrapped(`  ${paint.cyan("alerts")}     `, names);
  return WATCHABLE.includes(owner.type)
    ? [`  ${paint.cyan("alerts")}     ${paint.yellow("none: nothing watches it")}`]
    : [];
}

/** Names in lines of about 110 characters. */
function wrapped(head: string, names: readonly string[]): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length < 98) lines[lines.length - 1] = `${last}, ${name}`;
    else lines.push(name);
  }
  return lines.map(
    (line, index) => `${index === 0 ? head : " ".repeat(13)}${line}${index < lines.length - 1 ? "," : ""}`,
  );
}

/** Findings, those of one rule that say the same in one entry. */
function findingsText(findings: readonly Finding[], paint: Paint): string[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = [finding.policy, finding.status, finding.level, finding.message].join("\0");
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const mark = blocks(first) ? paint.red("blocks") : paint.yellow(first.status === "exempt" ? "exempt" : "advice");
    return [
      "",
      `${mark}  ${first.policy} (${first.severity}): ${first.message}`,
      `        ${group.map((each) => each.urn.split("::").at(-1)).join(", ")}`,
      `        ${first.remedy}`,
    ];
  });
}

/** The outermost component that a resource belongs to. */
function ownerOf(resource: GraphResource, byUrn: ReadonlyMap<string, GraphResource>): GraphResource | undefined {
  let owner: GraphResource | undefined;
  for (let next = resource.parent; next !== undefined; next = byUrn.get(next)?.parent) owner = byUrn.get(next) ?? owner;
  return owner;
}

function section(
  owner: GraphResource | undefined,
  members: readonly GraphResource[],
  networks: ReadonlyMap<string, string>,
  scalers: Scalers,
  paint: Paint,
): string[] {
  const kind = owner?.type.split(":").at(-1) ?? "images and providers";
  const title = owner === undefined ? paint.bold(kind) : `${paint.bold(owner.name)}  ${paint.dim(kind)}`;
  const rows = [...members.flatMap((member) => row(member, networks, scalers) ?? []), ...objects(members)].sort(
    (a, b) => ORDER.indexOf(a[0]) - ORDER.indexOf(b[0]) || (a[1] < b[1] ? -1 : 1),
  );
  return [title, ...columns(rows).map((line, index) => `  ${coloured(line, rows[index]?.[0] ?? "", paint)}`)];
}

type Row = [string, string, ...string[]];

const ORDER = [
  "container",
  "one-shot",
  ...WORKLOADS.map((each) => each.toLowerCase()),
  "network",
  "volume",
  "secret",
  "image",
  "provider",
  "objects",
  "resource",
];

function coloured(line: string, kind: string, paint: Paint): string {
  return line.replace(kind, paint.cyan(kind)).replace("not protected", paint.yellow("not protected"));
}

/** A resource in a line of its own; undefined for objects of Kubernetes that share one with their like. */
function row(resource: GraphResource, networks: ReadonlyMap<string, string>, scalers: Scalers): [Row] | undefined {
  const kind = objectKind(resource);
  if (kind === undefined) return [ownRow(resource, networks)];
  if (kind === "PersistentVolumeClaim")
    return [["volume", resource.name, claim(resource), sizeOf(claimOf(resource).size)]];
  const workload = workloadOf(resource, scalers);
  if (workload === undefined) return undefined;
  const { fewest, most, memory, images } = workload;
  const pods = fewest === most ? `${most} ×` : `${fewest} to ${most} ×`;
  return [[workload.kind.toLowerCase(), resource.name, images.join(" "), `${pods} ${sizeOf(memory)}`]];
}

/** The other objects of Kubernetes, a line for each kind. */
function objects(members: readonly GraphResource[]): Row[] {
  const byKind = new Map<string, string[]>();
  for (const member of members) {
    const kind = objectKind(member);
    if (kind === undefined || kind === "PersistentVolumeClaim" || WORKLOADS.some((each) => each === kind)) continue;
    byKind.set(kind, [...(byKind.get(kind) ?? []), member.name]);
  }
  return [...byKind].map(([kind, names]): Row => ["objects", kind, names.sort().join(", ")]);
}

function claim(resource: GraphResource): string {
  if (!claimOf(resource).data) return "made again when lost";
  return resource.protect ? "data, protected" : "data, not protected";
}

function ownRow(resource: GraphResource, networks: ReadonlyMap<string, string>): Row {
  const { props, name } = resource;
  if (kinds.container(resource))
    return [props["mustRun"] === false ? "one-shot" : "container", name, ...container(props, networks)];
  if (kinds.network(resource)) return ["network", name, props["internal"] === true ? "internal" : "with a way out"];
  if (kinds.volume(resource)) return ["volume", name, volume(resource)];
  if (kinds.generated(resource)) return ["secret", name, `generated, ${String(props["length"])} characters`];
  if (resource.type === "docker:index/remoteImage:RemoteImage") {
    return ["image", text(props["name"]), props["build"] === undefined ? "pulled" : "built on the host"];
  }
  if (resource.type.startsWith("pulumi:providers:")) return ["provider", name, text(props["host"])];
  return ["resource", name, resource.type];
}

function volume(resource: GraphResource): string {
  if (!holdsData(resource)) return "made again when lost";
  return resource.protect ? "data, protected" : "data, not protected";
}

function container(props: Props, networks: ReadonlyMap<string, string>): string[] {
  const ports = list(props["ports"]).map(
    (port) => `${text(port["ip"])}:${text(port["external"])}→${text(port["internal"])}`,
  );
  const joined = list(props["networksAdvanced"])
    .map((network) => text(network["name"]))
    .map((name) => networks.get(name) ?? name);
  return [
    text(props["image"]),
    typeof props["memory"] === "number" ? sizeOf(props["memory"]) : "no memory limit",
    [joined.length > 0 ? joined.join(", ") : "no network", ...ports].join("  "),
  ];
}

function totals(plan: PlanDocument, paint: Paint): string[] {
  const count = (test: (resource: GraphResource) => boolean) => plan.resources.filter(test).length;
  const memory = plan.resources
    .filter((resource) => kinds.container(resource) && resource.props["mustRun"] !== false)
    .reduce((sum, resource) => sum + (Number(resource.props["memory"]) || 0), 0);
  const shots = count((resource) => kinds.container(resource) && resource.props["mustRun"] === false);
  const many = (number: number, one: string) => `${paint.bold(String(number))} ${one}${number === 1 ? "" : "s"}`;
  const cluster = clusterTotals(plan.resources);
  if (cluster !== undefined) {
    const claims = plan.resources.filter((each) => objectKind(each) === "PersistentVolumeClaim");
    const guarded = claims.filter((each) => each.protect).length;
    const secrets = many(count(kinds.generated), "generated secret");
    return [`${cluster}, ${many(claims.length, "volume")} (${guarded} protected), ${secrets}`];
  }
  return [
    [
      `${many(count(kinds.container), "container")} (${shots} of them one-shots)`,
      many(count(kinds.network), "network"),
      `${many(count(kinds.volume), "volume")} (${count((each) => kinds.volume(each) && each.protect)} protected)`,
      many(count(kinds.generated), "generated secret"),
      `memory limits ${sizeOf(memory)}`,
    ].join(", "),
  ];
}

function list(value: unknown): Props[] {
  return Array.isArray(value) ? (value as Props[]) : [];
}

function text(value: unknown): string {
  return value === undefined || value === null ? "" : value === SECRET ? SECRET : String(value);
}
