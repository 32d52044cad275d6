import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { alertmanagerConfig } from "../../components/alert-routing/alertmanager";
import { resolveRouting } from "../../components/alert-routing/spec";
import { availabilityRules } from "../../components/core/availability";
import { WEEKDAYS } from "../../components/core/change-window";
import { postgresRules } from "../../components/managed-postgres/alerts";
import { selfRules } from "../../components/monitoring-stack/alerts";
import { hostRules } from "../../components/monitoring-stack/host-alerts";
import { prometheusConfig } from "../../components/monitoring-stack/prometheus";
import { ruleGroups, rulesFile } from "../../components/monitoring-stack/rules-file";
import { describeWith } from "../lab";
import { vpc } from "../routing/fixture";

/** Each notification that arrived, by receiver, and when. */
interface Arrival {
  readonly receiver: string;
  readonly at: number;
  readonly alert: string;
  readonly status: string;
}

describeWith(["prometheus"], "a real Prometheus and Alertmanager", () => {
  const folder = mkdtempSync(join(tmpdir(), "paging-"));
  const arrivals: Arrival[] = [];
  const running: ChildProcess[] = [];
  const servers: Server[] = [];
  /** What the exporter says. */
  let database = 1;
  let free = 50;

  const listen = async (server: Server) => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  };
  const freePort = async () => {
    const probe = createServer();
    const port = await new Promise<number>((resolve) =>
      probe.listen(0, "127.0.0.1", () => resolve((probe.address() as AddressInfo).port)),
    );
    await new Promise((resolve) => probe.close(resolve));
    return port;
  };
  const start = (program: string, args: readonly string[]) => {
    const log = openSync(join(folder, `${program}.log`), "w");
    const child = spawn(program, [...args], { cwd: folder, stdio: ["ignore", log, log] });
    running.push(child);
  };
  const logs = () =>
    ["prometheus", "prometheus-alertmanager"]
      .map((program) => readFileSync(join(folder, `${program}.log`), "utf8").slice(-1500))
      .join("\n");
  const arrived = (receiver: string, alert: string, status = "firing") =>
    arrivals.filter((each) => each.receiver === receiver && each.alert === alert && each.status === status);
  const until = async (what: string, found: () => boolean, most: number) => {
    const begin = Date.now();
    while (!found()) {
      if (Date.now() - begin > most * 1000)
        throw new Error(`not within ${most} s: ${what}\n${JSON.stringify(arrivals)}\n${logs()}`);
      await sleep(250);
    }
    return (Date.now() - begin) / 1000;
  };

  beforeAll(async () => {
    const sink = await listen(
      createServer((request, response) => {
        let body = "";
        request.on("data", (chunk) => {
          body += chunk;
        });
        request.on("end", () => {
          const message = JSON.parse(body) as {
            status: string;
            alerts: { status: string; labels: { alertname: string } }[];
          };
          for (const each of message.alerts) {
            arrivals.push({
              receiver: (request.url ?? "").slice(1),
              at: Date.now(),
              alert: each.labels.alertname,
              status: each.status,
            });
          }
          response.end();
        });
      }),
    );
    const exporter = await listen(
      createServer((_, response) => {
        response.end(
          [
            `pg_up ${database}`,
            `node_filesystem_avail_bytes{device="/dev/sdb",fstype="ext4",mountpoint="/srv"} ${free}`,
            'node_filesystem_size_bytes{device="/dev/sdb",fstype="ext4",mountpoint="/srv"} 100',
            'container_last_seen{name="db"} 1',
            "",
          ].join("\n"),
        );
      }),
    );
    const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()];
    const always = { name: "always", days: WEEKDAYS, from: "00:00", to: "24:00" } as const;
    const routing = resolveRouting("alerts", {
      vpc,
      receivers: Object.fromEntries(
        ["pager", "chat", "second", "heartbeat"].map((name) => [name, { kind: "webhook", url: "in a file" } as const]),
      ),
      routes: [
        { severity: "critical", receivers: ["pager"] },
        { severity: "warning", receivers: ["chat"] },
      ],
      default: "chat",
      selfMonitoring: { receivers: ["second"] },
      heartbeat: { receiver: "heartbeat", every: "5 seconds" },
      mute: [{ window: always }],
    });
    // Debian 12's Alertmanager is older than url_file; the files' contents stand in its place.
    const readable = alertmanagerConfig(routing).replace(
      /url_file: \/run\/secrets\/alert-(\w+)/g,
      (_, name: string) => `url: http://127.0.0.1:${sink}/${name}`,
    );
    writeFileSync(join(folder, "alertmanager.yml"), readable);
    const groups = ruleGroups([
      // Shortened waits; the promised ones are tried on the running stack (test/compose/monitoring.test.ts).
      postgresRules("db", { PostgresDown: { for: "5 seconds" } }),
      selfRules({ ContainerMetricsMissing: { enabled: false } }),
      hostRules({ HostDiskSpaceLow: { for: "3 seconds" }, HostDiskSpaceCritical: { for: "3 seconds" } }),
      availabilityRules(["db"]),
    ]);
    for (const group of groups) {
      writeFileSync(
        join(folder, `${group.name}.rules.yml`),
        rulesFile(group, { runbooks: "docs/runbooks", grafana: "" }),
      );
    }
    writeFileSync(
      join(folder, "prometheus.yml"),
      prometheusConfig({
        interval: 1,
        environment: "prod",
        targets: [{ job: "db", addresses: [`127.0.0.1:${exporter}`] }],
        probes: [],
        alertmanager: { address: `127.0.0.1:${alertmanagerPort}`, prefix: "" },
        blackbox: "127.0.0.1:1",
        rules: join(folder, "*.rules.yml"),
      }),
    );
    start("prometheus-alertmanager", [
      "--config.file=alertmanager.yml",
      `--storage.path=${join(folder, "alertmanager")}`,
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      "--cluster.listen-address=",
    ]);
    start("prometheus", [
      "--config.file=prometheus.yml",
      `--storage.tsdb.path=${join(folder, "tsdb")}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      // What fires before Alertmanager was found is sent again after this time, not after a minute.
      "--rules.alert.resend-delay=5s",
    ]);
    await until("the first heartbeat", () => arrived("heartbeat", "Watchdog").length > 0, 60);
  }, 120_000);

  afterAll(async () => {
    for (const child of running) child.kill("SIGTERM");
    await sleep(500);
    for (const child of running) if (child.exitCode === null) child.kill("SIGKILL");
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("pages when the database stops, in the time that the rule promises, and says when it is over", async () => {
    database = 0;
    // For 5 s, a scrape and an evaluation of 1 s each, and 10 s in which Alertmanager waits for company.
    const after = await until("the page", () => arrived("pager", "PostgresDown").length > 0, 40);
    expect(after).toBeGreaterThanOrEqual(15);
    expect(arrived("chat", "PostgresDown")).toEqual([]);
    database = 1;
    await until("the all-clear", () => arrived("pager", "PostgresDown", "resolved").length > 0, 45);
  }, 160_000);

  it("holds back a warning in a change window; the critical alert of the same disk still pages", async () => {
    free = 10;
    await sleep(20_000);
    expect(arrived("chat", "HostDiskSpaceLow")).toEqual([]);
    free = 3;
    await until("the page", () => arrived("pager", "HostDiskSpaceCritical").length > 0, 60);
    expect(arrived("chat", "HostDiskSpaceLow")).toEqual([]);
  }, 120_000);

  it("has heard the heartbeat all the time, window or not", () => {
    const beats = arrived("heartbeat", "Watchdog").map((each) => each.at);
    const gaps = beats.slice(1).map((at, index) => at - (beats[index] ?? at));
    expect(beats.length).toBeGreaterThan(5);
    expect(Math.max(...gaps)).toBeLessThan(20_000);
    expect(arrivals.filter((each) => each.alert === "Watchdog" && each.receiver !== "heartbeat")).toEqual([]);
  });
});
