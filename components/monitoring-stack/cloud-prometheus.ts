import { stringify } from "yaml";
import type { AlertRouting } from "../alert-routing";
import type { CloudAlarm } from "../core/cloud-alarm";
import type { Problem } from "../core/errors";
import type { NetworkPath } from "../core/links";
import type { Monitoring, RuleSource, ScrapeTarget } from "../core/monitorable";
import { ecsWatching } from "../service-deployment/cloud-alarms";
import type { MonitoringStackArgs } from "./args";
import { type RuleGroup, ruleGroups } from "./rules-file";

/** A service whose metrics are fetched, and the way to them. */
export interface Scraped {
  readonly target: ScrapeTarget;
  readonly path: NetworkPath;
}

/** What Amazon Managed Prometheus is to do. */
export interface PrometheusPlan {
  readonly collector: NonNullable<NonNullable<MonitoringStackArgs["aws"]>["prometheus"]>["collector"];
  readonly scraped: readonly Scraped[];
  readonly groups: readonly RuleGroup[];
}

/** Which services are scraped, and the rules that no alarm of CloudWatch stands for already: nobody is told twice. */
export function planPrometheus(args: MonitoringStackArgs, watched: readonly Monitoring[]): PrometheusPlan | undefined {
  const asked = args.aws?.prometheus;
  if (asked === undefined) return undefined;
  const scraped = watched.flatMap(({ targets, paths = [] }) =>
    targets.flatMap((target, index): Scraped[] => {
      const path = paths[index];
      return path === undefined ? [] : [{ target, path }];
    }),
  );
  const jobs = new Set(scraped.map(({ target }) => target.job));
  const sources = watched
    .filter(({ component }) => jobs.has(component))
    .flatMap(({ sources: own, cloud }) => own.map((source) => besides(source, cloud?.alarms ?? [])));
  return { collector: asked.collector, scraped, groups: ruleGroups(sources) };
}

function besides(source: RuleSource, alarms: readonly CloudAlarm[]): RuleSource {
  const told = [...new Set(alarms.map(({ alarm }) => alarm))].sort();
  return {
    ...source,
    tuning: { own: source.tuning, told },
    rules: (scope) => source.rules(scope).filter(({ alert }) => !told.includes(alert)),
  };
}

/** Name of the service that fetches the metrics. */
export function collectorName(name: string): string {
  return `${name}-collector`;
}

/** Names of the alarms and events of the collector. */
export function collectorAlerts(name: string): readonly string[] {
  const unknown = { service: "", cluster: "", clusterArn: "", serviceArn: "", group: "" };
  const { alarms, events } = ecsWatching(collectorName(name), unknown, { replicas: 1 });
  return [...alarms, ...events].map(({ alarm }) => alarm).sort();
}

/** What is wrong with Prometheus on AWS. */
export function checkPrometheus(plan: PrometheusPlan | undefined, add: (problem: Problem) => void): void {
  if (plan === undefined || plan.scraped.length > 0) return;
  add({
    path: "aws.prometheus",
    given: "Prometheus, and nothing that it could ask",
    allowed: "at least one watched service with metrics and linkable: true, under whose name its tasks are found",
    fix: "add metrics: {} and linkable: true to a service, or remove prometheus",
  });
}

/** Where the collector writes to. */
export interface Workspace {
  /** Address of the workspace, with a slash at its end. */
  readonly endpoint: string;
  readonly region: string;
}

/** The collector's configuration: it finds the tasks of each service by name, and signs what it writes. */
export function collectorConfig(scraped: readonly Scraped[], environment: string, workspace: Workspace): string {
  return stringify(
    {
      extensions: { health_check: {}, sigv4auth: { region: workspace.region, service: "aps" } },
      receivers: {
        prometheus: {
          config: {
            global: { scrape_interval: "15s" },
            scrape_configs: scraped.map(({ target }) => ({
              job_name: target.job,
              metrics_path: target.path ?? "/metrics",
              dns_sd_configs: target.addresses.map((address) => {
                const [name = "", port] = address.split(":");
                return { names: [name], type: "A", port: Number(port), refresh_interval: "15s" };
              }),
              relabel_configs: Object.entries({ ...target.labels, environment }).map(([target_label, replacement]) => ({
                target_label,
                replacement,
              })),
            })),
          },
        },
      },
      exporters: {
        prometheusremotewrite: {
          endpoint: `${workspace.endpoint}api/v1/remote_write`,
          auth: { authenticator: "sigv4auth" },
        },
      },
      service: {
        extensions: ["health_check", "sigv4auth"],
        pipelines: { metrics: { receivers: ["prometheus"], exporters: ["prometheusremotewrite"] } },
      },
    },
    { lineWidth: 0 },
  );
}

/** The routes of the alerts to the topics of their audiences, as the managed Alertmanager takes them. */
export function alertManager(
  groups: readonly RuleGroup[],
  audienceOf: NonNullable<AlertRouting["cloud"]>["audienceOf"],
  topics: Readonly<Record<string, string>>,
  region: string,
): string {
  const routes = new Map<string, object>();
  for (const { severity, team, group } of groups.flatMap(({ alerts }) => alerts)) {
    if (severity === "none") continue;
    const receiver = audienceOf({ severity, team, group }).name;
    routes.set(`${severity} ${team}`, { matchers: [`severity="${severity}"`, `team="${team}"`], receiver });
  }
  const receivers = Object.entries(topics).map(([name, topic_arn]) => ({
    name,
    sns_configs: [
      {
        topic_arn,
        sigv4: { region },
        send_resolved: true,
        subject: "{{ .Status }}: {{ .CommonLabels.alertname }} {{ .CommonLabels.service }}",
        message:
          "{{ range .Alerts }}{{ .Status }}: {{ .Annotations.summary }}\n{{ .Annotations.description }}\nRunbook: {{ .Annotations.runbook_url }}\n{{ end }}",
      },
    ],
  }));
  const alertmanager_config = stringify(
    {
      route: {
        receiver: receivers.find(({ name }) => name === "warning")?.name ?? receivers[0]?.name ?? "",
        group_by: ["alertname", "service"],
        group_wait: "30s",
        group_interval: "5m",
        repeat_interval: "4h",
        routes: [...routes.values()],
      },
      receivers,
    },
    { lineWidth: 0 },
  );
  return stringify({ alertmanager_config }, { lineWidth: 0 });
}
