import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { roundtrip as cache } from "./cache.mjs";
import { roundtrip as database } from "./database.mjs";
import { Metrics } from "./metrics.mjs";
import { roundtrip as objects } from "./objects.mjs";

const stores = { database, cache, objects };
/** Longer than the edge takes to notice that a replica is no longer ready. */
const DRAIN_MS = 4000;

export async function serve() {
  const metrics = new Metrics();
  let draining = false;

  const routes = {
    "GET /health/startup": () => [200, { status: "up" }],
    "GET /health/live": () => [200, { status: "up" }],
    "GET /health/ready": () => (draining ? [503, { status: "draining" }] : [200, { status: "ready" }]),
    "GET /version": () => [200, { version: process.env.VERSION ?? "unknown", host: process.env.HOSTNAME }],
    "GET /metrics": () => [200, metrics.text()],
    "POST /roundtrip": roundtrip,
  };

  const server = createServer(async (request, response) => {
    const started = process.hrtime.bigint();
    const route = `${request.method} ${new URL(request.url, "http://service").pathname}`;
    request.resume();
    let [status, body] = [404, { error: "not found" }];
    try {
      if (routes[route] !== undefined) [status, body] = await routes[route]();
    } catch (error) {
      [status, body] = [500, { error: error.message }];
    }
    const text = typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
    const type = typeof body === "string" ? "text/plain; version=0.0.4; charset=utf-8" : "application/json";
    response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
    response.end(text);
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    metrics.count(request.method, routes[route] === undefined ? "other" : route.split(" ")[1], status, seconds);
  });

  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(8000, resolve);
  });
  console.log(`${process.env.VERSION} listens on 8000`);

  await new Promise((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  draining = true;
  console.log("draining");
  await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
  server.close();
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 2000).unref();
  await new Promise((resolve) => server.once("close", resolve));
  console.log("drained");
}

/** Writes a value to every store that is linked and reads it back: 200 when each gave the same, else 502. */
async function roundtrip() {
  const value = randomUUID();
  const entries = await Promise.all(
    Object.entries(stores).map(async ([name, store]) => {
      try {
        const read = await store(value);
        if (read === undefined) return [name, { linked: false }];
        return [name, { linked: true, ok: read === value, value: read }];
      } catch (error) {
        return [name, { linked: true, ok: false, error: error.message }];
      }
    }),
  );
  const failed = entries.some(([, result]) => result.linked && !result.ok);
  return [failed ? 502 : 200, { value, ...Object.fromEntries(entries) }];
}
