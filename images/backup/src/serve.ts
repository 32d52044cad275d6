import { createServer, type Server } from "node:http";
import type { RunnerConfig } from "./config";
import { metricsText, type WalState } from "./metrics";
import { readStates } from "./state";

/** Port of the metrics. */
export const METRICS_PORT = Number(process.env["BULWARK_METRICS_PORT"] ?? 9188);

/** Serves `/metrics` for Prometheus; each answer is made of what is on the disk now, so a restart loses nothing. */
export function serveMetrics(config: RunnerConfig, wal: () => readonly WalState[]): Server {
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(metricsText(config, readStates(), wal()));
  });
  return server.listen(METRICS_PORT);
}
