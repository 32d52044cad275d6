import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { mebibytes, SIZE_PATTERN } from "../../components/core/units";
import type { ResourceGraph } from "../../policies/graph";
import { statusOf } from "../backup/command";
import { executorFor, reachBy } from "../backup/runner";
import { runProgram } from "../plan/program";
import { standIns } from "../plan/source";
import { kinds } from "../plan/summary";
import { readStack } from "../project";
import { networkRoom } from "./checks";
import type { DockerFacts, Facts, KeyFact, PortFact, StackFacts } from "./facts";

const run = promisify(execFile);
const SECONDS = 8_000;

/** Looks at this machine, at the Docker host, and at the stack if one is named. Changes nothing. */
export async function gather(root: string, stack: string | undefined): Promise<Facts> {
  const asked = stack === undefined ? undefined : await fromStack(root, stack);
  const host = asked?.host ?? process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
  const remote = /^(ssh|tcp):\/\//.test(host) ? await answers(host) : undefined;
  const [docker, compose, timeInSync] = await Promise.all([
    remote === false ? silent : dockerFacts(host),
    output("docker", ["compose", "version", "--short"]),
    output("timedatectl", ["show", "-p", "NTPSynchronized", "--value"]),
  ]);
  const folder = docker.facts === undefined || remote !== undefined ? undefined : docker.root;
  const diskFree = folder === undefined ? undefined : await freeShare(folder);
  return {
    node: process.version,
    pulumi: pulumiAt(root),
    host,
    ...(docker.facts === undefined ? {} : { docker: docker.facts }),
    ...(docker.error === undefined ? {} : { dockerError: docker.error }),
    ...(compose === undefined ? {} : { compose }),
    ...(remote === undefined ? {} : { remote }),
    ...(diskFree === undefined ? {} : { diskFree }),
    ...(timeInSync === "yes" || timeInSync === "no" ? { timeInSync: timeInSync === "yes" } : {}),
    ...(asked === undefined ? {} : { stack: { ...asked, ports: await owners(asked, host, remote !== undefined) } }),
  };
}

async function fromStack(
  root: string,
  stack: string,
): Promise<StackFacts & { readonly containers: readonly string[] }> {
  const files = readStack(root, stack);
  const graph = await runProgram(files, standIns);
  const { resources } = graph;
  const provider = resources.find((each) => each.type === "pulumi:providers:docker");
  const containers = resources.filter(kinds.container);
  const cpus = Number(files.config[`${files.project}:cpus`]);
  const memory = files.config[`${files.project}:memory`] ?? "";
  return {
    name: stack,
    host: String(provider?.props["host"] ?? "unix:///var/run/docker.sock"),
    ...(Number.isFinite(cpus) ? { cpus } : {}),
    ...(SIZE_PATTERN.test(memory) ? { memory: mebibytes(memory) } : {}),
    keys: await keysOf(graph, stack),
    networks: resources.filter(kinds.network).map((each) => String(each.props["name"])),
    containers: containers.map((each) => String(each.props["name"])),
    ports: containers
      .flatMap((each) => (each.props["ports"] ?? []) as readonly { external?: number; ip?: string }[])
      .flatMap((each) =>
        each.external === undefined
          ? []
          : [{ ip: each.ip ?? "0.0.0.0", port: each.external, owner: "unknown" as const }],
      ),
  };
}

/** The recovery key of each schedule; what cannot be asked is named all the same. */
async function keysOf(graph: ResourceGraph, stack: string): Promise<KeyFact[]> {
  const schedules = graph.resources
    .filter((each) => each.type === "bulwark:index:BackupSchedule")
    .map((each) => each.name);
  return await Promise.all(
    schedules.map(async (schedule): Promise<KeyFact> => {
      try {
        const [lane] = await reachBy(executorFor(graph, stack), stack, schedule);
        const { fingerprint, confirmed, elsewhere, recipients } = await statusOf(lane);
        return {
          schedule,
          fingerprint,
          ...(elsewhere ? { recipients } : {}),
          ...(confirmed === undefined ? {} : { confirmed }),
        };
      } catch {
        return { schedule };
      }
    }),
  );
}

interface DockerAnswer {
  readonly facts?: DockerFacts;
  /** Folder with Docker's data, on its host. */
  readonly root?: string;
  readonly error?: string;
}

const silent: DockerAnswer = { error: "the machine does not answer" };

async function dockerFacts(host: string): Promise<DockerAnswer> {
  try {
    const docker = async (...args: string[]) =>
      (await run("docker", ["-H", host, ...args], { timeout: SECONDS })).stdout;
    const [info, networks] = await Promise.all([
      docker("info", "--format", "{{json .}}").then((text) => JSON.parse(text) as Record<string, unknown>),
      docker("network", "ls", "--format", "{{.Name}}"),
    ]);
    if (typeof info["ServerVersion"] !== "string" || info["ServerVersion"] === "")
      return { error: String((info["ServerErrors"] as string[] | undefined)?.[0] ?? "it says nothing") };
    return {
      facts: {
        version: info["ServerVersion"],
        cpus: Number(info["NCPU"]),
        memory: Math.floor(Number(info["MemTotal"]) / 1024 / 1024),
        networks: networks.split("\n").filter((name) => name !== ""),
        networkRoom: networkRoom(info["DefaultAddressPools"] as Parameters<typeof networkRoom>[0]),
      },
      root: String(info["DockerRootDir"]),
    };
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") return { error: "the program docker is not installed" };
    return { error: stderr?.trim().split("\n").at(-1) || "no answer within 8 seconds" };
  }
}

async function owners(
  stack: StackFacts & { readonly containers: readonly string[] },
  host: string,
  remote: boolean,
): Promise<PortFact[]> {
  const listing = await output("docker", ["-H", host, "ps", "--format", "{{.Names}}\t{{.Ports}}"]);
  const published = (listing ?? "").split("\n").map((line) => line.split("\t"));
  return await Promise.all(
    stack.ports.map(async (each): Promise<PortFact> => {
      const holder = published.find(([, ports]) => new RegExp(`:${each.port}->`).test(ports ?? ""))?.[0];
      if (holder !== undefined) return { ...each, owner: stack.containers.includes(holder) ? "own" : "other" };
      if (remote) return { ...each, owner: listing === undefined ? "unknown" : "free" };
      return { ...each, owner: await listening(each) };
    }),
  );
}

function listening({ ip, port }: PortFact): Promise<PortFact["owner"]> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE" ? "other" : "unknown"));
    server.listen(port, ip, () => server.close(() => resolve("free")));
  });
}

async function answers(address: string): Promise<boolean> {
  const url = new URL(address);
  if (url.protocol === "ssh:") {
    const port = url.port === "" ? [] : ["-p", url.port];
    const user = url.username === "" ? url.hostname : `${decodeURIComponent(url.username)}@${url.hostname}`;
    const options = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=5", ...port, user, "true"];
    return (await output("ssh", options)) !== undefined;
  }
  return await new Promise((resolve) => {
    const socket = connect({ host: url.hostname, port: Number(url.port || 2376), timeout: 5_000 });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}

async function freeShare(folder: string): Promise<number | undefined> {
  try {
    const { bavail, blocks } = await statfs(folder);
    return bavail / blocks;
  } catch {
    return undefined;
  }
}

async function output(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await run(program, args, { timeout: SECONDS })).stdout.trim();
  } catch {
    return undefined;
  }
}

function pulumiAt(root: string): Facts["pulumi"] {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  if (folders.some((folder) => existsSync(join(folder, "pulumi")))) return "path";
  return existsSync(join(root, "node_modules", ".bin", "pulumi")) ? "wrapper" : "none";
}
