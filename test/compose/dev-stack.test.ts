import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../lab";
import { ask, handshake, load } from "./edge-client";
import { DevHost, PARTS, run, until } from "./host";

jest.setTimeout(300_000);

const STORES = ["database", "cache", "objects"] as const;
const HEADERS = {
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "x-xss-protection": "1; mode=block",
};

describeWith(PARTS, "the dev stack on a real Docker host", () => {
  let host: DevHost;

  beforeAll(async () => {
    host = new DevHost();
    expect(await host.render()).toMatchObject({ code: 0 });
    const up = await host.compose("up", "-d", "--wait", "--wait-timeout", "240");
    if (up.code !== 0) throw new Error(`docker compose up ended with ${up.code}\n${up.err}\n${await logs(host)}`);
  });

  afterAll(async () => {
    await host?.remove();
  });

  const roundtrip = async () => {
    const answer = await ask(host, { path: "/auth/roundtrip", method: "POST" });
    return { status: answer.status, body: JSON.parse(answer.body) as Record<string, { linked: boolean; ok: boolean }> };
  };

  it("comes up with every server healthy and every one-shot ended with 0", async () => {
    const { out } = await host.compose("ps", "--all", "--format", "json");
    const states = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { Service: string; State: string; Health: string; ExitCode: number });
    expect(states.length).toBeGreaterThanOrEqual(20);
    for (const state of states) {
      const ended = state.State === "exited" && state.ExitCode === 0;
      const serving = state.State === "running" && (state.Health === "" || state.Health === "healthy");
      expect({ ...state, good: ended || serving }).toMatchObject({ good: true });
    }
  });

  it("writes to and reads from PostgreSQL, Redis and S3 over TLS through the edge", async () => {
    const { status, body } = await roundtrip();
    expect(body).toMatchObject(Object.fromEntries(STORES.map((store) => [store, { linked: true, ok: true }])));
    expect(status).toBe(200);
  });

  it("publishes no port but the edge's (VPC-08, VPC-14)", async () => {
    const published = (await host.containers())
      .filter((each) => Object.keys(each.HostConfig.PortBindings ?? {}).length > 0)
      .map((each) => each.Name);
    expect(published).toEqual([`/${host.container("network-proxy")}`]);
  });

  it("opens no path to the database without a link, neither by name nor by address", async () => {
    const db = await host.inspect("db");
    const address = db.NetworkSettings.Networks[`${host.prefix}-db`]?.IPAddress ?? "";
    expect(address).not.toBe("");
    const { out } = await run("docker", [
      "image",
      "ls",
      "--format",
      "{{.Repository}}:{{.Tag}}",
      "localhost/bulwark/tools",
    ]);
    const image = out.trim().split("\n")[0] as string;
    const connects = async (network: string, target: string) => {
      const { code } = await run("docker", [
        "run",
        "--rm",
        "--network",
        `${host.prefix}-${network}`,
        "--entrypoint",
        "timeout",
        image,
        "3",
        "bash",
        "-c",
        `</dev/tcp/${target}/5432`,
      ]);
      return code === 0;
    };
    expect(await connects("db", "db")).toBe(true);
    expect(await connects("db", address)).toBe(true);
    for (const network of ["network-edge", "network-egress", "network-public", "cache", "recordings"]) {
      for (const target of ["db", address]) {
        expect({ network, target, connects: await connects(network, target) }).toMatchObject({ connects: false });
      }
    }
  });

  it("speaks TLS 1.2 and 1.3, refuses 1.1 (SEC-01, POL-05)", async () => {
    expect(await handshake(host, "TLSv1.2")).toBe("TLSv1.2");
    expect(await handshake(host, "TLSv1.3")).toBe("TLSv1.3");
    expect(await handshake(host, "TLSv1.1")).toMatch(/^refused/);
  });

  it("sends the security headers with every answer, errors too (SEC-02)", async () => {
    for (const path of ["/version", "/auth/version", "/auth/no-such-page"]) {
      expect((await ask(host, { path })).headers).toMatchObject(HEADERS);
    }
    const redirect = await ask(host, { path: "/version?x=1", plain: true });
    expect(redirect).toMatchObject({
      status: 308,
      headers: { ...HEADERS, location: `https://${host.domain}:${host.https}/version?x=1` },
    });
  });

  it("shows no secret in any container's environment, command or label", async () => {
    const secrets = Object.values(host.secrets());
    expect(secrets.length).toBeGreaterThanOrEqual(6);
    const inspected = JSON.stringify(await host.containers());
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThanOrEqual(32);
      expect(inspected.includes(secret)).toBe(false);
    }
  });

  it("runs every container locked down", async () => {
    for (const each of await host.containers()) {
      const own = each.HostConfig;
      expect({
        name: each.Name,
        drop: own.CapDrop,
        security: own.SecurityOpt,
        readOnly: own.ReadonlyRootfs,
      }).toMatchObject({
        drop: ["ALL"],
        security: ["no-new-privileges:true"],
        readOnly: true,
      });
      expect(own.Memory).toBeGreaterThan(0);
      expect(own.MemorySwap).toBe(own.Memory);
      const root = each.Config.User.startsWith("0");
      if (root) expect(Object.keys(each.NetworkSettings.Networks)).toEqual(["none"]);
    }
  });

  it("gives each role what it was granted and nothing more (PG-11, SEC-15)", async () => {
    const sql = (statement: string) =>
      host.exec("db", "psql", "-h", "/run/postgresql", "-U", "postgres", "-d", "smartoffice_prod", "-Atc", statement);
    const { out } = await sql(
      "SELECT rolname FROM pg_roles WHERE rolcanlogin AND (rolsuper OR rolcreaterole OR rolcreatedb)",
    );
    expect(out.trim()).toBe("postgres");
    expect(
      (await sql("SELECT count(*) FROM pg_hba_file_rules WHERE type = 'host' AND auth_method <> 'reject'")).out.trim(),
    ).toBe("0");
    expect(
      (
        await sql(
          "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL",
        )
      ).out.trim(),
    ).not.toBe("f");
    expect((await sql("SELECT has_schema_privilege('detection', 'public', 'CREATE')")).out.trim()).toBe("f");
    expect((await sql("SELECT has_schema_privilege('smartoffice_user', 'public', 'CREATE')")).out.trim()).toBe("t");
    expect((await sql("SELECT extname FROM pg_extension WHERE extname = 'pg_stat_statements'")).out.trim()).toBe(
      "pg_stat_statements",
    );
  });

  it("has an edge configuration that Caddy itself finds valid", async () => {
    const checked = await host.exec(
      "network-proxy",
      "caddy",
      "validate",
      "--adapter",
      "caddyfile",
      "--config",
      "/etc/bulwark/Caddyfile",
    );
    expect(checked).toMatchObject({ code: 0 });
  });

  it.each(["db", "cache", "recordings", "auth-service-1", "network-proxy"])(
    "brings %s back when its process is killed",
    async (service) => {
      const before = await host.inspect(service);
      process.kill(before.State.Pid, "SIGKILL");
      const after = await until(
        90,
        () => host.inspect(service),
        (seen) =>
          seen.State.Running &&
          seen.State.StartedAt !== before.State.StartedAt &&
          seen.State.Health?.Status === "healthy",
      );
      expect(after.Id).toBe(before.Id);
      const { body } = await until(30, roundtrip, (seen) => seen.status === 200);
      expect(body).toMatchObject(Object.fromEntries(STORES.map((store) => [store, { ok: true }])));
    },
  );

  it("is rendered to the same bytes a second time", async () => {
    const before = fingerprint(host.rendered);
    expect(await host.render()).toMatchObject({ code: 0 });
    expect(fingerprint(host.rendered)).toEqual(before);
  });

  it("changes nothing when the same project is rolled out again", async () => {
    const before = (await host.containers()).map((each) => [each.Name, each.Id, each.State.StartedAt]).sort();
    expect(await host.update()).toMatchObject({ code: 0 });
    expect((await host.containers()).map((each) => [each.Name, each.Id, each.State.StartedAt]).sort()).toEqual(before);
  });

  it("replaces the image of a service with two replicas under load without a failed request", async () => {
    const stores = await Promise.all(["db", "cache", "recordings", "network-proxy"].map((each) => host.inspect(each)));
    const traffic = load(host, "/auth/version", 4);
    await until(
      20,
      async () => (await ask(host, { path: "/auth/version" })).status,
      (status) => status === 200,
    );
    host.useImage("bulwark/sample-service:v2");
    expect(await host.render()).toMatchObject({ code: 0 });
    expect(await host.update()).toMatchObject({ code: 0 });
    const report = await traffic.stop();
    expect(report.failures).toEqual([]);
    expect(report.requests).toBeGreaterThan(200);
    const versions = [...report.versions].map((body) => (JSON.parse(body) as { version: string }).version);
    expect(new Set(versions)).toEqual(new Set(["v1", "v2"]));
    for (const replica of ["auth-service-1", "auth-service-2", "data-service-1", "detection-service-1"]) {
      expect((await host.exec(replica, "printenv", "VERSION")).out.trim()).toBe("v2");
    }
    for (const store of stores)
      expect((await host.inspect(store.Name.slice(host.prefix.length + 2))).Id).toBe(store.Id);
  });

  it("alters the role when a password is replaced, and leaves the database running (SEC-15)", async () => {
    const db = await host.inspect("db");
    const old = host.forget("db-smartoffice_user-password");
    expect(await host.render()).toMatchObject({ code: 0 });
    expect(await host.update()).toMatchObject({ code: 0 });
    const login = (password: string) =>
      run("docker", [
        "exec",
        "-e",
        `PGPASSWORD=${password}`,
        host.container("auth-service-1"),
        "psql",
        "host=db user=smartoffice_user dbname=smartoffice_prod sslmode=verify-full sslrootcert=/etc/ssl/bulwark/ca.crt",
        "-Atc",
        "SELECT 'in'",
      ]);
    const current = Object.entries(host.secrets()).find(([urn]) => urn.endsWith("::db-smartoffice_user-password"))?.[1];
    expect(await login(current ?? "")).toMatchObject({ code: 0, out: "in\n" });
    expect((await login(old)).err).toContain("password authentication failed");
    expect((await roundtrip()).status).toBe(200);
    expect(await host.inspect("db")).toMatchObject({ Id: db.Id, State: { StartedAt: db.State.StartedAt } });
  });
});

async function logs(host: DevHost): Promise<string> {
  const { out } = await host.compose("logs", "--no-color", "--tail", "15");
  return out;
}

function fingerprint(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [file, createHash("sha256").update(readFileSync(file)).digest("hex")]),
  );
}
