import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ArgumentError } from "../../components/core/errors";
import { type Changes, ends, findings, watchedShop } from "../aws/shop-with-alerts";
import { IMAGE } from "../contract/shop";
import { describeWith } from "../lab";
import type { Program } from "../mocks/program";

jest.setTimeout(120_000);

const scraped = { metrics: { port: 9090 }, linkable: true } as const;
const withPrometheus = (changes: Changes = {}) =>
  watchedShop({ api: scraped, monitoring: { aws: { prometheus: { collector: IMAGE } } }, ...changes });

interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly { readonly alert?: string }[] }[];
}
const rulesOf = (program: Program) =>
  program.ofType("amp/ruleGroupNamespace:RuleGroupNamespace").map((each) => String(each.inputs["data"]));
interface Alerting {
  readonly route: { readonly receiver: string; readonly routes: readonly { matchers: string[]; receiver: string }[] };
  readonly receivers: readonly { readonly name: string; readonly sns_configs: readonly { topic_arn: string }[] }[];
}
const alerting = (program: Program): Alerting => {
  const { definition } = program.one(
    "amp/alertManagerDefinition:AlertManagerDefinition",
    "monitoring-prometheus",
  ).inputs;
  return parse((parse(String(definition)) as { alertmanager_config: string }).alertmanager_config) as Alerting;
};

const made = withPrometheus();

describe("Amazon Managed Prometheus", () => {
  it("is not made, and nothing is scraped, until it is asked for", async () => {
    const program = await watchedShop({ api: scraped });
    expect(program.resources.filter(({ type }) => type.startsWith("aws:amp/"))).toEqual([]);
    expect(program.ofType("ecs/service:Service").map((each) => each.name)).toEqual(["api", "worker"]);
  });

  it("has the rules of the other targets, but none that an alarm of CloudWatch stands for", async () => {
    const program = await made;
    const alerts = rulesOf(program)
      .flatMap((data) => (parse(data) as Rules).groups)
      .flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
    expect(alerts).toEqual(expect.arrayContaining(["HighErrorsPerSecond", "SLOBurnRateFast", "FailedLoginsHigh"]));
    const alarms = program.ofType("MetricAlarm").map((each) => each.name.split("-").at(-1));
    expect(alarms).toEqual(expect.arrayContaining(["HighErrorRate", "HighLatencyP95"]));
    expect(alerts.filter((each) => alarms.includes(each))).toEqual([]);
    expect(rulesOf(program).join()).not.toContain("undefined");
  });

  it("tells the topics of the routing, each alert that of its severity", async () => {
    const program = await made;
    const definition = program.one("amp/alertManagerDefinition:AlertManagerDefinition", "monitoring-prometheus");
    const topics = ends(program, definition, "definition").map((each) => each.name);
    expect(topics.sort()).toEqual(
      program
        .ofType("sns/topic:Topic")
        .map((each) => each.name)
        .sort(),
    );
    const { route, receivers } = alerting(program);
    expect(receivers.map(({ name }) => name)).toContain(route.receiver);
    for (const { matchers, receiver } of route.routes) {
      expect(matchers[0]).toBe(`severity="${receiver}"`);
      expect(receivers.map(({ name }) => name)).toContain(receiver);
    }
    expect(route.routes.length).toBeGreaterThan(2);
  });

  it("is written to by a collector that may do nothing else, and that reaches the metrics of what is scraped alone", async () => {
    const program = await made;
    expect(findings(program)).toEqual([]);
    const role = program.one("iam/rolePolicy:RolePolicy", "monitoring-collector-monitoring-prometheus");
    expect(JSON.parse(String(role.inputs["policy"]))).toMatchObject({
      Statement: [{ Action: ["aps:RemoteWrite"], Resource: ["arn:aws:mock:::monitoring-prometheus"] }],
    });
    const ways = program
      .ofType("SecurityGroupEgressRule")
      .filter((each) => ends(program, each, "securityGroupId").some(({ name }) => name === "monitoring-collector"))
      .map((each) => [each.name, each.inputs["fromPort"]]);
    expect(ways).toEqual([
      ["monitoring-collector-to-api", 9090],
      ["monitoring-collector-to-endpoints", 443],
      ["monitoring-collector-to-s3", 443],
    ]);
    const { inputs } = program.one("ecs/taskDefinition:TaskDefinition", "monitoring-collector");
    const [container] = JSON.parse(String(inputs["containerDefinitions"])) as {
      environment: { name: string; value: string }[];
    }[];
    const config = parse(container?.environment.find(({ name }) => name === "AOT_CONFIG_CONTENT")?.value ?? "") as {
      receivers: { prometheus: { config: { scrape_configs: unknown } } };
      exporters: { prometheusremotewrite: { endpoint: string } };
    };
    expect(config.receivers.prometheus.config.scrape_configs).toEqual([
      {
        job_name: "api",
        metrics_path: "/metrics",
        dns_sd_configs: [{ names: ["api.shop-test.internal"], type: "A", port: 9090, refresh_interval: "15s" }],
        relabel_configs: [
          { target_label: "service", replacement: "api" },
          { target_label: "environment", replacement: "prod" },
        ],
      },
    ]);
    expect(config.exporters.prometheusremotewrite.endpoint).toMatch(/^https:.*\/api\/v1\/remote_write$/);
    // Without the collector every rule would be silent: it is watched as any service is.
    expect(program.ofType("MetricAlarm").map((each) => each.name)).toContain(
      "monitoring-monitoring-collector-EcsTasksMissing",
    );
  });

  it("is refused when there is nothing that it could ask", async () => {
    const refused: unknown = await withPrometheus({ api: { metrics: {} } }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ArgumentError);
    expect((refused as ArgumentError).problems.map((each) => each.path)).toEqual(["aws.prometheus"]);
  });
});

describeWith(["prometheus"], "the rules and routes of Amazon Managed Prometheus", () => {
  it("are such that Prometheus and Alertmanager take them", async () => {
    const program = await made;
    const folder = mkdtempSync(join(tmpdir(), "bulwark-amp-"));
    const written = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const rules = rulesOf(program).map((data, index) => written(`${index}.yml`, data));
    expect(execFileSync("promtool", ["check", "rules", ...rules], { encoding: "utf8" })).toContain("SUCCESS");
    const routes = written("alertmanager.yml", stringify(alerting(program)));
    expect(execFileSync("amtool", ["check-config", routes], { encoding: "utf8" })).toContain("SUCCESS");
    rmSync(folder, { recursive: true });
  });
});
