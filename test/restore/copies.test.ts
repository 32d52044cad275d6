import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { PARTS as COMPOSE, type Ended, run, until } from "../compose/host";
import { describeWith, imageOf } from "../lab";

jest.setTimeout(600_000);

const ROOT = join(__dirname, "../..");
const MAIN = join(ROOT, "dist/ops/main.js");
/** What stands for a file: mode, owner, time, size or target, path; and the content of each. */
const LOOK =
  "find . -mindepth 1 -printf '%M %U:%G %Ts %s %l %P\\n' | grep -v '^d' | sort -k6; find . -type d -mindepth 1 -printf '%M %U:%G %P\\n' | sort; find . -type f -print0 | sort -z | xargs -0 -r sha256sum";

describeWith(COMPOSE, "copies of a cache, a bucket, a volume and configuration, restored by the command", () => {
  const project = mkdtempSync(join(tmpdir(), "bulwark-copies-"));
  const rendered = join(project, "rendered");
  const prefix = `bulwark-copies-${randomBytes(2).toString("hex")}`;
  const container = (service: string): string => `${prefix}-${service}`;
  const elsewhere = container("elsewhere");
  const offsiteKey = randomBytes(16).toString("hex");

  const ok = (ended: Ended): string => {
    if (ended.code !== 0) throw new Error(`ended with ${ended.code}: ${ended.err || ended.out}`);
    return ended.out;
  };
  const docker = async (...args: readonly string[]): Promise<string> => ok(await run("docker", args)).trim();
  const sh = (service: string, line: string): Promise<string> => docker("exec", container(service), "sh", "-euc", line);
  const bulwark = (...args: readonly string[]): Promise<Ended> => run("node", [MAIN, ...args, "--cwd", project]);
  const restored = async (source: string, id: string, ...more: readonly string[]): Promise<Ended> =>
    await bulwark("restore", "prod", "--source", source, "--id", id, ...more);
  const inPlace = async (source: string, id: string): Promise<{ kept: string; place: { holders: string[] } }> =>
    JSON.parse(ok(await restored(source, id, "--in-place", "--confirm", "prod", "--json")));
  const copies = async (source: string): Promise<{ id: string; files?: number; replaced?: boolean }[]> =>
    JSON.parse(ok(await bulwark("backup", "list", "prod", "--source", source, "--json"))).copies;
  const copyNow = async (source: string): Promise<string> => {
    ok(await bulwark("backup", "now", "prod", "--job", `copy-${source}`));
    return (await copies(source))[0]?.id ?? "";
  };
  /** rclone with all rights in a bucket of the stack, as an application with its key has them. */
  const rclone = async (bucket: string, ...args: readonly string[]): Promise<string> => {
    const secret = await sh(bucket, "cat /run/secrets/root-secret-key");
    const access = await sh(bucket, "cat /run/secrets/root-access-key");
    const variables = {
      TYPE: "s3",
      PROVIDER: "Other",
      ENDPOINT: `https://${bucket}:7070`,
      REGION: "us-east-1",
      ACCESS_KEY_ID: access,
      SECRET_ACCESS_KEY: secret,
      FORCE_PATH_STYLE: "true",
    };
    return await docker(
      ...["run", "--rm", "--network", container(bucket), "-v", `${prefix}-network-trust:/trust:ro`],
      ...Object.entries(variables).flatMap(([name, value]) => ["-e", `RCLONE_CONFIG_IT_${name}=${value}`]),
      ...["-e", "RCLONE_CA_CERT=/trust/ca.crt", "--entrypoint", "rclone", imageOf("image-backup")],
      ...[...args, "--s3-no-check-bucket", "--s3-no-head"],
    );
  };

  beforeAll(async () => {
    cpSync(join(__dirname, "copies"), project, { recursive: true });
    for (const link of ["dist", "node_modules"]) symlinkSync(join(ROOT, link), join(project, link));
    // Elsewhere is a machine outside, whose authority the stack is told of. A neighbour on the way out would not do: neighbours do not hear each other there.
    const outside = await docker("network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Gateway}}");
    const http = 29_290 + 3 * (process.pid % 300);
    const port = http + 2;
    const subject = `-subj /CN=elsewhere -addext subjectAltName=IP:${outside}`;
    const make = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ${subject} -keyout /tls/tls.key -out /tls/tls.crt && chmod 0644 /tls/*`;
    const tools = ["-v", `${project}/tls:/tls`, imageOf("image-tools"), "sh", "-euc", make];
    await docker("run", "--rm", "--network", "none", ...tools);
    const ca = readFileSync(join(project, "tls/tls.crt"), "utf8");
    writeFileSync(
      join(project, "Pulumi.prod.yaml"),
      stringify({
        config: {
          "copies:http": http,
          "copies:prefix": prefix,
          "copies:offsite": `https://${outside}:${port}`,
          "copies:offsiteKey": offsiteKey,
          "copies:ca": ca,
        },
      }),
    );
    ok(await bulwark("render", "prod", "--out", rendered, "--secrets", "generate"));
    await run("docker", ["compose", "up", "-d"], rendered);
    for (const service of ["backups", "backups-files-10001", "uploads-1"])
      await until(
        240,
        () => run("docker", ["inspect", "-f", "{{.State.Health.Status}}", container(service)]),
        (state) => state.out.trim() === "healthy",
      );
    const serve = `mkdir -p /data/backups; ROOT_ACCESS_KEY=elsewhere exec versitygw --port ${outside}:${port} --region us-east-1 --cert /tls/tls.crt --key /tls/tls.key --quiet posix /data`;
    await docker(
      ...["run", "-d", "--name", elsewhere, "--network", "host", "-v", `${project}/tls:/tls:ro`],
      ...["-e", `ROOT_SECRET_KEY=${offsiteKey}`, "--entrypoint", "sh", imageOf("image-s3"), "-euc", serve],
    );
  });

  afterAll(async () => {
    await run("docker", ["rm", "-f", "-v", elsewhere]);
    await run("docker", ["compose", "down", "--volumes", "--remove-orphans", "--timeout", "5"], rendered);
    const volumes = await run("docker", ["volume", "ls", "-q", "--filter", `name=^${prefix}-`]);
    if (volumes.out.trim() !== "") await run("docker", ["volume", "rm", "-f", ...volumes.out.trim().split("\n")]);
    rmSync(project, { recursive: true, force: true });
  });

  describe("a volume", () => {
    const files = (line: string): Promise<string> => sh("uploads-1", `cd /files; ${line}`);
    let first: string;
    let before: string;

    beforeAll(async () => {
      await files(
        [
          "mkdir -p 'a b/deep'; umask 077; head -c 300000 /dev/urandom > 'a b/deep/blob'; chmod 0750 'a b'",
          "echo text > plain; chmod 0640 plain; ln -s plain link; : > empty; echo x > run; chmod 0751 run",
          // The times of a copy that is read as a tar are whole seconds.
          "find . -exec touch -h -d @1790000000 {} +",
        ].join("; "),
      );
      before = await files(LOOK);
      first = await copyNow("uploads-1-files");
    });

    test("is read back whole, and written to a folder with the same bytes, owners, modes and times", async () => {
      ok(await bulwark("backup", "now", "prod", "--job", "verify-uploads-1-files"));
      const folder = join(project, "volume");
      const done = await restored("uploads-1-files", first, "--to", folder);
      expect(done).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^uploads-1-files: 4 files, 293 KiB of .* in /),
      });
      expect(ok(await run("sh", ["-euc", `cd '${folder}'; ${LOOK}`])).trim()).toBe(before);
      expect((await restored("uploads-1-files", first, "--to", folder)).err).toMatch(
        /is not empty: nothing was written/,
      );
    });

    test("comes back in place: what was changed, deleted and added since is undone, and that can be undone in turn", async () => {
      await files("echo changed > plain; rm -r 'a b'; echo new > added; chmod 0600 run");
      const changed = await files(LOOK);
      const dry = await restored("uploads-1-files", first, "--in-place", "--dry-run");
      expect(dry.err).toMatch(
        /1\. stop .*uploads-1\n +2\. copy what is there now.*\n +3\. restore into the volume .*\n +4\. start/,
      );
      const refused = await restored("uploads-1-files", first, "--in-place");
      expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/add --confirm prod/)]);
      expect(await files(LOOK)).toBe(changed);
      const { kept, place } = await inPlace("uploads-1-files", first);
      expect(place.holders).toEqual([container("uploads-1")]);
      expect(await files(LOOK)).toBe(before);
      expect((await copies("uploads-1-files")).find((each) => each.id === kept)).toMatchObject({ replaced: true });
      await inPlace("uploads-1-files", kept);
      expect(await files(LOOK)).toBe(changed);
      await inPlace("uploads-1-files", first);
      expect(await files("ls -A | sort")).toBe("a b\nempty\nlink\nplain\nrun");
    });

    test("a copy that cannot be read whole leaves everything as it was, and the service runs", async () => {
      await files("head -c 200000 /dev/urandom > later");
      const broken = await copyNow("uploads-1-files");
      const pack = "$(ls -t /data/objects/*/restic/uploads-1-files/data/*/* | head -1)";
      await sh("store", `f=${pack}; cp $f /tmp/pack; printf XXXX | dd of=$f bs=1 seek=100 conv=notrunc status=none`);
      await files("rm later");
      const now = await files(LOOK);
      const failed = await restored("uploads-1-files", broken, "--in-place", "--confirm", "prod", "--without-copy");
      expect(failed.code).toBe(1);
      expect(await files(LOOK)).toBe(now);
      expect(await docker("inspect", "-f", "{{.State.Running}}", container("uploads-1"))).toBe("true");
      const folder = join(project, "broken");
      const half = await restored("uploads-1-files", broken, "--to", folder);
      expect([half.code, half.err]).toEqual([1, expect.stringMatching(/what is in .* is not whole/)]);
      expect(await docker("ps", "-aq", "--filter", "label=io.bulwark.restore")).toBe("");
      await sh("store", `cat /tmp/pack > ${pack}`);
    });

    test("a copy that there is not, and a place that there is not, are refused in words that help", async () => {
      expect((await restored("uploads-1-files", "deadbeef", "--in-place")).err).toMatch(
        /there is no copy deadbeef of uploads-1-files; the newest are [0-9a-f]{8} of /,
      );
      expect((await bulwark("restore", "prod", "--source", "uploads-1-files", "--in-place")).err).toMatch(
        /Say which copy with --id/,
      );
      expect((await restored("uploads-1-files", first)).err).toMatch(/--to FOLDER, or --in-place/);
      expect((await bulwark("restore", "prod", "--source", "uploads-1-files", "--in-place", "--undo")).err).toMatch(
        /--undo is for databases/,
      );
      expect((await restored("db", "latest", "--in-place")).err).toMatch(
        /take a --source: cache, recordings, configuration, uploads-1-files|take a --source/,
      );
    });
  });

  describe("a cache", () => {
    const redis = async (...command: readonly string[]): Promise<string> => {
      const secret = JSON.parse(readFileSync(join(rendered, "secrets/values.json"), "utf8")) as Record<
        string,
        { value: string }
      >;
      const password = Object.entries(secret).find(([urn]) => urn.endsWith("::cache-password"))?.[1].value ?? "";
      const flags = [
        "--tls",
        "--cacert",
        "/etc/ssl/bulwark/ca.crt",
        "-h",
        "cache",
        "--user",
        "app",
        "--no-auth-warning",
      ];
      return await docker(
        "exec",
        "-e",
        `REDISCLI_AUTH=${password}`,
        container("cache"),
        "valkey-cli",
        ...flags,
        ...command,
      );
    };

    test("comes back in place with its keys and their time to live, survives a restart, and can be undone", async () => {
      await redis("SET", "session:1", "ada", "EX", "86400");
      await redis("RPUSH", "queue", "one", "two");
      const id = await copyNow("cache");
      ok(await bulwark("backup", "now", "prod", "--job", "verify-cache"));
      await redis("SET", "session:1", "mallory");
      await redis("DEL", "queue");
      await redis("SET", "session:2", "later");
      const { kept, place } = await inPlace("cache", id);
      expect(place.holders).toEqual([container("cache")]);
      expect(await redis("GET", "session:1")).toBe("ada");
      expect(Number(await redis("TTL", "session:1"))).toBeGreaterThan(80_000);
      expect(await redis("LRANGE", "queue", "0", "-1")).toBe("one\ntwo");
      expect(await redis("EXISTS", "session:2")).toBe("0");
      await redis("SET", "session:3", "appended");
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await docker("restart", container("cache"));
      await until(
        60,
        () => redis("GET", "session:3").catch(() => ""),
        (value) => value === "appended",
      );
      expect(await redis("GET", "session:1")).toBe("ada");
      await inPlace("cache", kept);
      expect(await redis("GET", "session:1")).toBe("mallory");
      expect(await redis("GET", "session:2")).toBe("later");
    });
  });

  describe("configuration", () => {
    test("is written to a folder; what is secret in it is neither in the rendered project's text nor readable in the store", async () => {
      const id = await copyNow("configuration");
      const folder = join(project, "configuration");
      ok(await restored("configuration", id, "--to", folder));
      expect(readFileSync(join(folder, "Pulumi.prod.yaml"), "utf8")).toBe("config:\n  copies:http: 28290\n");
      expect(readFileSync(join(folder, "state.json"), "utf8")).toContain("what-nobody-may-read");
      const seen = await run("grep", ["-rl", "what-nobody-may-read", rendered, "--exclude-dir=secrets"]);
      expect(seen.out).toBe("");
      expect(await sh("store", "grep -rl what-nobody-may-read /data || true")).toBe("");
      expect((await restored("configuration", id, "--in-place", "--confirm", "prod")).err).toMatch(
        /comes from the program/,
      );
    });
  });

  describe("a bucket", () => {
    const objects = () =>
      rclone("recordings", "lsf", "--recursive", "--files-only", "--format", "sp", `it:${prefix}-recordings`);
    const put = async (path: string, text: string): Promise<void> => {
      await rclone("recordings", "copyto", "--no-check-dest", `/usr/share/${text}`, `it:${prefix}-recordings/${path}`);
    };
    const read = (path: string) => rclone("recordings", "cat", `it:${prefix}-recordings/${path}`);

    test("comes back as it was: what was replaced and deleted since; what is new stays; and that can be undone", async () => {
      await put("2026/cam 1/one.mp4", "common-licenses/GPL-2");
      await put("2026/cam 1/two.mp4", "common-licenses/GPL-3");
      await put("index.json", "common-licenses/BSD");
      ok(await bulwark("backup", "now", "prod", "--job", "copy-recordings"));
      const good = { index: await read("index.json"), objects: await objects() };
      await put("index.json", "common-licenses/Artistic");
      await rclone("recordings", "deletefile", `it:${prefix}-recordings/2026/cam 1/two.mp4`);
      await put("2026/new.mp4", "common-licenses/BSD");
      ok(await bulwark("backup", "now", "prod", "--job", "copy-recordings"));
      ok(await bulwark("backup", "now", "prod", "--job", "verify-recordings"));
      const bad = { index: await read("index.json"), objects: await objects() };
      const [latest, replaced] = await copies("recordings");
      expect([latest?.id, replaced?.id]).toEqual(["latest", expect.stringMatching(/^\d{8}T\d{6}Z$/)]);

      const folder = join(project, "bucket");
      const done = await restored("recordings", replaced?.id ?? "", "--to", folder);
      expect(done.code).toBe(0);
      expect(readFileSync(join(folder, "index.json"), "utf8").trim()).toBe(good.index);
      expect(readFileSync(join(folder, "2026/cam 1/two.mp4"), "utf8")).toContain("GNU GENERAL PUBLIC LICENSE");

      const { kept } = await inPlace("recordings", replaced?.id ?? "");
      expect(await read("index.json")).toBe(good.index);
      expect((await objects()).split("\n").sort()).toEqual(
        [...good.objects.split("\n"), ...bad.objects.split("\n").filter((line) => line.endsWith("new.mp4"))].sort(),
      );
      await inPlace("recordings", kept);
      expect(await read("index.json")).toBe(bad.index);
    });
  });

  describe("the second repository on a disk of the host", () => {
    const psql = (statement: string): Promise<string> =>
      docker(
        "exec",
        container("db"),
        "psql",
        "-XAtq",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        "/run/postgresql",
        "-U",
        "postgres",
        "-d",
        "orders",
        "-c",
        statement,
      );

    test("has base backups of its own, is verified, and gives a point in time back while the store is away", async () => {
      await psql("CREATE TABLE items (id int); INSERT INTO items SELECT generate_series(1, 100)");
      for (const kind of ["full", "incremental"]) ok(await bulwark("backup", "now", "prod", "--kind", kind));
      ok(await bulwark("backup", "now", "prod", "--job", "verify-db"));
      const { physical } = JSON.parse(ok(await bulwark("backup", "list", "prod", "--source", "db", "--json")));
      for (const repository of [1, 2])
        expect(
          physical
            .filter((each: { repository: number }) => each.repository === repository)
            .map((each: { kind: string }) => each.kind),
        ).toEqual(expect.arrayContaining(["full", "incr"]));
      await psql("INSERT INTO items SELECT generate_series(101, 150)");
      const at = await psql("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MSZ')");
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await psql("DELETE FROM items");
      const segment = await psql("SELECT pg_walfile_name(pg_switch_wal())");
      await until(
        60,
        () => psql("SELECT last_archived_wal FROM pg_stat_archiver"),
        (last) => last >= segment,
      );
      await docker("stop", container("store"));
      try {
        const done = await bulwark("restore", "prod", "--database", "orders", "--at", at, "--confirm", "prod");
        expect(done).toMatchObject({ code: 0, err: expect.stringMatching(/restoring/) });
        expect(await psql("SELECT count(*) FROM items")).toBe("150");
      } finally {
        await docker("start", container("store"));
      }
    });
  });

  describe("the second place off the site", () => {
    test("has all of the store, keeps what is overwritten or deleted here, and gives a lost store back", async () => {
      await until(
        60,
        () => run("docker", ["inspect", "-f", "{{.State.Health.Status}}", container("store")]),
        (state) => state.out.trim() === "healthy",
      );
      ok(await bulwark("backup", "now", "prod", "--kind", "dump"));
      ok(await bulwark("backup", "now", "prod", "--kind", "offsite"));
      const there = async (folder: string) =>
        (await docker("exec", elsewhere, "sh", "-c", `cd /data/backups/${folder} && find . -type f | sort`)).split(
          "\n",
        );
      const all = await there("store");
      expect(all.filter((each) => each.endsWith("dump.age")).length).toBeGreaterThan(0);
      for (const folder of ["pgbackrest", "restic", "copies", "archive"])
        expect(all.some((each) => each.startsWith(`./${folder}/`))).toBe(true);
      // An intruder overwrites one object and deletes all others.
      const bucket = `it:${prefix}-store`;
      await rclone(
        "store",
        "copyto",
        "--no-check-dest",
        "/usr/share/common-licenses/BSD",
        `${bucket}/pgbackrest/backup/db/backup.info`,
      );
      await rclone("store", "delete", `${bucket}/archive`);
      ok(await bulwark("backup", "now", "prod", "--kind", "offsite"));
      expect((await there("store")).filter((each) => all.includes(each))).toEqual(all);
      expect(
        (await there("replaced")).filter((each) => each.endsWith("pgbackrest/backup/db/backup.info")),
      ).toHaveLength(1);
      // The store is lost as a whole; what is elsewhere comes back by the command of docs/restoring.md.
      await rclone("store", "delete", bucket);
      expect((await bulwark("restore", "prod", "--database", "orders", "--dry-run")).err).toMatch(
        /there is no archive of orders/,
      );
      const back = async (from: string) =>
        await docker("exec", container("backups"), "bulwark-backup", "rclone", "copy", `offsite:${from}`, "store:");
      await back("store");
      const info = "cat /data/objects/*/pgbackrest/backup/db/backup.info";
      expect(await sh("store", info)).toContain("Regents of the University");
      const [run1] = (await there("replaced")).filter((each) => each.endsWith("pgbackrest/backup/db/backup.info"));
      await back(`replaced/${run1?.split("/")[1]}`);
      const again = JSON.parse(ok(await bulwark("backup", "list", "prod", "--source", "db", "--json")));
      expect(again.physical.some((each: { repository: number }) => each.repository === 1)).toBe(true);
      ok(await bulwark("restore", "prod", "--database", "orders", "--confirm", "prod"));
      const folder = join(project, "again");
      ok(await restored("configuration", "latest", "--to", folder));
      expect(readFileSync(join(folder, "state.json"), "utf8")).toContain("what-nobody-may-read");
    });
  });
});
