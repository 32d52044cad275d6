import * as pulumi from "@pulumi/pulumi";
import type { NetworkPath } from "../core/links";
import type { ExporterNeed, ScrapeTarget } from "../core/monitorable";
import type { Owner } from "../targets/microk8s/objects";
import { allowBoth, podsOf } from "../targets/microk8s/paths";
import { TRUST_FILE } from "../targets/microk8s/trust";
import { POSTGRES_COLLECTORS, postgresExporterEnvironment, redisAddress, redisExporterEnvironment } from "./commands";
import { blackboxConfig } from "./configurations";
import { run } from "./microk8s-part";
import { MEMORY, type MonitoringSpec } from "./spec";

const BLACKBOX = "blackbox-exporter";

/**
 * The exporters that the watched servers need, in the stack's own namespace: passwords and the stack's CA do not leave it. Gives where they
 * are, with the names of their services.
 */
export function exporters(
  owner: Owner,
  spec: MonitoringSpec,
): readonly (ScrapeTarget & { readonly service: string })[] {
  const targets = spec.watched.flatMap((each) =>
    each.exporter === undefined ? [] : [exporter(owner, spec, each.component, each.exporter)],
  );
  run(owner, spec, {
    service: BLACKBOX,
    part: "blackboxExporter",
    command: ["--config.file=/etc/bulwark/blackbox.yml"],
    folders: { "/etc/bulwark": { "blackbox.yml": blackboxConfig(TRUST_FILE) } },
    trusts: true,
    ports: { http: 9115 },
    health: { port: "http", path: "/-/healthy" },
    memory: MEMORY.blackboxExporter,
  });
  for (const each of spec.watched)
    for (const [index, need] of (each.probes ?? []).entries())
      toServer(owner, BLACKBOX, index === 0 ? each.component : `${each.component}-${index + 1}`, need.path);
  return targets;
}

/** Address of the blackbox exporter, for Prometheus. */
export function blackboxAddress(owner: Owner): string {
  return `${BLACKBOX}.${owner.network.namespace}.svc:9115`;
}

function exporter(owner: Owner, spec: MonitoringSpec, component: string, need: ExporterNeed) {
  const service = `${component}-exporter`;
  const [port, secrets, part] =
    need.kind === "postgres"
      ? ([
          9187,
          { password: need.password },
          {
            part: "postgresExporter",
            command: POSTGRES_COLLECTORS,
            environment: postgresExporterEnvironment(need, TRUST_FILE),
            health: { port: "metrics", path: "/" },
            memory: MEMORY.postgresExporter,
          },
        ] as const)
      : ([
          9121,
          { "passwords.json": pulumi.jsonStringify({ [redisAddress(need)]: need.password }) },
          {
            part: "redisExporter",
            command: [],
            environment: redisExporterEnvironment(need, TRUST_FILE),
            health: { port: "metrics", path: "/health" },
            memory: MEMORY.redisExporter,
          },
        ] as const);
  run(owner, spec, { ...part, service, secrets, ports: { metrics: port }, trusts: true, after: need.after });
  toServer(owner, service, component, need.path);
  return { job: component, service, addresses: [`${service}.${owner.network.namespace}.svc:${port}`] };
}

/** The way from an exporter to what it asks. */
function toServer(owner: Owner, consumer: string, provider: string, path: NetworkPath): void {
  if (path.kind !== "microk8s") throw new Error(`an exporter on microk8s cannot take a way through ${path.kind}`);
  allowBoth(owner, consumer, provider, {
    from: podsOf(owner.component, [consumer]),
    to: { matchLabels: { ...path.podLabels } },
    namespace: path.namespace,
    port: path.port,
  });
}
