import { createHash } from "node:crypto";
import { type GraphResource, UNKNOWN } from "../../policies/graph";
import { CommandError } from "../exit";
import { kinds } from "../plan/summary";
import { contains, mapStrings } from "../plan/values";
import { carried, type RenderedFile, secretVariables } from "./files";
import { type Builds, buildsOf } from "./images";
import { type Fields, type Names, type Props, service as translate, type Untranslated } from "./service";

/** Label with the version of a one-shot, by which the update script knows whether it has run. */
export const RUN_LABEL = "io.bulwark.run";

/** One service, and what the update script must know of it. */
export interface RenderedService {
  readonly key: string;
  readonly container: string;
  readonly image: string;
  readonly oneShot: boolean;
  /** Value of {@link RUN_LABEL}; one-shots only. */
  readonly run?: string;
  /** Seconds within which it must be healthy. */
  readonly waitSeconds: number;
  /** Keys of the services that must be there first. */
  readonly after: readonly string[];
  readonly fields: Fields;
}

/** A compose project, ready to be written. */
export interface RenderedProject {
  readonly name: string;
  /** In dependency order. */
  readonly services: readonly RenderedService[];
  /** The compose file as data; `$` is escaped already. */
  readonly compose: Fields;
  readonly files: readonly RenderedFile[];
  readonly builds: Builds;
}

/** The compose project of a graph. Pure: the same graph gives the same project. Throws a {@link CommandError} that lists what cannot be said. */
export function composeProject(resources: readonly GraphResource[]): RenderedProject {
  const containers = resources.filter(kinds.container);
  const volumes = keyed(resources.filter(kinds.volume), "com.docker.compose.volume");
  const networks = keyed(resources.filter(kinds.network), "com.docker.compose.network");
  const names: Names = {
    network: (physical) => keyOf(networks, physical),
    volume: (physical) => keyOf(volumes, physical),
  };
  const builds = buildsOf(resources);
  const keys = new Map(containers.map((each) => [each.urn, labelOf(each, "com.docker.compose.service") ?? each.name]));
  const taken = new Set<string>();
  const files: RenderedFile[] = [];
  const wrong: string[] = [];
  const services = containers.map((container): RenderedService => {
    const key = keys.get(container.urn) ?? container.name;
    const { fields, untranslated } = translate(container.props, names);
    wrong.push(...untranslated.map((each) => describe(key, each)));
    if (contains(container.props["uploads"], (part) => part === UNKNOWN))
      wrong.push(`${key}: its files are only known after an update with Pulumi`);
    const upload = carried(key, container.props, taken);
    const secrets = secretVariables(key, container.props);
    files.push(...upload.files, ...(secrets === undefined ? [] : [secrets]));
    const after = container.dependencies.flatMap((urn) => keys.get(urn) ?? []);
    const full: Fields = {
      ...fields,
      ...builds.fieldsOf(String(fields["image"]), key),
      // With its files mounted a carrier needs no writable root.
      ...(upload.files.length === 0
        ? {}
        : { read_only: true, volumes: [...((fields["volumes"] ?? []) as Fields[]), ...upload.mounts] }),
      ...(secrets === undefined ? {} : { env_file: [`./${secrets.path}`] }),
    };
    const oneShot = isOneShot(container);
    const run = oneShot ? digest(full, upload.digest, String(secrets?.content ?? "")) : undefined;
    return {
      key,
      container: String(fields["container_name"]),
      image: String(fields["image"]),
      oneShot,
      ...(run === undefined ? {} : { run }),
      waitSeconds: typeof container.props["waitTimeout"] === "number" ? container.props["waitTimeout"] : 60,
      after,
      fields: {
        ...full,
        ...(run === undefined ? {} : { labels: { ...((full["labels"] ?? {}) as Fields), [RUN_LABEL]: run } }),
        ...dependsOn(container, containers, keys),
      },
    };
  });
  if (wrong.length > 0) throw new CommandError(["This stack cannot be rendered:", ...wrong.sort()].join("\n  "));
  const name = projectName(containers);
  const compose = {
    name,
    services: Object.fromEntries(
      [...services].sort((a, b) => order(a.key, b.key)).map((each) => [each.key, each.fields]),
    ),
    networks: Object.fromEntries([...networks].map(([key, each]) => [key, networkFields(each.props)])),
    volumes: Object.fromEntries([...volumes].map(([key, each]) => [key, volumeFields(each.props)])),
  };
  return { name, services: sortByDependency(services), compose: escaped(compose), files, builds };
}

function describe(key: string, each: Untranslated): string {
  return `${key}: ${each.property} cannot be rendered: ${each.reason}`;
}

/** Whether a container does one thing and ends. */
function isOneShot(container: GraphResource): boolean {
  return container.props["mustRun"] === false;
}

function dependsOn(
  container: GraphResource,
  containers: readonly GraphResource[],
  keys: ReadonlyMap<string, string>,
): Fields {
  const needed = containers.filter((other) => container.dependencies.includes(other.urn));
  if (needed.length === 0) return {};
  const entries = needed.map((other): [string, Fields] => [
    keys.get(other.urn) ?? other.name,
    { condition: condition(other) },
  ]);
  return { depends_on: Object.fromEntries(entries.sort(([a], [b]) => order(a, b))) };
}

function condition(container: GraphResource): string {
  if (isOneShot(container)) return "service_completed_successfully";
  return container.props["healthcheck"] === undefined ? "service_started" : "service_healthy";
}

/** Networks or volumes by the key that Docker labels them with: compose refuses a network whose label says another key. */
function keyed(resources: readonly GraphResource[], label: string): Map<string, GraphResource> {
  const entries = resources.map((each): [string, GraphResource] => [labelOf(each, label) ?? each.name, each]);
  return new Map(entries.sort(([a], [b]) => order(a, b)));
}

function keyOf(keyed: ReadonlyMap<string, GraphResource>, physical: string): string {
  for (const [key, resource] of keyed) if (resource.props["name"] === physical) return key;
  throw new CommandError(`The stack uses ${physical}, which it does not make. Make it in the same stack.`);
}

function labelOf(resource: GraphResource, label: string): string | undefined {
  const labels = (resource.props["labels"] ?? []) as readonly { label: string; value: string }[];
  return labels.find((each) => each.label === label)?.value;
}

function projectName(containers: readonly GraphResource[]): string {
  const found = new Set(containers.map((each) => labelOf(each, "com.docker.compose.project")));
  const [name] = found;
  if (name !== undefined && found.size === 1) return name;
  throw new CommandError(
    found.size === 0
      ? "The stack has no containers: there is nothing to render."
      : `The stack has containers of ${found.size} compose projects. Give one prefix to all its hosts.`,
  );
}

function networkFields(props: Props): Fields {
  const ipam = props["ipamConfigs"] as readonly { subnet?: string; gateway?: string }[] | undefined;
  const options = (props["options"] ?? {}) as Fields;
  return {
    name: props["name"],
    driver: props["driver"] ?? "bridge",
    ...(props["internal"] === true ? { internal: true } : {}),
    ...(Object.keys(options).length > 0 ? { driver_opts: options } : {}),
    ...(ipam === undefined ? {} : { ipam: { config: ipam } }),
  };
}

/** Compose offers to make a volume again, and lose its data, when its definition changes. So it has nothing that could change. */
function volumeFields(props: Props): Fields {
  const options = (props["driverOpts"] ?? {}) as Fields;
  return {
    name: props["name"],
    ...(props["driver"] === undefined || props["driver"] === "local" ? {} : { driver: props["driver"] }),
    ...(Object.keys(options).length > 0 ? { driver_opts: options } : {}),
  };
}

function escaped(value: Fields): Fields {
  return mapStrings(value, (text) => text.replaceAll("$", "$$$$")) as Fields;
}

function digest(fields: Fields, ...contents: readonly string[]): string {
  return createHash("sha256")
    .update([JSON.stringify(fields), ...contents].join("\0"))
    .digest("hex")
    .slice(0, 12);
}

function sortByDependency(services: readonly RenderedService[]): RenderedService[] {
  const waiting = new Map([...services].sort((a, b) => order(a.key, b.key)).map((each) => [each.key, each]));
  const sorted: RenderedService[] = [];
  while (waiting.size > 0) {
    const next = [...waiting.values()].find((each) => each.after.every((key) => !waiting.has(key)));
    if (next === undefined)
      throw new CommandError(`These services wait for each other: ${[...waiting.keys()].join(", ")}`);
    waiting.delete(next.key);
    sorted.push(next);
  }
  return sorted;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
