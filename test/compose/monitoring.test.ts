import { statSync } from "node:fs";
import { describeWith, part } from "../lab";
import { ask } from "./edge-client";
import { DevHost, PARTS, run, until } from "./host";
import { SmallDisk } from "./small-disk";
import { Webhooks } from "./webhooks";

jest.setTimeout(480_000);

/** Parts whose images only a registry has; their configuration is checked elsewhere. The runner of the backups has tests of its own. */
const LEFT_OUT = {
  services: ["alloy", "backups", "cadvisor", "grafana", "jaeger", "loki"],
  jobs: ["alloy", "backups", "cadvisor", "loki"],
};
const ALWAYS = {
  name: "always",
  days: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
  from: "00:00",
  to: "24:00",
};

interface Target {
  readonly labels: { readonly job: string; readonly instance: string };
  readonly health: string;
  readonly lastError: string;
}

describeWith(
  [...PARTS, "image-monitoring", "image-collector"],
  `the watched dev stack on a real Docker host, without alloy, cadvisor, grafana, jaeger, loki (their images come from registries)`,
  () => {
    const host = new DevHost({ name: "watched", http: 28_180, https: 28_543 });
    const webhooks = new Webhooks();
    let disk: SmallDisk;
    let stopped = 0;

    beforeAll(async () => {
      disk = new SmallDisk();
      const { out } = await run("docker", ["network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Gateway}}"]);
      const address = await webhooks.listen(out.trim());
      const socket = socketOfDaemon();
      const info = await run("docker", ["info", "-f", "{{.DockerRootDir}}"]);
      host.set("cpus", 4);
      host.set("memory", "16 GiB");
      host.set("monitoring", {
        domain: "monitoring.localhost",
        chatUrl: `${address}/chat`,
        secondUrl: `${address}/second`,
        heartbeatUrl: `${address}/heartbeat`,
        heartbeatEvery: "5 seconds",
        interval: "5 seconds",
        packages: "debian",
        mute: [ALWAYS],
        host: {
          dockerSocket: socket,
          dockerGroup: statSync(socket).gid,
          dockerData: info.out.trim(),
        },
        // The disk's alerts are promised after 15 and 5 minutes.
        tuning: { host: { HostDiskSpaceLow: { for: "10 seconds" }, HostDiskSpaceCritical: { for: "10 seconds" } } },
      });
      expect(await host.render()).toMatchObject({ code: 0 });
      const all = (await host.compose("config", "--services")).out.trim().split("\n");
      const started = all.filter(
        (service) => !LEFT_OUT.services.some((each) => service.replace(/-files$/, "") === each),
      );
      const up = await host.compose("up", "-d", "--wait", "--wait-timeout", "360", ...started);
      if (up.code !== 0) {
        const { out } = await host.compose("logs", "--no-color", "--tail", "15");
        throw new Error(`docker compose up ended with ${up.code}\n${up.err.slice(-2000)}\n${out.slice(-3000)}`);
      }
    });

    afterAll(async () => {
      await host.remove();
      webhooks.close();
      disk?.remove();
    });

    const api = async <T>(path: string): Promise<T> => {
      const { out } = await host.exec(
        "prometheus",
        "wget",
        "-q",
        "-O",
        "-",
        `http://127.0.0.1:9090/prometheus/api/v1/${path}`,
      );
      return (out === "" ? {} : (JSON.parse(out) as { data: T }).data) as T;
    };
    const query = async (expr: string) =>
      (
        await api<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
          `query?query=${encodeURIComponent(expr)}`,
        )
      ).result;

    it("scrapes every target with success", async () => {
      const seen = await until(
        60,
        async () => (await api<{ activeTargets: Target[] }>("targets")).activeTargets,
        (targets) =>
          targets.filter((each) => !LEFT_OUT.jobs.includes(each.labels.job)).every((each) => each.health === "up"),
      );
      const jobs = new Set(seen.map((each) => each.labels.job));
      for (const job of ["db", "cache", "node", "auth-service", "blackbox-recordings", "prometheus", "alertmanager"]) {
        expect(jobs).toContain(job);
      }
      expect(await query("pg_up == 1")).toHaveLength(1);
      expect(await query("redis_up == 1")).toHaveLength(1);
      expect(await query("probe_success == 0")).toEqual([]);
    });

    it("knows how old the image of each container is (MS-40)", async () => {
      const ages = await until(
        30,
        () => query("time() - bulwark_image_created_timestamp_seconds"),
        (found) => found.length > 0,
      );
      // The first look comes before the last container has started.
      expect(ages.map((each) => each.metric["name"])).toContain(host.container("docker-gateway"));
      for (const each of ages) expect(Number(each.value[1])).toBeGreaterThan(0);
    });

    it("lets nobody do more with Docker than read what the agents need", async () => {
      const status = async (method: string, path: string) => {
        const { out } = await host.exec(
          "image-age",
          "curl",
          "-s",
          "--path-as-is",
          "-o",
          "/dev/null",
          "-w",
          "%{http_code}",
          "-X",
          method,
          `http://docker-gateway:2375${path}`,
        );
        return `${method} ${path} ${out}`;
      };
      const db = host.container("db");
      for (const path of [
        "/_ping",
        "/v1.41/info",
        "/v1.41/containers/json?all=1",
        `/containers/${db}/json`,
        "/networks",
      ]) {
        expect(await status("GET", path)).toBe(`GET ${path} 200`);
      }
      for (const [method, path] of [
        ["POST", "/v1.41/containers/create"],
        ["POST", `/containers/${db}/stop`],
        ["POST", `/containers/${db}/exec`],
        ["DELETE", `/containers/${db}`],
        ["GET", `/containers/${db}/archive?path=/run/secrets`],
        ["GET", `/containers/${db}/export`],
        ["GET", `/containers/json/../${db}/export`],
        ["GET", `/containers/${db}/export/%2e%2e/json`],
        ["GET", `/containers/${db}%2fexport?x=/json`],
        ["GET", "/secrets"],
        ["GET", "/volumes"],
        ["PUT", "/containers/json"],
      ] as const) {
        expect(await status(method, path)).toBe(`${method} ${path} 403`);
      }
    });

    it("shows its pages to nobody without the login", async () => {
      const page = (authorization?: string) =>
        ask(host, {
          path: "/prometheus/-/healthy",
          domain: "monitoring.localhost",
          ...(authorization === undefined ? {} : { headers: { authorization } }),
        });
      const [, password] =
        Object.entries(host.secrets()).find(([urn]) => urn.endsWith("monitoring-login-password")) ?? [];
      expect((await page()).status).toBe(401);
      expect((await page(`Basic ${Buffer.from("admin:wrong").toString("base64")}`)).status).toBe(401);
      expect((await page(`Basic ${Buffer.from(`admin:${password}`).toString("base64")}`)).status).toBe(200);
    });

    it("sends the heartbeat from the start", async () => {
      await until(
        90,
        async () => webhooks.of("heartbeat", "Watchdog").length,
        (beats) => beats > 0,
      );
      expect(await host.compose("stop", "--timeout", "20", "db")).toMatchObject({ code: 0 });
      stopped = Date.now();
    });

    it("holds the warning of a filling disk back in a change window, and pages when it is almost full", async () => {
      disk.fillTo(10);
      const [low] = await until(
        60,
        () => query('{__name__=~"ALERTS|node_filesystem_(avail_bytes|device_error)",mountpoint!="/"}'),
        (found) => found.some((each) => isFiring(each.metric, "HostDiskSpaceLow", disk.mountpoint)),
      ).then((found) => found.filter((each) => isFiring(each.metric, "HostDiskSpaceLow", disk.mountpoint)));
      expect(low?.metric).toMatchObject({ severity: "warning", fstype: "ext4" });
      // Long enough for Alertmanager to have sent it, were it not for the window: it waits ten seconds for company.
      await new Promise((resolve) => setTimeout(resolve, 20_000));
      disk.fillTo(3);
      // Other tests may fill disks of their own meanwhile.
      const told = (alert: string) =>
        webhooks.of("chat", alert).filter((each) => each.labels["mountpoint"] === disk.mountpoint);
      const [page] = await until(
        60,
        async () => told("HostDiskSpaceCritical"),
        (found) => found.length > 0,
      );
      expect(page?.labels).toMatchObject({ severity: "critical", environment: "dev" });
      expect(told("HostDiskSpaceLow")).toEqual([]);
    });

    it("pages when the database stops, in the time that the rule promises, and says when it is over", async () => {
      // For 60 s, a scrape and an evaluation of 5 s each, and 10 s in which Alertmanager waits for company.
      const [page] = await until(
        Math.max(1, 95 - (Date.now() - stopped) / 1000),
        async () => webhooks.of("chat", "PostgresDown"),
        (found) => found.length > 0,
      );
      const after = ((page?.at ?? 0) - stopped) / 1000;
      expect(after).toBeGreaterThanOrEqual(55);
      expect(after).toBeLessThanOrEqual(95);
      expect(page?.labels).toMatchObject({ severity: "critical", team: "data" });
      expect(await host.compose("start", "db")).toMatchObject({ code: 0 });
      await until(
        60,
        async () => webhooks.of("chat", "PostgresDown", "resolved"),
        (found) => found.length > 0,
      );
    });

    it("has heard the heartbeat all the time, window or not, and at its receiver only", () => {
      expect(webhooks.of("heartbeat", "Watchdog").length).toBeGreaterThan(10);
      expect(webhooks.longestGap("heartbeat", "Watchdog")).toBeLessThan(15);
      expect(webhooks.arrivals.filter((each) => each.alert === "Watchdog" && each.receiver !== "heartbeat")).toEqual(
        [],
      );
    });
  },
);

function isFiring(labels: Readonly<Record<string, string>>, alert: string, mountpoint: string): boolean {
  return labels["alertname"] === alert && labels["alertstate"] === "firing" && labels["mountpoint"] === mountpoint;
}

function socketOfDaemon(): string {
  const docker = part("docker");
  const address = docker.present ? (docker.env?.["DOCKER_HOST"] ?? "") : "";
  return address.replace("unix://", "") || "/var/run/docker.sock";
}
