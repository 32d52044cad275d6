import * as pulumi from "@pulumi/pulumi";
import type { AlertRouting } from "../alert-routing";
import type { ScrapeTarget } from "../core/monitorable";
import { network as dockerNetwork } from "../targets/compose/stores";
import type { ComposeNetwork } from "../targets/network";
import { alertmanagerCommand, prometheusCommand } from "./commands";
import { agents } from "./compose-agents";
import { exporters } from "./compose-exporters";
import { pages } from "./compose-pages";
import { loginHash } from "./login";
import { networksOf, run, type Shared, secretOf } from "./part";
import { prometheusConfig } from "./prometheus";
import { rulesFile } from "./rules-file";
import { MEMORY, type MonitoringSpec } from "./spec";

/** What others use of the stack. */
export interface MonitoringOutput {
  /** User and password of the pages that have no login of their own. */
  readonly login: { readonly username: string; readonly password: pulumi.Output<string> };
  /** Password of Grafana's user `admin`. */
  readonly grafanaPassword: pulumi.Output<string>;
}

/** Prometheus and Alertmanager, the exporters of what is watched, and the pages behind the edge. */
export function buildOnCompose(
  name: string,
  spec: MonitoringSpec,
  routing: AlertRouting,
  network: ComposeNetwork,
  parent: pulumi.Resource,
): MonitoringOutput {
  const hub = dockerNetwork(name, network.target, { internal: true }, { parent });
  const shared: Shared = { name, spec, network, parent, hub };
  const password = secretOf(shared, "login");
  const login = {
    username: "admin",
    hash: password.result.apply((value) => loginHash(`${network.target.prefix}/${name}`, value)),
  };
  const exported = [...exporters(shared), ...agents(shared)];
  alertmanager(shared, routing);
  prometheus(shared, exported);
  const grafanaPassword = pages(shared);
  for (const [service, port, health] of [
    ["prometheus", 9090, "/prometheus/-/healthy"],
    ["alertmanager", 9093, "/alertmanager/-/healthy"],
    ["jaeger", 16_686, "/jaeger/"],
    ["grafana", 3000, "/grafana/api/health"],
  ] as const) {
    network.taken.take(service, spec.domain, `/${service}`);
    network.routes.add({
      service,
      host: spec.domain,
      path: `/${service}`,
      stripPrefix: false,
      upstreams: [`${service}:${port}`],
      healthPath: health,
      // Grafana asks for a login itself.
      ...(service === "grafana" ? {} : { login }),
    });
  }
  return {
    login: { username: login.username, password: password.result },
    grafanaPassword,
  };
}

function alertmanager(shared: Shared, routing: AlertRouting): void {
  const { spec, network } = shared;
  const user = spec.images.alertmanager.user;
  run(shared, {
    service: "alertmanager",
    part: "alertmanager",
    command: alertmanagerCommand(spec.domain),
    files: [
      { path: "/etc/bulwark/alertmanager.yml", content: routing.configuration },
      ...routing.secrets.map((secret) => ({
        path: `/run/secrets/${secret.file}`,
        content: secret.value,
        owner: user,
        mode: "0400",
      })),
    ],
    data: "/alertmanager",
    health: "http://127.0.0.1:9093/alertmanager/-/healthy",
    attachments: [{ network: network.egressNetwork }, { network: network.edgeNetwork, aliases: ["alertmanager"] }],
    memory: MEMORY.alertmanager,
  });
}

function prometheus(shared: Shared, exported: readonly ScrapeTarget[]): void {
  const { spec, network } = shared;
  const joined = networksOf(spec.watched);
  const links = { runbooks: spec.runbooks, grafana: `https://${spec.domain}/grafana` };
  run(shared, {
    service: "prometheus",
    part: "prometheus",
    command: prometheusCommand(spec),
    files: [
      {
        path: "/etc/bulwark/prometheus.yml",
        content: pulumi.output(spec.probes).apply((probes) =>
          prometheusConfig({
            interval: spec.interval,
            environment: network.target.environment,
            targets: [
              ...spec.watched.flatMap((each) => each.targets),
              ...exported,
              { job: "prometheus", addresses: ["localhost:9090"], path: "/prometheus/metrics" },
              { job: "alertmanager", addresses: ["alertmanager:9093"], path: "/alertmanager/metrics" },
            ],
            probes,
            alertmanager: { address: "alertmanager:9093", prefix: "/alertmanager" },
            blackbox: "blackbox-exporter:9115",
            rules: "/etc/bulwark/rules/*.yml",
          }),
        ),
      },
      ...spec.groups.map((group) => ({
        path: `/etc/bulwark/rules/${group.name}.yml`,
        content: rulesFile(group, links),
      })),
    ],
    data: "/prometheus",
    health: "http://127.0.0.1:9090/prometheus/-/healthy",
    attachments: [
      { network: network.edgeNetwork, aliases: ["prometheus"] },
      ...joined.map((each) => ({ network: each })),
    ],
    memory: MEMORY.prometheus,
  });
}
