import type * as pulumi from "@pulumi/pulumi";
import { grafanaEnvironment } from "./commands";
import { grafanaProviders, grafanaSources, jaegerConfig, lokiConfig } from "./configurations";
import { dashboardFiles } from "./dashboards";
import { networksOf, run, type Shared, secretOf } from "./part";
import { MEMORY } from "./spec";

/** Logs, traces, and Grafana over all of it. Returns the password of Grafana's administrator. */
export function pages(shared: Shared): pulumi.Output<string> {
  const { spec, network } = shared;
  run(shared, {
    service: "loki",
    part: "loki",
    command: ["-config.file=/etc/bulwark/loki.yml"],
    files: [{ path: "/etc/bulwark/loki.yml", content: lokiConfig(spec) }],
    data: "/loki",
    // The image holds nothing else that could ask.
    health: ["CMD", "/usr/bin/loki", "-health"],
    memory: MEMORY.loki,
  });
  run(shared, {
    service: "jaeger",
    part: "jaeger",
    command: ["--config=/etc/bulwark/jaeger.yml"],
    files: [{ path: "/etc/bulwark/jaeger.yml", content: jaegerConfig() }],
    attachments: [network.edgeNetwork, ...networksOf(spec.watched.filter((each) => each.traces === true))].map(
      (each) => ({ network: each, aliases: ["jaeger"] }),
    ),
    health: "http://127.0.0.1:13133/status",
    memory: MEMORY.jaeger,
  });
  const password = secretOf(shared, "grafana").result;
  run(shared, {
    service: "grafana",
    part: "grafana",
    command: [],
    environment: grafanaEnvironment(spec.domain),
    files: [
      { path: "/etc/bulwark/provisioning/datasources/bulwark.yml", content: grafanaSources() },
      { path: "/etc/bulwark/provisioning/dashboards/bulwark.yml", content: grafanaProviders() },
      ...dashboardFiles().map((file) => ({ path: `/etc/bulwark/boards/${file.name}`, content: file.content })),
      {
        path: "/run/secrets/admin-password",
        content: password,
        owner: spec.images.grafana.user,
        mode: "0400",
      },
    ],
    data: "/var/lib/grafana",
    health: "http://127.0.0.1:3000/grafana/api/health",
    attachments: [{ network: network.edgeNetwork, aliases: ["grafana"] }],
    memory: MEMORY.grafana,
  });
  return password;
}
