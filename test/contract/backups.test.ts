import { BackupSchedule, ManagedPostgres, RedisCache, StorageBucket } from "../../components";
import { generatedPassword } from "../mocks/outputs";
import { type Program, type Registered, withMocks } from "../mocks/program";
import { networkOf } from "./shop";

jest.setTimeout(60_000);

/** Targets on which Bulwark's own runners back up. */
const HOSTED = ["compose", "microk8s"] as const;

type Kind = (typeof HOSTED)[number];

interface Made {
  readonly program: Program;
  readonly schedule: BackupSchedule;
}

const made = new Map<Kind, Promise<Made>>();

/** One program, on either target: a database with WAL and a cache, backed up into a bucket. */
function backed(kind: Kind): Promise<Made> {
  const fresh = async (): Promise<Made> => {
    let schedule: BackupSchedule | undefined;
    const program = await withMocks(() => {
      const vpc = networkOf(kind, { environment: "prod" });
      const databases = { orders: {}, people: {} };
      const db = new ManagedPostgres("db", { vpc, databases, memory: "1 GiB", cpus: 1, storage: "20 GiB" });
      const cache = new RedisCache("cache", { vpc, purpose: "session", memory: "64 MiB", cpus: 0.5 });
      const store = new StorageBucket("store", { vpc, storage: "20 GiB" });
      schedule = new BackupSchedule("backups", {
        vpc,
        sources: [db, cache],
        encryption: { passphrase: "generated" },
        store,
      });
    });
    if (schedule === undefined) throw new Error("nothing was made");
    return { program, schedule };
  };
  const known = made.get(kind) ?? fresh();
  made.set(kind, known);
  return known;
}

/** What the runner is told, as the target delivers it. */
async function toldOn(kind: Kind): Promise<Record<string, unknown>> {
  const { program } = await backed(kind);
  const text = program.resources.flatMap((each) => configIn(each.inputs));
  expect(new Set(text).size).toBe(1);
  return JSON.parse(text[0] ?? "");
}

function configIn(value: unknown): string[] {
  if (typeof value === "string") {
    const plain = value.startsWith("{") ? value : Buffer.from(value, "base64").toString();
    return /^\{\s*"version": 1,\s*"schedule"/.test(plain) ? [plain] : [];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(configIn) : [];
}

const rulesOf = ({ schedule }: Made) =>
  schedule.monitoring.sources.flatMap((each) => each.rules({})).map((rule) => [rule.alert, rule.expr]);

test("a schedule means the same on both: objectives, jobs and their times, retention", async () => {
  const inputs = await Promise.all(
    HOSTED.map(async (kind) => {
      const { target, ...rest } = (await backed(kind)).program.one(":BackupSchedule", "backups").inputs;
      expect(target).toBe(kind);
      return rest;
    }),
  );
  expect(inputs[0]).toEqual(inputs[1]);
  expect(inputs[0]).toMatchObject({ rpo: 3600, rto: 14_400, sources: ["db", "cache"] });
});

test("what its alerts look for is the same, and the way to the metrics is given", async () => {
  const [one, other] = await Promise.all(HOSTED.map(backed));
  if (one === undefined || other === undefined) throw new Error("there are two");
  expect(rulesOf(one)).toEqual(rulesOf(other));
  expect(rulesOf(one).length).toBeGreaterThan(8);
  for (const { schedule } of [one, other]) {
    const { targets, paths } = schedule.monitoring;
    expect(
      targets.map(({ job, addresses }) => [job, addresses.map((each) => each.replace(/\.shop-test\.svc/, ""))]),
    ).toEqual([["backups", ["backups:9188"]]]);
    expect(paths).toHaveLength(1);
  }
});

describe.each(HOSTED)("on %s", (kind) => {
  test("the passphrase is protected, and like every key it stands nowhere in clear", async () => {
    const { program } = await backed(kind);
    expect(program.one("RandomPassword", "backups-passphrase").protect).toBe(true);
    const secrets = ["backups-passphrase", "backups-store-key", "cache-backup-password"].map(generatedPassword);
    const leaks = program.resources.flatMap((each) => clearIn(each, secrets));
    expect(leaks).toEqual([]);
    expect(JSON.stringify(await toldOn(kind))).not.toMatch(/generated-password/);
  });

  test("the server archives its WAL, and the runner may read its data but not write it", async () => {
    const { program } = await backed(kind);
    const all = JSON.stringify(program.resources.map((each) => each.inputs));
    expect(`${all}\n${decoded(all)}`).toMatch(/archive_command = 'pgbackrest .* --stanza=db archive-push %p'/);
    const runner =
      kind === "compose"
        ? (program.one("Container", "backups").inputs["mounts"] as { target: string; readOnly: boolean }[])
        : containerOf(program.one("apps/v1:StatefulSet", "backups")).map(({ mountPath, readOnly }) => ({
            target: mountPath,
            readOnly,
          }));
    const readOnly = Object.fromEntries(runner.map((each) => [each.target, each.readOnly]));
    expect(readOnly).toMatchObject({
      "/var/lib/postgresql/data": true,
      "/run/postgresql": true,
      "/var/lib/bulwark": false,
    });
  });

  test("the runner is told the same but for where it is", async () => {
    const { target, store, sources, ...rest } = await toldOn(kind);
    const { target: _, store: __, sources: ___, ...compose } = await toldOn("compose");
    expect(target).toBe(kind);
    expect(rest).toEqual(compose);
    expect(store).toMatchObject({ caFile: "/etc/ssl/bulwark/ca.crt", accessKeyFile: "/run/secrets/store-access-key" });
    expect(sources).toMatchObject([
      { kind: "postgres", databases: ["orders", "people"], socket: "/run/postgresql", wal: true },
      { kind: "redis", host: "cache", port: 6379 },
    ]);
  });
});

/** Where one of the values stands in an input that is not marked as a secret. */
function clearIn(resource: Registered, values: readonly string[]): string[] {
  const at = (value: unknown, path: readonly string[]): string[] => {
    if (resource.secrets.includes(path.join("."))) return [];
    if (typeof value === "string")
      return values.some((each) => value.includes(each) || decoded(value).includes(each))
        ? [`${resource.urn} ${path.join(".")}`]
        : [];
    return typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, each]) => at(each, [...path, key]))
      : [];
  };
  return at(resource.inputs, []);
}

function decoded(text: string): string {
  return (text.match(/[A-Za-z0-9+/=]{40,}/g) ?? []).map((each) => Buffer.from(each, "base64").toString()).join("\n");
}

function containerOf(workload: Registered) {
  const { template } = workload.inputs["spec"] as {
    template: { spec: { containers: { volumeMounts: { mountPath: string; readOnly: boolean }[] }[] } };
  };
  return template.spec.containers[0]?.volumeMounts ?? [];
}
