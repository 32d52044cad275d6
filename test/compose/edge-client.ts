import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import type { DevHost } from "./host";

/** An answer of the edge. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** One request to the edge. */
export interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly plain?: boolean;
  readonly agent?: https.Agent;
  /** Host name. Default: the platform's. */
  readonly domain?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request to the edge as a browser on the host would: by address, with the platform's host name. */
export function ask(host: DevHost, asked: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      path: asked.path,
      method: asked.method ?? "GET",
      headers: { ...asked.headers, host: asked.domain ?? host.domain },
      timeout: 20_000,
    };
    const request =
      asked.plain === true
        ? http.request({ ...options, port: host.http })
        : https.request({
            ...options,
            port: host.https,
            servername: asked.domain ?? host.domain,
            rejectUnauthorized: false,
            ...(asked.agent === undefined ? {} : { agent: asked.agent }),
          });
    request.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 20 s")));
    request.on("error", reject);
    request.end();
  });
}

/** Tries a handshake with exactly one version of TLS; resolves with the version agreed on or the error. */
export function handshake(host: DevHost, version: "TLSv1.1" | "TLSv1.2" | "TLSv1.3"): Promise<string> {
  return new Promise((resolve) => {
    const socket = tls.connect({
      host: "127.0.0.1",
      port: host.https,
      servername: host.domain,
      rejectUnauthorized: false,
      minVersion: version,
      maxVersion: version,
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    socket.on("secureConnect", () => {
      resolve(socket.getProtocol() ?? "none");
      socket.destroy();
    });
    socket.on("error", (error) => resolve(`refused: ${error.message}`));
  });
}

/** What a load generator saw. */
export interface LoadReport {
  readonly requests: number;
  readonly failures: readonly string[];
  readonly versions: ReadonlySet<string>;
}

/** Keeps asking from several clients at once until told to stop. */
export function load(host: DevHost, path: string, clients: number): { stop(): Promise<LoadReport> } {
  let running = true;
  let requests = 0;
  const failures: string[] = [];
  const versions = new Set<string>();
  const client = async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    while (running) {
      requests++;
      try {
        const answer = await ask(host, { path, agent });
        if (answer.status === 200) versions.add(answer.body);
        else failures.push(`${answer.status} ${answer.body.slice(0, 80)}`);
      } catch (error) {
        failures.push(String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    agent.destroy();
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    async stop() {
      running = false;
      await all;
      return { requests, failures, versions };
    },
  };
}
