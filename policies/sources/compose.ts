import { type GraphResource, type ResourceGraph, UNKNOWN } from "../graph";
import { graphOf, mapOf } from "./document";
import { InputError } from "./input-error";

type Json = Readonly<Record<string, unknown>>;

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";
const VOLUME = "docker:index/volume:Volume";

/**
 * Reads a compose file as the containers, networks and volumes that it makes. `${NAME:-value}` counts as its default, `${NAME}` as not known.
 * Compose has no word for protection: `xs-stateful-protected` says nothing here.
 *
 * @throws InputError for what takes several files to understand: `extends` and `include`.
 */
export function fromCompose(document: Json): ResourceGraph {
  if (document["include"] !== undefined) throw new InputError(severalFiles("include"));
  const project = textOf(document["name"]) ?? "compose";
  const make = (type: string, name: string, props: Json): GraphResource => ({
    urn: `urn:pulumi:compose::${project}::${type}::${name}`,
    type,
    name,
    custom: true,
    protect: true,
    props: Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)),
    dependencies: [],
    propertyDependencies: {},
  });
  const services = entriesOf(document["services"], "services");
  const awaited = new Set(services.flatMap(([, service]) => awaitedBy(service)));
  const configs = new Map(entriesOf(document["configs"], "configs"));
  return graphOf([
    ...services.map(([name, service]) => make(CONTAINER, name, container(name, service, awaited.has(name), configs))),
    ...entriesOf(document["networks"], "networks").map(([name, network]) =>
      make(NETWORK, name, { name, internal: known(network["internal"]), labels: labels(network["labels"]) }),
    ),
    ...entriesOf(document["volumes"], "volumes").map(([name, volume]) =>
      make(VOLUME, name, { name, labels: labels(volume["labels"]) }),
    ),
  ]);
}

function container(name: string, service: Json, ends: boolean, configs: ReadonlyMap<string, Json>): Json {
  if (service["extends"] !== undefined) throw new InputError(severalFiles(`services.${name}.extends`));
  const limits = below(service, "deploy", "resources", "limits");
  const [restart, retries] = (textOf(service["restart"]) ?? "").split(":");
  const memory = mebibytes(service["mem_limit"] ?? limits["memory"]);
  const unswapped = mebibytes(service["memswap_limit"]);
  const healthcheck = mapOrEmpty(service["healthcheck"]);
  const logging = mapOrEmpty(service["logging"]);
  const cpus = service["cpus"] ?? limits["cpus"];
  return {
    name: textOf(service["container_name"]) ?? name,
    image: known(service["image"]),
    user: known(service["user"]),
    readOnly: known(service["read_only"]),
    privileged: known(service["privileged"]),
    init: known(service["init"]),
    capabilities: { drops: known(service["cap_drop"]), adds: known(service["cap_add"]) },
    securityOpts: known(service["security_opt"]),
    networkMode: known(service["network_mode"]),
    pidMode: known(service["pid"]),
    ipcMode: known(service["ipc"]),
    usernsMode: known(service["userns_mode"]),
    networksAdvanced: names(service["networks"]).map((each) => ({ name: each })),
    ports: listOf(service["ports"]).map(port),
    mounts: listOf(service["volumes"]).map(mount),
    devices: listOf(service["devices"]).map((each) => ({ hostPath: (textOf(each) ?? "").split(":")[0] })),
    envs: environment(service["environment"]),
    labels: labels(service["labels"]),
    command: words(service["command"]),
    entrypoints: words(service["entrypoint"]),
    memory,
    memorySwap: unswapped,
    cpus: cpus === undefined ? undefined : String(known(cpus)),
    restart: restart === "" ? undefined : restart,
    maxRetryCount: retries === undefined ? undefined : Number(retries),
    mustRun: !(ends || restart === "no"),
    healthcheck:
      service["healthcheck"] === undefined
        ? undefined
        : { tests: healthcheck["disable"] === true ? ["NONE"] : words(healthcheck["test"]) },
    logDriver: known(logging["driver"]),
    logOpts: known(logging["options"]),
    uploads: listOf(service["configs"]).flatMap((each) => upload(each, configs)),
  };
}

/** Names of the services that have to end before this one starts. */
function awaitedBy(service: Json): string[] {
  return Object.entries(mapOrEmpty(service["depends_on"]))
    .filter(([, each]) => mapOrEmpty(each)["condition"] === "service_completed_successfully")
    .map(([name]) => name);
}

function port(given: unknown): unknown {
  if (isMap(given)) {
    return { ip: known(given["host_ip"]), external: number(given["published"]), internal: number(given["target"]) };
  }
  const text = String(given);
  if (substituted(text) === UNKNOWN) return UNKNOWN;
  const [inside = "", outside, ...address] = String(substituted(text))
    .replace(/\/\w+$/, "")
    .split(":")
    .reverse();
  const ip = address.reverse().join(":");
  return { ip: ip === "" ? undefined : ip, external: number(outside), internal: number(inside) };
}

function mount(given: unknown): unknown {
  if (isMap(given)) {
    return {
      type: known(given["type"]),
      source: known(given["source"]),
      target: known(given["target"]),
      readOnly: given["read_only"] === true,
      bindOptions: { propagation: known(below(given, "bind")["propagation"]) },
    };
  }
  const text = substituted(String(given));
  if (text === UNKNOWN) return UNKNOWN;
  const [source = "", target, options = ""] = String(text).split(":");
  const flags = options.split(",");
  return {
    type: /^[./~]/.test(source) ? "bind" : "volume",
    source,
    target: target ?? source,
    readOnly: flags.includes("ro"),
    bindOptions: { propagation: flags.find((each) => /(shared|slave|private)$/.test(each)) },
  };
}

function upload(given: unknown, configs: ReadonlyMap<string, Json>): Json[] {
  const source = isMap(given) ? textOf(given["source"]) : textOf(given);
  const content = source === undefined ? undefined : configs.get(source)?.["content"];
  return content === undefined
    ? []
    : [{ file: (isMap(given) ? textOf(given["target"]) : undefined) ?? source, content }];
}

/** Variables keep what is written: `PASSWORD=${PASSWORD}` ends in the environment whatever it stands for. */
function environment(given: unknown): unknown[] {
  if (Array.isArray(given)) return given.map(String);
  return Object.entries(mapOrEmpty(given)).map(([name, value]) => `${name}=${value ?? ""}`);
}

function labels(given: unknown): Json[] {
  const pairs = Array.isArray(given)
    ? given.map((each) => String(each).split("=")).map(([name = "", ...rest]) => [name, rest.join("=")] as const)
    : Object.entries(mapOrEmpty(given));
  return pairs.map(([label, value]) => ({ label, value: String(value ?? "") }));
}

function words(given: unknown): unknown {
  if (given === undefined || given === null) return undefined;
  return Array.isArray(given) ? given.map(known) : ["CMD-SHELL", known(given)];
}

function mebibytes(given: unknown): unknown {
  const value = known(given);
  if (value === undefined || value === UNKNOWN) return value;
  const [, amount, unit = "b"] = /^([\d.]+)\s*([bkmg])?b?$/i.exec(String(value)) ?? [];
  const share = { b: 1 / 1_048_576, k: 1 / 1_024, m: 1, g: 1_024 }[unit.toLowerCase()];
  if (amount === undefined || share === undefined) throw new InputError(`${String(value)} is no amount of memory`);
  return Number(amount) * share;
}

function number(given: unknown): unknown {
  const value = known(given);
  return value === undefined || value === UNKNOWN || value === "" ? value : Number(value);
}

/** A value as compose understands it. */
function known(given: unknown): unknown {
  if (typeof given === "string") return substituted(given);
  if (Array.isArray(given)) return given.map(known);
  if (isMap(given)) return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, known(value)]));
  return given ?? undefined;
}

function substituted(text: string): string {
  const literal = text.replace(/\$\{\w+:?-([^{}]*)}/g, "$1").replaceAll("$$", "");
  return /\$[{\w]/.test(literal) ? UNKNOWN : literal;
}

function severalFiles(where: string): string {
  return `${where} needs other files: check the output of \`docker compose config\` instead`;
}

function names(given: unknown): string[] {
  return Array.isArray(given) ? given.map(String) : Object.keys(mapOrEmpty(given));
}

function entriesOf(given: unknown, where: string): [string, Json][] {
  if (given === undefined || given === null) return [];
  return Object.entries(mapOf(given, where)).map(([name, each]) => [name, mapOf(each ?? {}, `${where}.${name}`)]);
}

function below(given: Json, ...keys: readonly string[]): Json {
  return keys.reduce((map, key) => mapOrEmpty(map[key]), given);
}

function listOf(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : [];
}

function mapOrEmpty(given: unknown): Json {
  return isMap(given) ? given : {};
}

function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
