import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ageKey } from "../../images/backup/src/age";
import type { RunnerConfig } from "../../images/backup/src/config";
import { describeWith } from "../lab";
import { watchProcesses } from "./processes";
import { ok, PARTS, Site } from "./site";

jest.setTimeout(300_000);

describeWith(PARTS, "the key of a compose host's backups", () => {
  const site = new Site();
  /** Stands in every source; random, so that no compression folds it. */
  const canary = `canary-${randomBytes(12).toString("hex")}`;
  const jobs: string[] = [];
  let keys: Readonly<Record<string, string>> = {};

  /** Which of the keys stand in a text. */
  const shownIn = (text: string) => Object.keys(keys).filter((name) => text.includes(keys[name] ?? name));

  beforeAll(async () => {
    await site.start();
    await site.firstCopies();
    const passphrase = site.secret("backups-passphrase");
    expect(passphrase.length).toBeGreaterThanOrEqual(32);
    keys = { passphrase, "age identity": ageKey(passphrase).identity };
    const config: RunnerConfig = JSON.parse(await site.sh("backups", "cat /etc/bulwark/backup.json"));
    jobs.push(...config.jobs.map((job) => job.name));
    await site.sql(`CREATE TABLE canary AS SELECT '${canary}' AS text`);
    const cli = "REDISCLI_AUTH=$(cat) valkey-cli --tls --cacert /etc/ssl/bulwark/ca.crt --user app --no-auth-warning";
    ok(
      await site.docker(
        "exec",
        site.container("cache"),
        "sh",
        "-euc",
        `echo ${site.secret("cache-password")} | { ${cli} set canary ${canary}; }`,
      ),
    );
    await site.sh("recordings", `echo ${canary} > /data/objects/${site.prefix}-recordings/${canary}`);
  });
  afterAll(async () => await site.remove());

  const containers = async (...filter: readonly string[]) =>
    (await site.docker("ps", "-a", "--format", "{{.Names}}", "--filter", `name=^${site.prefix}-`, ...filter)).out
      .trim()
      .split("\n");

  it("stands in no argument and no variable of any process while each job runs, and a restore", async () => {
    const running = await containers("--filter", "status=running");
    const pids = ok(await site.docker("inspect", "-f", "{{.State.Pid}}", ...running))
      .out.trim()
      .split("\n")
      .map(Number);
    const watched = watchProcesses(pids);
    const said: string[] = [];
    for (const job of jobs) said.push(JSON.stringify(ok(await site.job(job))));
    for (const command of [["list"], ["restore", "--database", "orders", "--keep-beside"], ["verify-archive"]])
      said.push(JSON.stringify(ok(await site.docker("exec", site.container("backups"), "bulwark-backup", ...command))));
    // That the watch would see it: the same, with something that may be seen.
    const decoys = { argument: randomBytes(12).toString("hex"), variable: randomBytes(12).toString("hex") };
    const decoy = [
      "exec",
      "-e",
      `DECOY=${decoys.variable}`,
      site.container("backups"),
      "sh",
      "-c",
      "sleep 1; :",
      decoys.argument,
    ];
    ok(await site.docker(...decoy));
    await watched.stop();
    const all = [...watched.seen].join("\n");
    for (const program of ["pgbackrest", "restic", "rclone", "pg_dump", "pg_restore"])
      expect({ program, seen: new RegExp(`^(\\S*/)?${program}$`, "m").test(all) }).toEqual({ program, seen: true });
    for (const value of Object.values(decoys)) expect(all.includes(value)).toBe(true);
    expect(shownIn(all)).toEqual([]);
    expect(shownIn(said.join("\n"))).toEqual([]);
    expect(new Set(jobs.map((job) => job.split("-")[0]))).toEqual(
      new Set(["full", "incremental", "dump", "copy", "verify", "drill", "prune"]),
    );
  });

  it("stands in no log, no description of a container, no setting of the server, and no rendered file outside secrets/", async () => {
    for (const name of await containers()) {
      const logs = await site.docker("logs", name);
      const described = ok(await site.docker("inspect", name));
      expect({ name, shown: shownIn(`${logs.out}${logs.err}${described.out}`) }).toEqual({ name, shown: [] });
    }
    expect(shownIn(await site.sql("SELECT string_agg(setting, ' ') FROM pg_settings"))).toEqual([]);
    const files = readdirSync(site.rendered, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name));
    const holding = files.filter((file) => shownIn(readFileSync(file, "utf8")).length > 0);
    expect(holding.length).toBeGreaterThan(0);
    expect(holding.map((file) => relative(site.rendered, file)).filter((file) => !file.startsWith("secrets/"))).toEqual(
      [],
    );
  });

  it("is needed for every object in the store: neither what was saved nor its names can be read there", async () => {
    // The recordings themselves lie in a gateway of their own, in clear: that is how the search below is known to find something.
    const find = (service: string, folder: string) =>
      site.sh(
        service,
        `grep -rlaE '${canary}|PGDMP|CREATE TABLE|"site":"restored"|\\[backrest\\]' ${folder} || :; find ${folder} -name '*canary*'`,
      );
    expect(await find("recordings", `/data/objects/${site.prefix}-recordings`)).toContain(canary);
    expect(await find("store", "/data")).toBe("");
    const files = Number(await site.sh("store", `find ${site.objects} -type f | wc -l`));
    expect(files).toBeGreaterThan(20);
    // Nor is anything merely compressed: nothing begins as a file of zstd or gzip does.
    const begin = await site.sh(
      "store",
      `find ${site.objects} -type f -size +0 -exec sh -c 'for f; do echo "$(head -c 4 "$f" | od -An -tx1 | tr -d " ") $f"; done' sh {} +`,
    );
    expect(begin.split("\n").filter((line) => /^(28b52ffd|1f8b08)/.test(line))).toEqual([]);
  });

  it("cannot be replaced by another: each tool says that it cannot read", async () => {
    const asked = async (line: string) => {
      const ended = await site.docker("exec", site.container("backups"), "sh", "-c", line);
      return { code: ended.code, said: `${ended.out}${ended.err}` };
    };
    const other = "another-passphrase-of-the-test";
    const pgbackrest = await asked(
      `sed 's/^\\(repo1-cipher-pass=\\).*/\\1${other}/' /etc/bulwark/pgbackrest.conf > /tmp/wrong.conf; pgbackrest --config=/tmp/wrong.conf --stanza=db info`,
    );
    expect(pgbackrest.said).toMatch(/CryptoError|cipher/i);
    const config: RunnerConfig = JSON.parse(await site.sh("backups", "cat /etc/bulwark/backup.json"));
    const { store } = config;
    const restic = await asked(
      `export AWS_ACCESS_KEY_ID=$(cat ${store.accessKeyFile}) AWS_SECRET_ACCESS_KEY=$(cat ${store.secretKeyFile}) AWS_DEFAULT_REGION=${store.region}; echo ${other} | restic -r s3:${store.endpoint}/${store.bucket}/restic/cache --no-cache --cacert ${store.caFile} --password-file /dev/stdin snapshots`,
    );
    expect(restic.code).not.toBe(0);
    expect(restic.said).toContain("wrong password");
    const [dump] = (await site.sh("store", `find ${site.objects}/archive -name 'dump.age'`)).split("\n");
    const copied = await asked(
      `export RCLONE_CONFIG=/tmp/bulwark/rclone.conf RCLONE_CA_CERT=/tmp/bulwark/ca.crt; rclone copyto store:${(dump ?? "").slice(site.objects.length + 1)} /tmp/dump.age && age-keygen -o /tmp/other.key 2>/dev/null; age -d -i /tmp/other.key /tmp/dump.age`,
    );
    expect(copied.said).toMatch(/no identity matched/);
    const right = "RCLONE_CA_CERT=/tmp/bulwark/ca.crt rclone --config /tmp/bulwark/rclone.conf lsf -R sealed:";
    expect((await asked(right)).said).toContain(canary);
    const sealed = await asked(
      `sed "/^\\[sealed\\]/,/^$/s|^password = .*|password = $(rclone obscure ${other})|" /tmp/bulwark/rclone.conf > /tmp/wrong-rclone.conf; RCLONE_CA_CERT=/tmp/bulwark/ca.crt rclone --config /tmp/wrong-rclone.conf lsf -R sealed:`,
    );
    expect(sealed.said).not.toContain(canary);
  });
});
