// Stands in for `pulumi-language-nodejs`: starts the program in a Node process of its own through `@pulumi/pulumi/cmd/run`, as that does, so
// that these tests see what `pulumi up` shows and survive what it survives. (An inline program of the Automation API would not do: it tells
// the engine that it has ended well even when a resource was never registered because of an error, so that the engine deletes that resource.)
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as grpc from "@grpc/grpc-js";
import * as rpc from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";

const LOADER = join(__dirname, "load-typescript.cjs");
const RUN = require.resolve("@pulumi/pulumi/cmd/run");
/** Exit code by which the program says that the user has been told everything. */
const TOLD = 32;

/** What to run next: a module, and what it finds in SYSTEM_VARIANT. */
export interface Program {
  readonly path: string;
  readonly variant: object;
}

type Call<Q, A> = (call: grpc.ServerUnaryCall<Q, A>, callback: grpc.sendUnaryData<A>) => void;

const getPluginInfo: Call<unknown, plugin.PluginInfo> = (_call, callback) => {
  const info = new plugin.PluginInfo();
  info.setVersion("1.0.0");
  callback(null, info);
};

const getRequiredPlugins: Call<unknown, messages.GetRequiredPluginsResponse> = (_call, callback) =>
  callback(null, new messages.GetRequiredPluginsResponse());

function run(folder: string): Call<messages.RunRequest, messages.RunResponse> {
  return (call, callback) => {
    const program = start(call.request, folder);
    call.on("cancelled", () => program.kill("SIGKILL"));
    let text = "";
    for (const stream of [program.stdout, program.stderr]) {
      stream?.on("data", (data: Buffer) => {
        text += data.toString();
      });
    }
    program.once("close", (code) => {
      const response = new messages.RunResponse();
      if (code === TOLD) response.setBail(true);
      else if (code !== 0) response.setError(`the program ended with exit code ${code}\n${text}`);
      callback(null, response);
    });
  };
}

function start(request: messages.RunRequest, folder: string): ChildProcess {
  const words = {
    monitor: request.getMonitorAddress(),
    engine: request.getArgsList()[0] ?? "",
    project: request.getProject(),
    stack: request.getStack(),
    organization: request.getOrganization(),
    parallel: String(request.getParallel()),
    pwd: process.cwd(),
    "dry-run": String(request.getDryrun()),
  };
  const given = Object.entries(words).filter(([name, value]) => name !== "dry-run" || value === "true");
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
  const chosen = join(folder, "program.json");
  const { path, variant } = existsSync(chosen)
    ? (JSON.parse(readFileSync(chosen, "utf8")) as Program)
    : { path: resolve(request.getPwd(), request.getProgram()), variant: {} };
  return spawn(process.execPath, ["-r", LOADER, RUN, ...given.map(([name, value]) => `--${name}=${value}`), path], {
    env: { ...environment, SYSTEM_VARIANT: JSON.stringify(variant) },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Serves until the process is killed, with the program that the folder names, else with the project's own; resolves to the port. */
export function serveLanguage(folder: string): Promise<number> {
  const server = new grpc.Server();
  server.addService(
    (rpc as unknown as { readonly LanguageRuntimeService: grpc.ServiceDefinition }).LanguageRuntimeService,
    { getPluginInfo, getRequiredPlugins, run: run(folder) } as unknown as grpc.UntypedServiceImplementation,
  );
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}
