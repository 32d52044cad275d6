import { spawnSync } from "node:child_process";
import { isFields } from "../change/not-understood";
import { clusterOf } from "../kubectl";

/** What runs after an update, as far as it can be looked at from here. */
export interface Workload {
  readonly urn: string;
  /** Name for a reader. */
  readonly title: string;
  /** Program and arguments that say how it is. */
  readonly ask: readonly [string, ...string[]];
  /** Whether what they print and end with means that it is well; nothing while that is still open. */
  readonly well: (code: number, out: string) => boolean | undefined;
}

/** How a workload is. */
export interface Health {
  readonly title: string;
  readonly status: "ok" | "failed" | "unknown";
  readonly found: string;
}

type Resource = Readonly<Record<string, unknown>>;

/** Workloads of a state: containers, Kubernetes workloads and ECS services. */
export function workloadsIn(resources: readonly Resource[]): Workload[] {
  const providers = new Map(
    resources
      .filter(({ type }) => String(type).startsWith("pulumi:providers:"))
      .map((each) => [`${String(each["urn"])}::${String(each["id"])}`, inputsOf(each)]),
  );
  return resources.flatMap((resource): Workload[] => {
    const provider = providers.get(String(resource["provider"])) ?? {};
    const type = String(resource["type"]);
    if (type === "docker:index/container:Container") return container(resource, provider);
    if (/^kubernetes:apps\/v1:(Deployment|StatefulSet|DaemonSet)$/.test(type)) return rollout(resource, provider);
    return type === "aws:ecs/service:Service" ? service(resource, provider) : [];
  });
}

/** Looks at every workload again and again, until all are well, one is surely not, or the time is up. */
export async function healthOf(
  workloads: readonly Workload[],
  seconds: number,
  environment: NodeJS.ProcessEnv,
): Promise<Health[]> {
  const until = Date.now() + seconds * 1000;
  const found = new Map<Workload, Health>();
  for (;;) {
    for (const each of workloads) if (found.get(each)?.status !== "ok") found.set(each, look(each, environment));
    const states = [...found.values()];
    const open = states.some(({ status, found }) => status === "failed" && found.startsWith("not yet"));
    if (!open || Date.now() >= until) return states;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

function look({ title, ask, well }: Workload, env: NodeJS.ProcessEnv): Health {
  const [program, ...words] = ask;
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: "utf8", env, timeout: 60_000 });
  if (error !== undefined) return { title, status: "unknown", found: `${program} cannot be asked: ${error.message}` };
  const answer = well(status ?? 1, stdout);
  const said = (stdout.trim() || stderr.trim()).split("\n").at(-1) ?? "";
  if (answer === true) return { title, status: "ok", found: said };
  return { title, status: "failed", found: answer === undefined ? `not yet: ${said}` : said };
}

function container(resource: Resource, provider: Resource): Workload[] {
  const { name, mustRun } = inputsOf(resource);
  const host = provider["host"];
  const format = "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}} {{.State.ExitCode}}";
  if (typeof name !== "string") return [];
  return [
    {
      urn: String(resource["urn"]),
      title: `container ${name}`,
      ask: ["docker", ...(typeof host === "string" ? ["--host", host] : []), "inspect", "--format", format, name],
      well: (code, out) => {
        const [state, health, exit] = out.trim().split(" ");
        if (code !== 0) return false;
        if (mustRun === false) return state === "exited" ? exit === "0" : state === "running" ? undefined : false;
        if (state !== "running") return state === "created" || state === "restarting" ? undefined : false;
        return health === "" || health === "healthy" ? true : undefined;
      },
    },
  ];
}

function rollout(resource: Resource, provider: Resource): Workload[] {
  const metadata = inputsOf(resource)["metadata"];
  const cluster = clusterOf(provider);
  if (!isFields(metadata) || cluster === undefined) return [];
  const kind = String(resource["type"]).split(":").at(-1)?.toLowerCase();
  const name = `${kind}/${String(metadata["name"])}`;
  const space = typeof metadata["namespace"] === "string" ? ["--namespace", metadata["namespace"]] : [];
  return [
    {
      urn: String(resource["urn"]),
      title: name,
      ask: ["kubectl", ...cluster, ...space, "rollout", "status", name, "--timeout=5s"],
      well: (code) => (code === 0 ? true : undefined),
    },
  ];
}

function service(resource: Resource, provider: Resource): Workload[] {
  const { cluster } = inputsOf(resource);
  const { region, profile } = provider;
  const outputs = resource["outputs"];
  const name = isFields(outputs) ? outputs["name"] : undefined;
  if (typeof cluster !== "string" || typeof name !== "string" || typeof region !== "string") return [];
  const query = "services[0].deployments[?status=='PRIMARY'].rolloutState | [0]";
  return [
    {
      urn: String(resource["urn"]),
      title: `service ${name}`,
      ask: [
        ...(["aws", "ecs", "describe-services"] as const),
        ...["--cluster", cluster, "--services", name, "--region", region],
        ...(typeof profile === "string" ? ["--profile", profile] : []),
        ...["--query", query, "--output", "text"],
      ],
      well: (code, out) =>
        out.trim() === "COMPLETED" ? true : code !== 0 || out.trim() === "FAILED" ? false : undefined,
    },
  ];
}

function inputsOf(resource: Resource): Resource {
  const { inputs } = resource;
  return isFields(inputs) ? inputs : {};
}
