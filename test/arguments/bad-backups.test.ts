import * as pulumi from "@pulumi/pulumi";
import {
  BackupSchedule,
  type BackupScheduleArgs,
  configurationSource,
  ManagedPostgres,
  RedisCache,
  StorageBucket,
  type StorageBucketArgs,
  SurveillanceVpc,
} from "../../components";
import { ComposeHost } from "../../components/targets/compose-host";
import { MicroK8s } from "../../components/targets/microk8s";
import { refused, withMocks } from "../mocks/program";

const wrong = <T>(value: unknown): T => value as T;

const armoured = (half: "PUBLIC" | "PRIVATE", body = "mDMEaR0AABYJKwYBBAHaRw8BAQdA") =>
  `-----BEGIN PGP ${half} KEY BLOCK-----\n\n${body}\n=abcd\n-----END PGP ${half} KEY BLOCK-----\n`;

const elsewhere = {
  endpoint: "https://s3.example.com",
  bucket: "backups",
  region: "eu",
  accessKey: "k",
  secretKey: "s",
} as const;

interface Made {
  readonly vpc: SurveillanceVpc;
  readonly db: ManagedPostgres;
  readonly cache: RedisCache;
  bucket(args?: Partial<StorageBucketArgs>, name?: string): StorageBucket;
}

type Place = "compose" | "microk8s";

type ProgramArgs = [image?: { reference: string; user: string }, place?: Place, name?: string];

type Given = (made: Made) => Partial<BackupScheduleArgs>;

/** Makes a database, a cache, a bucket and a schedule with these arguments. */
function program(
  args: Given,
  image?: { reference: string; user: string },
  place: Place = "compose",
  name = "backups",
): void {
  const size = { environment: "dev", cpus: 8, memory: "16 GiB" } as const;
  const vpc = new SurveillanceVpc("network", {
    target:
      place === "compose" ? new ComposeHost("host", size) : new MicroK8s("node", { ...size, context: "microk8s" }),
  });
  const db = new ManagedPostgres("db", {
    vpc,
    databases: { orders: {} },
    memory: "1 GiB",
    cpus: 1,
    storage: "10 GiB",
    ...(image === undefined ? {} : { image }),
  });
  const cache = new RedisCache("cache", { vpc, purpose: "session", memory: "64 MiB", cpus: 0.5 });
  const bucket = (more: Partial<StorageBucketArgs> = {}, name = "store") =>
    new StorageBucket(name, { vpc, storage: "1 GiB", ...more });
  const given = args({ vpc, db, cache, bucket });
  new BackupSchedule(name, {
    vpc,
    sources: [db],
    encryption: { passphrase: "generated" },
    ...given,
    store: given.store ?? bucket(),
  });
}

/** What is wrong with a program that is refused. */
async function problemsOf(args: Given, ...more: ProgramArgs): Promise<string[]> {
  const { problems } = await refused(() => program(args, ...more));
  return problems.map((each) => `${each.path}: ${each.given} | ${each.allowed} | ${each.fix}`);
}

describe("a schedule that cannot hold what it promises", () => {
  it.each<[string, Given, RegExp]>([
    [
      "six-hourly dumps with an RPO of an hour (X-17)",
      () => ({ full: "off", dump: "0 */6 * * *", rpo: "1 hour" }),
      /^rpo: 1 hour for db, but the longest time between two dumps is 6 h \(2027-10-20 06:00 UTC to 2027-10-20 12:00 UTC\): 6 h > 1 h \|.*\| give full, so that WAL is archived/,
    ],
    [
      "a preset's RPO that its changed schedule misses",
      ({ cache, db }) => ({ sources: [db, cache], copy: "0 */2 * * *" }),
      /^copy: 1 hour for cache, but the longest time between two copies is 2 h .*: 2 h > 1 h/,
    ],
    [
      "a daily dump in a time zone with a day of 25 hours",
      () => ({ preset: "daily", timeZone: "Europe/Berlin" }),
      /^dump: 24 hours for db, but the longest time between two dumps is 25 h \(2027-10-31 00:00 UTC to 2027-11-01 01:00 UTC\)/,
    ],
    [
      "an RPO that no WAL archive can keep",
      () => ({ rpo: "90 seconds" }),
      /^rpo: 90 seconds for db, but an open WAL file is closed after 1 min at the earliest and needs up to 1 min to the store: 2 min > 1 min 30 s/,
    ],
    [
      "a base backup in a change window (X-23)",
      () => ({
        changeWindows: [{ name: "first-sunday", days: ["sunday"], from: "02:00", to: "06:00" }],
        verify: "0 12 * * 6",
        drill: "0 12 1 * *",
      }),
      /^full: "0 2 \* \* \*": a run from 2027-10-24 02:00 UTC to 2027-10-24 03:02 UTC \(start \+ 1 h 2 min\) falls into the change window first-sunday/,
    ],
    [
      "a dump that runs into a change window which opens later",
      () => ({
        changeWindows: [{ name: "upgrade", days: ["monday"], from: "01:30", to: "02:00" }],
      }),
      /^dump: "0 1 \* \* \*": a run from 2027-10-25 01:00 UTC to 2027-10-25 02:02 UTC/,
    ],
    [
      "a single change window years ahead of the days that schedules are judged by",
      () => ({ changeWindows: [{ name: "move", start: "2031-03-04T00:00", end: "2031-03-04T04:00" }] }),
      /^full: .* from 2031-03-04 02:00 UTC/,
    ],
    [
      "a lifecycle rule that is shorter than the retention",
      ({ bucket }) => ({ store: bucket({ lifecycle: { expireAfter: "365 days" } }) }),
      /^store: objects that expire after 365 days, but yearly 7 × 366 = 2562 days/,
    ],
    [
      "a lifecycle rule that ends between two base backups",
      ({ bucket }) => ({
        store: bucket({ lifecycle: { expireAfter: "31 days" } }),
        full: "0 2 * * 0",
        dump: "off",
        retention: { daily: 0, weekly: 0, monthly: 0, yearly: 0 },
      }),
      /^store: objects that expire after 31 days, but 30 days of points in time \+ 7 to the base backup before them = 37 days/,
    ],
    [
      "a lifecycle rule that is longer than the retention, under base backups: one object of theirs is never written again",
      () => ({ store: { ...elsewhere, expireAfter: "3000 days" } }),
      /^store\.expireAfter: objects that expire after 3000 days, but the newest base backup still needs .* \| no expiry \|/,
    ],
    [
      "a lifecycle rule of any length under copies: unchanged content is stored once",
      ({ cache }) => ({
        sources: [cache],
        preset: "daily",
        retention: { daily: 7 },
        offsite: { ...elsewhere, expireAfter: "365 days" },
      }),
      /^offsite\.expireAfter: objects that expire after 365 days, but the newest copy of cache still needs the objects of the first/,
    ],
    [
      "no key",
      () => ({ encryption: wrong(undefined) }),
      /^encryption: nothing \| a passphrase: backups leave the host encrypted or not at all \| run `pulumi config set --secret/,
    ],
    [
      "a short passphrase",
      () => ({ encryption: { passphrase: "hunter2-canary" } }),
      /^encryption\.passphrase: "\[secret\]" \| at least 20 characters/,
    ],
    [
      "a secret age key instead of its recipient",
      () => ({ encryption: { passphrase: "generated", recipients: ["AGE-SECRET-KEY-1CANARY"] } }),
      /^encryption\.recipients\.0: a private key \| an age recipient/,
    ],
    [
      "a GPG private key instead of its public one",
      () => ({
        encryption: { passphrase: "generated", tool: "gpg", recipients: [armoured("PRIVATE", "canary")] },
      }),
      /^encryption\.recipients\.0: a private key \| one OpenPGP public key in ASCII armour/,
    ],
    [
      "half of a GPG public key (BK-16)",
      () => ({
        encryption: { passphrase: "generated", tool: "gpg", recipients: [armoured("PUBLIC").slice(0, -20)] },
      }),
      /^encryption\.recipients\.0: .*\| one OpenPGP public key in ASCII armour/,
    ],
    [
      "a GPG public key for age",
      () => ({ encryption: { passphrase: "generated", recipients: [armoured("PUBLIC")] } }),
      /^encryption\.recipients\.0: .*\| an age recipient .* add \{ tool: "gpg" \}/,
    ],
    [
      "a program that nothing is encrypted with",
      () => ({ encryption: { passphrase: "generated", tool: wrong("gpgg") } }),
      /^encryption\.tool: "gpgg" \| age, gpg \| did you mean "gpg"/,
    ],
    [
      "dumps alone that no drill can read",
      () => ({
        preset: "daily",
        encryption: { passphrase: "generated", tool: "gpg", recipients: [armoured("PUBLIC")] },
      }),
      /^encryption\.recipients: keys whose private halves are not on the host, and dumps alone \| with full: a drill has to read/,
    ],
    [
      "a tier without a dump in each of its periods",
      () => ({ dump: "0 1 * * 1" }),
      /^retention\.daily: 30, but up to 7 d pass between two dumps .* \| 0, or a dump in every day/,
    ],
    [
      "a drill that is rarer than its alert allows",
      () => ({ drill: "0 5 1 */3 *" }),
      /^drill: .* \+ 5 h for the run = .* \| less than the 35 d after which RestoreDrillTooOld fires \|.*RestoreDrillTooOld: \{ days: 94 \}/,
    ],
    [
      "a check that is rarer than its alert allows",
      () => ({ verify: "0 4 1 * *" }),
      /^verify: .* less than the 8 d after which BackupVerifyTooOld fires/,
    ],
    [
      "increments without base backups",
      () => ({ preset: "daily", incremental: "0 8 * * *" }),
      /^incremental: "0 8 \* \* \*" without base backups/,
    ],
    ["neither base backups nor dumps", () => ({ preset: "daily", dump: "off" }), /^dump: "off" with full "off"/],
    [
      "a bucket that is backed up into itself",
      ({ bucket, db }) => {
        const own = bucket();
        return { sources: [db, own], store: own };
      },
      /^store: store, which is a source too/,
    ],
    ["a source twice", ({ db }) => ({ sources: [db, db] }), /^sources: db twice/],
    [
      "a source that the preset does not take (BK-09)",
      ({ db }) => ({ sources: [db], preset: "dotmac-config" }),
      /^sources: db, a postgres, with the preset dotmac-config \| configuration/,
    ],
    ["a cron with a field too few", () => ({ full: "0 2 * *" }), /^full: "0 2 \* \*" \| five cron fields/],
    ["an hour that there is not", () => ({ full: "0 25 * * *" }), /^full: "0 25 \* \* \*": .*25/],
    ["a day that never comes", () => ({ full: "0 2 30 2 *" }), /^full: "0 2 30 2 \*": never runs/],
    [
      "a preset with a typing error",
      () => ({ preset: wrong("hourly-rpos") }),
      /^preset: "hourly-rpos" .* did you mean "hourly-rpo"/,
    ],
    ["no source", () => ({ sources: [] }), /^sources: a list of 0/],
    [
      "something that cannot be backed up",
      ({ vpc }) => ({ sources: [wrong(vpc)] }),
      /^sources\.0: .* ManagedPostgres, RedisCache/,
    ],
    [
      "a store over plain HTTP",
      () => ({
        store: { endpoint: "http://s3.example.com", bucket: "backups", region: "eu", accessKey: "k", secretKey: "s" },
      }),
      /^store\.endpoint: .* https:\/\//,
    ],
    [
      "a time zone that there is not",
      () => ({ timeZone: "Mars/Olympus" }),
      /^timeZone: "Mars\/Olympus" \| an IANA time zone/,
    ],
  ])("%s", async (_title, args, expected) => {
    for (const place of ["compose", "microk8s"] as const) {
      const problems = await problemsOf(args, undefined, place);
      expect(problems.join("\n")).not.toMatch(/canary/i);
      expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
    }
  });

  it.each<[string, string, Given, RegExp]>([
    [
      "a second repository on a disk of the node",
      "backups",
      () => ({ local: {} }),
      /^local: .* \| compose only: .* \| give offsite, an S3 endpoint elsewhere/,
    ],
    [
      "a name that is too long for what is named after it",
      "backups-of-the-whole-stack",
      () => ({}),
      /^name: "backups-of-the-whole-stack" \| .* at most 24/,
    ],
    [
      "a file in a folder, which cannot be a key of a Secret",
      "backups",
      () => ({ sources: [configurationSource("etc", { "nginx/site.conf": "x" })], preset: "daily" }),
      /^sources: the file "nginx\/site\.conf" of etc \| .* \| name it "nginx-site\.conf"/,
    ],
    [
      "more than the node has room for, two jobs beside the runner counted",
      "backups",
      () => ({ memory: "5 GiB" }),
      /^memory: db 1 GiB \+ cache 64 MiB \+ store .* \+ backups 15 GiB/,
    ],
  ])("on a cluster: %s", async (_title, name, args, expected) => {
    expect(await problemsOf(args, undefined, "microk8s", name)).toEqual([expect.stringMatching(expected)]);
  });

  it("base backups of an image without pgBackRest", async () => {
    const image = { reference: "timescale/timescaledb:2.19.3-pg17", user: "70:70" };
    for (const place of ["compose", "microk8s"] as const) {
      const problems = await problemsOf(() => ({}), image, place);
      expect(problems).toEqual([
        expect.stringMatching(/^full: base backups of db, whose image is not Bulwark's \| dumps alone.*full: "off"/),
      ]);
    }
  });

  it("two schedules for the WAL of one server", async () => {
    for (const place of ["compose", "microk8s"] as const) {
      const problems = await problemsOf(
        ({ vpc, db, bucket }) => {
          const first = bucket({}, "first");
          const encryption = { passphrase: "generated" };
          new BackupSchedule("first-backups", { vpc, sources: [db], encryption, store: first });
          return {};
        },
        undefined,
        place,
      );
      expect(problems).toEqual([expect.stringMatching(/^sources: db in a second schedule with base backups/)]);
    }
  });
});

describe("a schedule that holds", () => {
  it("dumps alone of an image without pgBackRest", async () => {
    const image = { reference: "timescale/timescaledb:2.19.3-pg17", user: "70:70" };
    const made = await withMocks(() => program(() => ({ preset: "daily" }), image));
    expect(made.one("Container", "backups").inputs["user"]).toBe("70:70");
  });

  it.each<[string, Given]>([
    [
      "the figures of PersonaPass (BK-12, BK-13, BK-25)",
      ({ db, cache }) => ({ sources: [db, cache], preset: "hourly-rpo" }),
    ],
    ["the figures of Smart Office and the bakery (BK-01, BK-28)", () => ({ preset: "daily" })],
    [
      "DotMac's full backup (BK-07)",
      ({ db, cache }) => ({
        sources: [db, cache, configurationSource("etc", { "a.conf": "x" })],
        preset: "dotmac-full",
      }),
    ],
    [
      "DotMac's configuration alone (BK-09)",
      () => ({ sources: [configurationSource("etc", { "a.conf": "x" })], preset: "dotmac-config" }),
    ],
    [
      "a quarterly drill whose alert waits for it (BK-27)",
      () => ({ drill: "0 5 1 */3 *", alerts: { RestoreDrillTooOld: { days: 94 } } }),
    ],
    [
      "dumps for GPG keys, as texts and as outputs, beside base backups that a drill can read",
      () => ({
        encryption: {
          passphrase: "generated",
          tool: "gpg",
          recipients: [armoured("PUBLIC"), pulumi.output(armoured("PUBLIC"))],
        },
      }),
    ],
    [
      "dumps that GPG encrypts with the passphrase (BK-16, BK-19)",
      () => ({ preset: "daily", encryption: { passphrase: "generated", tool: "gpg" } }),
    ],
    [
      "change windows beside the runs",
      () => ({ changeWindows: [{ name: "evening", days: ["tuesday"], from: "21:30", to: "23:30" }] }),
    ],
    [
      "dumps alone in a bucket whose lifecycle is longer than the retention",
      () => ({ preset: "daily", store: { ...elsewhere, expireAfter: "31 days" } }),
    ],
    [
      "a store elsewhere, and a second place",
      () => ({
        store: { endpoint: "https://s3.example.com", bucket: "backups", region: "eu", accessKey: "k", secretKey: "s" },
        offsite: {
          endpoint: "https://s3.example.org:9000",
          bucket: "backups",
          region: "us",
          accessKey: "k",
          secretKey: "s",
        },
        local: {},
      }),
    ],
  ])("%s", async (_title, args) => {
    for (const place of ["compose", "microk8s"] as const) {
      // What is on a disk of the host is for compose alone, and refused elsewhere above.
      const made = await withMocks(() =>
        program(
          (from) => (place === "compose" ? args(from) : { ...args(from), ...wrong<object>({ local: undefined }) }),
          undefined,
          place,
        ),
      );
      expect(made.ofType(":BackupSchedule")).toHaveLength(1);
    }
  });
});
