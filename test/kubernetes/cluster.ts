import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { part } from "../lab";

/** What the API server answered. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** Texts of its Warning headers. */
  readonly warnings: readonly string[];
}

/** A Kubernetes API server with its store, for one test file. Nothing runs in it: it says what a cluster would take. */
export interface Cluster {
  /** Folder with the kubeconfig and logs. */
  readonly folder: string;
  readonly kubeconfig: string;
  /** Asks as the administrator, or as somebody else. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    options?: { readonly as?: string; readonly type?: string },
  ): Promise<Answer>;
  stop(): Promise<void>;
}

const RANGE = "10.152.183.0/24";

/** Starts etcd and kube-apiserver on free ports of this machine. */
export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "bulwark-kubernetes-"));
  const [client, peers, secure] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString("hex");
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const store = start(folder, "etcd", [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peers}`,
    "--log-level=warn",
  ]);
  const server = start(folder, "kube-apiserver", [
    `--etcd-servers=http://127.0.0.1:${client}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${secure}`,
    `--cert-dir=${folder}`,
    `--token-auth-file=${file("tokens.csv", `${token},admin,admin,"system:masters"\n`)}`,
    "--authorization-mode=RBAC",
    "--anonymous-auth=false",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${file("sa.pub", publicKey.export({ type: "spki", format: "pem" }))}`,
    `--service-account-signing-key-file=${file("sa.key", privateKey.export({ type: "pkcs8", format: "pem" }))}`,
    `--service-cluster-ip-range=${RANGE}`,
  ]);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const ask: Cluster["ask"] = (method, path, body, options = {}) =>
    new Promise((resolve, reject) => {
      const sent = body === undefined ? undefined : JSON.stringify(body);
      const call = request(
        {
          host: "127.0.0.1",
          port: secure,
          method,
          path,
          agent,
          ca: readFileSync(join(folder, "apiserver.crt")),
          headers: {
            authorization: `Bearer ${token}`,
            accept: "application/json",
            ...(options.as === undefined ? {} : { "impersonate-user": options.as }),
            ...(sent === undefined ? {} : { "content-type": options.type ?? "application/json" }),
          },
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.on("error", reject);
          answer.on("end", () => {
            const text = Buffer.concat(parts).toString();
            const warnings = [answer.headers["warning"] ?? []].flat();
            resolve({ status: answer.statusCode ?? 0, body: parsed(text), warnings });
          });
        },
      );
      call.on("error", reject);
      call.end(sent);
    });
  const stop = async (): Promise<void> => {
    agent.destroy();
    await ended(server);
    await ended(store);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(ask, server, folder);
    const certificate = join(folder, "apiserver.crt");
    const kubeconfig = file("kubeconfig", kubeconfigOf(secure, certificate, token));
    return { folder, kubeconfig, ask, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function kubeconfigOf(port: number, certificate: string, token: string): string {
  const cluster = { server: `https://127.0.0.1:${port}`, "certificate-authority": certificate };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "lab",
    clusters: [{ name: "lab", cluster }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "admin" } }],
  });
}

function start(folder: string, name: string, args: readonly string[]): ChildProcess {
  const found = part(name);
  if (!found.present || found.bin === undefined) throw new Error(`the lab has no ${name}`);
  const child = spawn(found.bin, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(join(folder, `${name}.log`));
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  return child;
}

async function ready(ask: Cluster["ask"], server: ChildProcess, folder: string): Promise<void> {
  const until = Date.now() + 90_000;
  while (Date.now() < until) {
    if (server.exitCode !== null) break;
    const answer = await ask("GET", "/readyz").catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(100);
  }
  const log = readFileSync(join(folder, "kube-apiserver.log"), "utf8");
  throw new Error(`kube-apiserver is not ready:\n${log.slice(-2000)}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const forced = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await gone;
  clearTimeout(forced);
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no free port");
  return address.port;
}
