import { parse } from "yaml";
import {
  AlertRouting,
  ManagedPostgres,
  MonitoringStack,
  type MonitoringStackArgs,
  RedisCache,
  ServiceDeployment,
  SLO_PROFILES,
  StorageBucket,
  SurveillanceVpc,
} from "../../components";
import { IMAGES, IMAGES_CHECKED } from "../../components/monitoring-stack/images";
import { ComposeHost } from "../../components/targets/compose-host";
import { generatedPassword } from "../mocks/outputs";
import { type Program, refused, withMocks } from "../mocks/program";

let seen: Program["resources"] = [];

const make = (changes: Partial<MonitoringStackArgs> = {}) => {
  const target = new ComposeHost("host", { environment: "dev", cpus: 8, memory: "16 GiB" });
  const vpc = new SurveillanceVpc("network", { target });
  const db = new ManagedPostgres("db", { vpc, databases: { orders: {} }, memory: "1 GiB", cpus: 1, storage: "10 GiB" });
  const cache = new RedisCache("cache", { vpc, purpose: "cache", memory: "256 MiB", cpus: 0.5 });
  const files = new StorageBucket("files", { vpc, storage: "10 GiB" });
  const api = new ServiceDeployment("api", {
    vpc,
    metrics: {},
    image: "r.example.com/api:1.0.0",
    cpus: 0.5,
    routes: [{ host: "shop.example.com", path: "/" }],
    slo: SLO_PROFILES.auth,
  });
  const routing = new AlertRouting("alerts", {
    vpc,
    receivers: {
      pager: { kind: "webhook", url: "https://hooks.example.com/canary-token" },
      chat: { kind: "webhook", url: "https://hooks.example.com/other" },
    },
    routes: [{ severity: "critical", receivers: ["pager"] }],
    default: "chat",
    selfMonitoring: { receivers: ["chat"] },
  });
  return new MonitoringStack("monitoring", {
    vpc,
    watches: [vpc, db, cache, files, api],
    routing,
    domain: "monitoring.example.com",
    ...changes,
  });
};

const container = (name: string) => {
  const found = seen.find((each) => each.type === "docker:index/container:Container" && each.name === name);
  if (found === undefined) throw new Error(`no container ${name}: ${seen.map((each) => each.name).join(", ")}`);
  return found.inputs;
};
const networksOf = (name: string) =>
  (container(name)["networksAdvanced"] as { name: string }[]).map((each) => each.name.replace("shop-test-", ""));
/** Files of a carrier, by the path that the consumer sees. */
const filesOf = (name: string) => {
  const inputs = container(`${name}-files`);
  const uploads = inputs["uploads"] as { file: string; content: string }[];
  const command = String((inputs["command"] as string[])[0]);
  return Object.fromEntries(
    uploads.map(({ file, content }) => {
      const to = new RegExp(`cp ${file} /out(\\S+)\\.new`).exec(command)?.[1] ?? file;
      return [to, content];
    }),
  );
};

describe("MonitoringStack on compose", () => {
  beforeAll(async () => {
    const program = await withMocks(() => void make());
    seen = program.resources;
  });

  it("runs each part locked down, and publishes no port", () => {
    for (const name of [
      "prometheus",
      "alertmanager",
      "grafana",
      "loki",
      "jaeger",
      "blackbox-exporter",
      "db-exporter",
      "cache-exporter",
      "node-exporter",
      "alloy",
    ]) {
      const inputs = container(name);
      expect({ name, readOnly: inputs["readOnly"], drops: inputs["capabilities"], ports: inputs["ports"] }).toEqual({
        name,
        readOnly: true,
        drops: { drops: ["ALL"] },
        ports: undefined,
      });
      expect(String(inputs["user"])).not.toMatch(/^(0|root)/);
    }
  });

  it("shows the host to three agents only, read-only, and Docker's socket to its gateway alone", () => {
    const binds = seen.flatMap(({ name, inputs }) =>
      ((inputs["mounts"] ?? []) as { type: string; source: string; readOnly: boolean }[])
        .filter((mount) => mount.type === "bind")
        .map((mount) => `${name} ${mount.source} ${mount.readOnly ? "read-only" : "writable"}`),
    );
    expect(binds.sort()).toEqual([
      "cadvisor /sys read-only",
      "cadvisor /var/lib/docker/image read-only",
      "docker-gateway /var/run/docker.sock read-only",
      "node-exporter / read-only",
    ]);
    expect(networksOf("docker-gateway")).toEqual(["monitoring-docker"]);
    const near = seen.filter(({ inputs }) =>
      JSON.stringify(inputs["networksAdvanced"] ?? []).includes("monitoring-docker"),
    );
    expect(near.map((each) => each.name).sort()).toEqual(["alloy", "cadvisor", "docker-gateway", "image-age"]);
  });

  it("loads the alerts of hosts and containers, those of them that something measures", () => {
    const files = filesOf("prometheus");
    const host = files["/etc/bulwark/rules/host.yml"] ?? "";
    expect(host).toContain("alert: HostDiskSpaceCritical");
    for (const alert of ["HostSystemdUnitFailed", "HostSecurityUpdatesPending"]) expect(host).not.toContain(alert);
    expect(files["/etc/bulwark/rules/container.yml"]).toContain("alert: ContainerMissing");
    expect(files["/etc/bulwark/rules/monitoring.yml"]).toContain("alert: ContainerMetricsMissing");
  });

  it("asks the edge for every host name of a route, and looks at its certificate", () => {
    const { scrape_configs } = parse(filesOf("prometheus")["/etc/bulwark/prometheus.yml"] ?? "") as {
      scrape_configs: {
        job_name: string;
        params?: object;
        static_configs: { targets: string[] }[];
        relabel_configs?: object[];
      }[];
    };
    const probe = scrape_configs.find((each) => each.job_name === "blackbox-network");
    expect(probe?.params).toEqual({ module: ["edge_internal"] });
    expect(probe?.static_configs[0]?.targets).toEqual(["monitoring.example.com", "shop.example.com"]);
    expect(probe?.relabel_configs).toContainEqual({
      target_label: "__param_target",
      replacement: "https://network-proxy/",
    });
    // The edge's own authority renews within hours: its certificates are no news, and the others' are.
    const rules = filesOf("prometheus")["/etc/bulwark/rules/endpoint.yml"] ?? "";
    expect(rules).toContain('probe_ssl_earliest_cert_expiry{job=~"blackbox-files"}');
    expect(rules).not.toMatch(/cert_expiry\{job=~"[^"]*blackbox-network/);
  });

  it("sends the logs of this project alone to Loki, in the streams that have retentions", () => {
    const config = filesOf("alloy")["/etc/bulwark/config.alloy"] ?? "";
    expect(config).toContain('values = ["com.docker.compose.project=shop-test"]');
    expect(config).toContain('url = "http://loki:3100/loki/api/v1/push"');
    for (const stream of ["audit", "security"]) {
      expect(config).toContain(stream);
      expect(filesOf("loki")["/etc/bulwark/loki.yml"]).toContain(`{stream="${stream}"}`);
    }
  });

  it("lets each exporter into the network of its own server only, and Prometheus into none of a store", () => {
    expect(networksOf("db-exporter").sort()).toEqual(["db", "monitoring"]);
    expect(networksOf("cache-exporter").sort()).toEqual(["cache", "monitoring"]);
    expect(networksOf("blackbox-exporter").sort()).toEqual(["files", "monitoring", "network-edge"]);
    expect(networksOf("prometheus").sort()).toEqual(["api", "monitoring", "network-edge"]);
    expect(networksOf("loki")).toEqual(["monitoring"]);
  });

  it("scrapes every watched component and itself, and alerts when one of them is missing", () => {
    const files = filesOf("prometheus");
    const config = files["/etc/bulwark/prometheus.yml"] ?? "";
    const jobs = [...config.matchAll(/job_name: (\S+)/g)].map((match) => match[1]).sort();
    expect(jobs).toEqual([
      "alertmanager",
      "alloy",
      "api",
      "blackbox-files",
      "blackbox-network",
      "cache",
      "cadvisor",
      "db",
      "loki",
      "node",
      "prometheus",
    ]);
    const absent = [...(files["/etc/bulwark/rules/availability.yml"] ?? "").matchAll(/absent\(up\{job="([^"]+)"/g)];
    expect(absent.map((match) => match[1]).sort()).toEqual(jobs);
    expect(config).toContain("api-1:8000");
    expect(config).toContain("service: api");
    expect(files["/etc/bulwark/rules/service.yml"]).toContain("14.4 * 0.0005");
  });

  it("gives exporters a user that may read statistics only", () => {
    expect(container("db-exporter")["envs"]).toContain("DATA_SOURCE_USER=bulwark_monitor");
    expect(container("cache-exporter")["envs"]).toContain("REDIS_USER=monitor");
    const sql = filesOf("db-provision")["/run/secrets/provision.sql"] ?? "";
    expect(sql).toContain("GRANT pg_monitor TO bulwark_monitor;");
    expect(sql).toContain("GRANT CONNECT ON DATABASE orders TO bulwark_monitor;");
    expect(sql).not.toMatch(/GRANT (USAGE|SELECT|TEMPORARY)[^;]* TO [^;]*bulwark_monitor/);
    const acl = filesOf("cache")["/run/secrets/users.acl"] ?? "";
    expect(acl).toMatch(/^user monitor on #[0-9a-f]{64} resetkeys resetchannels -@all /m);
  });

  it("serves pages only through the edge: with a login, under their own paths", () => {
    const caddy = filesOf("network-proxy")["/etc/bulwark/Caddyfile"] ?? "";
    for (const page of ["prometheus", "alertmanager", "jaeger"]) {
      const block = new RegExp(`path /${page} /${page}/\\*\\n[\\s\\S]*?reverse_proxy ${page}:`).exec(caddy)?.[0] ?? "";
      const hash = /basicauth \{\n\s+admin (\$2b\$04\$\S{53})\n/.exec(block)?.[1] ?? "";
      expect(
        (require("bcryptjs") as { compareSync(password: string, hash: string): boolean }).compareSync(
          generatedPassword("monitoring-login-password"),
          hash,
        ),
      ).toBe(true);
    }
    expect(caddy).toContain("reverse_proxy grafana:3000");
    const grafana = container("grafana")["envs"] as string[];
    expect(grafana).toContain("GF_AUTH_ANONYMOUS_ENABLED=false");
    expect(grafana).toContain("GF_SERVER_ROOT_URL=https://monitoring.example.com/grafana/");
    expect(filesOf("grafana")["/run/secrets/admin-password"]).toBe(generatedPassword("monitoring-grafana-password"));
  });

  it("keeps secrets in files, away from variables, commands and labels", () => {
    expect(filesOf("alertmanager")["/run/secrets/alert-pager"]).toContain("canary-token");
    for (const { inputs } of seen) {
      const { uploads: _, ...rest } = inputs;
      expect(JSON.stringify(rest)).not.toContain("canary-token");
      expect(JSON.stringify(rest)).not.toContain(generatedPassword(""));
    }
  });

  it("says in the plan which alerts belong to which component", () => {
    const inputs = seen.find((each) => each.type === "bulwark:index:MonitoringStack")?.inputs;
    const alerts = inputs?.["alerts"] as string[];
    expect(alerts.find((line) => line.startsWith("db: "))).toContain("PostgresDown");
    expect(alerts.find((line) => line.startsWith("api: "))).toContain("SLOBurnRateFast");
    expect(alerts.find((line) => line.startsWith("stack: "))).toContain("Watchdog");
    expect(alerts.find((line) => line.startsWith("network: "))).toBe("network: EndpointDown, EndpointSlow");
    expect(inputs?.["watches"]).toEqual(["network", "db", "cache", "files", "api"]);
  });
});

const wrong = <T>(value: unknown): T => value as T;
const alert = (changes: object) => ({
  alerts: {
    QueueTooLong: {
      expr: "queue_length > 5",
      for: "5 minutes" as const,
      severity: "warning" as const,
      team: "app",
      summary: "s",
      description: "d",
      ...changes,
    },
  },
});

describe("bad monitoring", () => {
  const cases: readonly [title: string, changes: Partial<MonitoringStackArgs>, path: string, text: string][] = [
    ["PromQL that does not parse", alert({ expr: "rate(x[5m]) >" }), "alerts.QueueTooLong.expr", "cannot be read"],
    [
      "a function that does not exist",
      alert({ expr: "rats(x[5m]) > 1" }),
      "alerts.QueueTooLong.expr",
      "cannot be read",
    ],
    ["a rate over a single moment", alert({ expr: "rate(x) > 1" }), "alerts.QueueTooLong.expr", "needs a range"],
    ["an alert for a team without a route", alert({ team: "ap" }), "alerts.QueueTooLong.team", "use app"],
    [
      "an alert with a name that is taken",
      { alerts: { PostgresDown: alert({}).alerts.QueueTooLong } },
      "alerts.PostgresDown",
      "exists",
    ],
    ["a heartbeat of the user's own", alert({ severity: wrong("none") }), "alerts.QueueTooLong.severity", "critical"],
    ["something that cannot be watched", { watches: [wrong({})] }, "watches.0", "watched"],
    [
      "a change to an alert that does not exist",
      { tuning: { host: wrong({ HostDiskSpaceLo: { percent: 10 } }) } },
      "tuning.host.HostDiskSpaceLo",
      "use HostDiskSpaceLow",
    ],
    [
      "a threshold that the alert does not have",
      { tuning: { host: { HostDiskSpaceLow: wrong({ percents: 10 }) } } },
      "tuning.host.HostDiskSpaceLow.percents",
      "use percent",
    ],
    [
      "a wait that is no duration",
      { tuning: { self: { Watchdog: { for: wrong("5m") } } } },
      "tuning.self.Watchdog.for",
      "5 minutes",
    ],
    ["a folder of the host that is not absolute", { host: { dockerData: "docker" } }, "host.dockerData", "absolute"],
    ["retention without a unit", { retention: { time: wrong("15") } }, "retention.time", "days"],
    [
      "an image that floats",
      { images: { grafana: { reference: "grafana/grafana:latest", user: "1:1" } } },
      "images.grafana.reference",
      "fixed tag",
    ],
  ];

  it.each(cases)("%s is one clear error, and nothing is registered", async (_, changes, path, text) => {
    const { problems, message } = await refused(() => make(changes));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(message).toContain(text);
  });

  it("watching a component whose alerts were all switched off is refused", async () => {
    const { message } = await refused(() => {
      const target = new ComposeHost("host", { environment: "dev", cpus: 8, memory: "16 GiB" });
      const vpc = new SurveillanceVpc("network", { target });
      const silent = { monitoring: { component: "silent", targets: [], sources: [], dashboards: [] } };
      const routing = wrong<MonitoringStackArgs["routing"]>({ configuration: "", teams: ["app"], secrets: [] });
      new MonitoringStack("m", { vpc, watches: [silent], routing, domain: "m.example.com" });
    });
    expect(message).toMatch(/no alert/);
  });
});

describe("images", () => {
  it("are pinned, and their table was looked through within half a year", () => {
    for (const image of Object.values(IMAGES)) expect(image.reference).toMatch(/^[a-z0-9.]+\/[\w./-]+:v?\d+\.\d+/);
    const age = (Date.now() - Date.parse(IMAGES_CHECKED)) / 86_400_000;
    expect(age).toBeLessThan(180);
  });
});
