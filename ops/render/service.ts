import { UNKNOWN } from "../../policies/graph";
import { contains, Hidden } from "../plan/values";

/** Props of a container of the graph. */
export type Props = Readonly<Record<string, unknown>>;

/** A part of a compose file. */
export type Fields = Record<string, unknown>;

/** What a container refers to, by the keys of the compose file. */
export interface Names {
  /** Key of the network with this physical name. */
  network(physical: string): string;
  /** Key of the volume with this physical name. */
  volume(physical: string): string;
}

type Translate = (value: never, names: Names, props: Props) => Fields;

/**
 * How each property of a container is said in compose. A property that is not here is refused, so that nothing is dropped in silence.
 */
const TRANSLATIONS: Readonly<Record<string, Translate>> = {
  name: (value: string) => ({ container_name: value }),
  image: (value: string) => ({ image: value }),
  entrypoints: (value: string[]) => ({ entrypoint: value }),
  command: (value: string[]) => ({ command: value }),
  envs: (value: unknown[]) => environment(value),
  workingDir: (value: string) => ({ working_dir: value }),
  hostname: (value: string) => ({ hostname: value }),
  domainname: (value: string) => ({ domainname: value }),
  user: (value: string) => ({ user: value }),
  groupAdds: (value: string[]) => ({ group_add: value }),
  readOnly: (value: boolean) => ({ read_only: value }),
  init: (value: boolean) => ({ init: value }),
  privileged: (value: boolean) => (value ? { privileged: true } : {}),
  capabilities: (value: { adds?: string[]; drops?: string[] }) => ({
    ...(value.drops === undefined ? {} : { cap_drop: value.drops.map(capability) }),
    ...(value.adds === undefined ? {} : { cap_add: value.adds.map(capability) }),
  }),
  securityOpts: (value: string[]) => ({ security_opt: value }),
  tmpfs: (value: Record<string, string>) => ({ tmpfs: Object.entries(value).map((entry) => entry.join(":")) }),
  mounts: (value: MountProps[], names) =>
    value.length === 0 ? {} : { volumes: value.map((each) => mount(each, names)) },
  networkMode: (value: string, _names, props) => (joins(props) || value === "bridge" ? {} : { network_mode: value }),
  networksAdvanced: (value: NetworkProps[], names) =>
    value.length === 0 ? {} : { networks: Object.fromEntries(value.map((each) => network(each, names))) },
  ports: (value: PortProps[]) => ({ ports: value.map(port) }),
  hosts: (value: { host: string; ip: string }[]) => ({ extra_hosts: value.map((each) => `${each.host}:${each.ip}`) }),
  dns: (value: string[]) => ({ dns: value }),
  dnsOpts: (value: string[]) => ({ dns_opt: value }),
  pidMode: (value: string) => ({ pid: value }),
  ipcMode: (value: string) => ({ ipc: value }),
  usernsMode: (value: string) => ({ userns_mode: value }),
  cgroupnsMode: (value: string) => ({ cgroup: value }),
  devices: (value: { hostPath: string; containerPath?: string; permissions?: string }[]) => ({
    devices: value.map((each) =>
      [each.hostPath, each.containerPath ?? each.hostPath, each.permissions ?? "rwm"].join(":"),
    ),
  }),
  sysctls: (value: Record<string, string>) => ({ sysctls: value }),
  ulimits: (value: { name: string; soft: number; hard: number }[]) => ({
    ulimits: Object.fromEntries(value.map((each) => [each.name, { soft: each.soft, hard: each.hard }])),
  }),
  memory: (value: number) => ({ mem_limit: `${value}m` }),
  memorySwap: (value: number) => ({ memswap_limit: value === -1 ? -1 : `${value}m` }),
  memoryReservation: (value: number) => ({ mem_reservation: `${value}m` }),
  cpus: (value: string) => ({ cpus: Number(value) }),
  cpuSet: (value: string) => ({ cpuset: value }),
  cpuShares: (value: number) => ({ cpu_shares: value }),
  shmSize: (value: number) => ({ shm_size: `${value}m` }),
  logDriver: (value: string, _names, props) => ({ logging: { driver: value, options: props["logOpts"] ?? {} } }),
  logOpts: () => ({}),
  stopSignal: (value: string) => ({ stop_signal: value }),
  stopTimeout: (value: number) => ({ stop_grace_period: `${value}s` }),
  healthcheck: (value: HealthProps) => ({ healthcheck: health(value) }),
  restart: (value: string, _names, props) => ({
    restart: value === "on-failure" && props["maxRetryCount"] ? `on-failure:${props["maxRetryCount"]}` : value,
  }),
  maxRetryCount: () => ({}),
  labels: (value: { label: string; value: string }[]) => ({
    // The labels of compose itself are set by compose.
    labels: Object.fromEntries(
      value.filter((each) => !each.label.startsWith("com.docker.compose.")).map((each) => [each.label, each.value]),
    ),
  }),
};

/** Properties that tell the Pulumi provider how to go about it; a compose file has another way, or the update script does it. */
const OF_THE_PROVIDER = new Set([
  "attach",
  "containerReadRefreshTimeoutMilliseconds",
  "destroyGraceSeconds",
  "logs",
  "mustRun",
  "removeVolumes",
  "rm",
  "start",
  "uploads",
  "wait",
  "waitTimeout",
]);

/** What could not be said, by property. */
export interface Untranslated {
  readonly property: string;
  readonly reason: string;
}

/** A container as a compose service, without what joins it to others: files, `depends_on`, `build`. Secret variables are left out. */
export function service(
  props: Props,
  names: Names,
): { readonly fields: Fields; readonly untranslated: Untranslated[] } {
  const fields: Fields = {};
  const untranslated: Untranslated[] = [];
  for (const property of new Set([...Object.keys(TRANSLATIONS), ...Object.keys(props)])) {
    const value = props[property];
    if (value === undefined || value === null || OF_THE_PROVIDER.has(property)) continue;
    const translate = TRANSLATIONS[property];
    const reason =
      translate === undefined
        ? "a compose project made by bulwark cannot say it"
        : contains(value, (part) => part === UNKNOWN)
          ? "it is only known after an update with Pulumi"
          : property !== "envs" && contains(value, (part) => part instanceof Hidden)
            ? "it holds a secret, which would stand in compose.yaml; give it as a secret of the service"
            : undefined;
    if (translate === undefined || reason !== undefined) untranslated.push({ property, reason: reason ?? "" });
    else Object.assign(fields, translate(value as never, names, props));
  }
  return { fields, untranslated };
}

interface MountProps {
  readonly type: string;
  readonly source?: string;
  readonly target: string;
  readonly readOnly?: boolean;
  readonly bindOptions?: { readonly propagation?: string };
}

interface NetworkProps {
  readonly name: string;
  readonly aliases?: string[];
  readonly ipv4Address?: string;
}

interface PortProps {
  readonly internal: number;
  readonly external?: number;
  readonly ip?: string;
  readonly protocol?: string;
}

interface HealthProps {
  readonly tests: string[];
  readonly interval?: string;
  readonly timeout?: string;
  readonly retries?: number;
  readonly startPeriod?: string;
}

function environment(envs: readonly unknown[]): Fields {
  const open = envs.filter((each): each is string => typeof each === "string");
  if (open.length === 0) return {};
  return { environment: Object.fromEntries(open.map(variable)) };
}

/** `NAME=value` apart. */
export function variable(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function capability(name: string): string {
  return name.replace(/^CAP_/, "");
}

function mount(each: MountProps, names: Names): Fields {
  return {
    type: each.type,
    ...(each.source === undefined ? {} : { source: each.type === "volume" ? names.volume(each.source) : each.source }),
    target: each.target,
    ...(each.readOnly === true ? { read_only: true } : {}),
    // A folder of the host that is missing is a mistake: compose would make an empty one.
    ...(each.type === "bind" ? { bind: { ...each.bindOptions, create_host_path: false } } : {}),
  };
}

function joins(props: Props): boolean {
  const networks = props["networksAdvanced"];
  return Array.isArray(networks) && networks.length > 0;
}

function network(each: NetworkProps, names: Names): [string, Fields] {
  return [
    names.network(each.name),
    {
      ...(each.aliases === undefined || each.aliases.length === 0 ? {} : { aliases: each.aliases }),
      ...(each.ipv4Address === undefined ? {} : { ipv4_address: each.ipv4Address }),
    },
  ];
}

function port(each: PortProps): Fields {
  return {
    target: each.internal,
    ...(each.external === undefined ? {} : { published: String(each.external) }),
    ...(each.ip === undefined ? {} : { host_ip: each.ip }),
    protocol: each.protocol ?? "tcp",
  };
}

function health(value: HealthProps): Fields {
  return {
    test: value.tests,
    ...(value.interval === undefined ? {} : { interval: value.interval }),
    ...(value.timeout === undefined ? {} : { timeout: value.timeout }),
    ...(value.retries === undefined ? {} : { retries: value.retries }),
    ...(value.startPeriod === undefined ? {} : { start_period: value.startPeriod }),
  };
}
