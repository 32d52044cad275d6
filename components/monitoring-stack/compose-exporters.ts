import * as pulumi from "@pulumi/pulumi";
import type { NetworkPath } from "../core/links";
import type { ExporterNeed, ScrapeTarget } from "../core/monitorable";
import { CA_FILE } from "../targets/compose/certificate";
import type { Attachment } from "../targets/compose/hardened";
import { POSTGRES_COLLECTORS, postgresExporterEnvironment, redisAddress, redisExporterEnvironment } from "./commands";
import { blackboxConfig } from "./configurations";
import { run, type Shared } from "./part";
import { MEMORY } from "./spec";

/** A stopped container has no name any more: an exporter that waits for one longer than a scrape may last could never say so. */
const RESOLVE_SECONDS = 1;

/** The exporters that the watched servers need. Each joins the network of its own server alone, and the stack's. */
export function exporters(shared: Shared): readonly ScrapeTarget[] {
  const targets = shared.spec.watched.flatMap((each) =>
    each.exporter === undefined ? [] : [exporter(shared, each.component, each.exporter)],
  );
  const paths = shared.spec.watched.flatMap((each) => (each.probes ?? []).map((need) => need.path));
  run(shared, {
    service: "blackbox-exporter",
    part: "blackboxExporter",
    command: ["--config.file=/etc/bulwark/blackbox.yml"],
    files: [{ path: "/etc/bulwark/blackbox.yml", content: blackboxConfig(CA_FILE) }],
    attachments: [...new Set(paths.flatMap((path) => attachment(path).map((each) => each.network)))].map((network) => ({
      network,
    })),
    trusts: true,
    health: "http://127.0.0.1:9115/-/healthy",
    resolveSeconds: RESOLVE_SECONDS,
    memory: MEMORY.blackboxExporter,
  });
  return targets;
}

function exporter(shared: Shared, component: string, need: ExporterNeed): ScrapeTarget {
  return need.kind === "postgres" ? postgres(shared, component, need) : redis(shared, component, need);
}

function postgres(shared: Shared, component: string, need: ExporterNeed): ScrapeTarget {
  const service = `${component}-exporter`;
  run(shared, {
    service,
    part: "postgresExporter",
    command: POSTGRES_COLLECTORS,
    environment: postgresExporterEnvironment(need, CA_FILE),
    files: [
      {
        path: "/run/secrets/password",
        content: need.password,
        owner: shared.spec.images.postgresExporter.user,
        mode: "0400",
      },
    ],
    attachments: attachment(need.path),
    trusts: true,
    health: "http://127.0.0.1:9187/",
    resolveSeconds: RESOLVE_SECONDS,
    memory: MEMORY.postgresExporter,
    after: need.after,
  });
  return { job: component, addresses: [`${service}:9187`] };
}

function redis(shared: Shared, component: string, need: ExporterNeed): ScrapeTarget {
  const service = `${component}-exporter`;
  run(shared, {
    service,
    part: "redisExporter",
    command: [],
    environment: redisExporterEnvironment(need, CA_FILE),
    files: [
      {
        path: "/run/secrets/passwords.json",
        content: pulumi.jsonStringify({ [redisAddress(need)]: need.password }),
        owner: shared.spec.images.redisExporter.user,
        mode: "0400",
      },
    ],
    attachments: attachment(need.path),
    trusts: true,
    health: "http://127.0.0.1:9121/health",
    resolveSeconds: RESOLVE_SECONDS,
    memory: MEMORY.redisExporter,
    after: need.after,
  });
  return { job: component, addresses: [`${service}:9121`] };
}

function attachment(path: NetworkPath): readonly Attachment[] {
  return path.kind === "compose" ? [{ network: path.network }] : [];
}
