import { BackupSchedule, type BackupScheduleArgs, configurationSource } from "../../components/backup-schedule";
import { drillMachine } from "../../components/backup-schedule/drill-machine";
import { awsCron, bucketRules, databaseRules, timeOfDay } from "../../components/backup-schedule/vault-rules";
import { ArgumentError } from "../../components/core/errors";
import { AwsRegion } from "../../components/targets/aws-region";
import type { Program } from "../mocks/program";
import { type Changes, ends, findings, type Shop, watchedShop } from "./shop-with-alerts";

jest.setTimeout(60_000);

const SECOND = { region: "us-west-2", zones: ["us-west-2a", "us-west-2b"], allowedAccountIds: ["123456789012"] };
type Given = Omit<BackupScheduleArgs, "vpc" | "sources"> & {
  readonly sources?: (shop: Shop) => BackupScheduleArgs["sources"];
  readonly second?: string | undefined;
};

function backedUp(given: Given = {}, changes: Changes = {}): Promise<Program> {
  const { sources, second = SECOND.region, ...args } = given;
  return watchedShop({
    ...changes,
    also: (shop) => {
      const zones = ["a", "b"].map((zone) => `${second}${zone}`);
      const copyTo = new AwsRegion("second", { ...SECOND, environment: "prod", region: second, zones });
      new BackupSchedule("backups", {
        copyTo,
        ...args,
        vpc: shop.vpc,
        sources: sources?.(shop) ?? [shop.db, shop.recordings],
      });
    },
  });
}

const made = backedUp();
const plan = async (kind: "databases" | "buckets") => (await made).one("backup/plan:Plan", `backups-${kind}`);

describe("rules of a plan", () => {
  const KEPT = { daily: 30, weekly: 12, monthly: 12, yearly: 7, pointInTimeDays: 30 };

  it("keep 30 days, 12 weeks, 12 months and 7 years as 30, 84, 365 and 2,557 days (BK-13)", () => {
    expect(databaseRules("15 1 * * *", KEPT)).toEqual([
      { name: "daily", schedule: "cron(15 1 * * ? *)", days: 30, continuous: false },
      { name: "weekly", schedule: "cron(15 1 ? * SUN *)", days: 84, continuous: false },
      { name: "monthly", schedule: "cron(15 1 1 * ? *)", days: 365, continuous: false },
      { name: "yearly", schedule: "cron(15 1 1 1 ? *)", days: 2557, continuous: false },
    ]);
    expect(databaseRules("0 0 * * *", { ...KEPT, weekly: 0, yearly: 0 }).map((each) => each.name)).toEqual([
      "daily",
      "monthly",
    ]);
  });

  it("keep of a bucket what can be restored to a point in time, 35 days at most", () => {
    expect(bucketRules("0 0 * * *", KEPT)).toEqual([
      { name: "continuous", schedule: "cron(0 0 * * ? *)", days: 30, continuous: true },
    ]);
    expect(bucketRules("0 0 * * *", { ...KEPT, pointInTimeDays: 90 })[0]?.days).toBe(35);
  });

  it.each([
    ["0 5 1 * *", "cron(0 5 1 * ? *)"],
    ["30 4 * * 6", "cron(30 4 ? * SAT *)"],
    ["0 6 * * 0,3", "cron(0 6 ? * SUN,WED *)"],
    ["0 6 * * 1-5", "cron(0 6 ? * MON-FRI *)"],
    ["0 6 * * 7", "cron(0 6 ? * SUN *)"],
  ])("cron %s is %s on aws", (cron, written) => expect(awsCron(cron)).toBe(written));

  it("a time of day is one minute of one hour of every day", () => {
    expect(timeOfDay("5 2 * * *")).toEqual({ minute: 5, hour: 2 });
    for (const cron of ["*/5 2 * * *", "0 2,14 * * *", "0 2 * * 0", "0 2 1 * *"])
      expect(timeOfDay(cron)).toBeUndefined();
  });
});

describe("BackupSchedule on aws", () => {
  it("backs up databases by four rules and buckets continuously, found by what the selections refer to", async () => {
    const program = await made;
    const rules = (await plan("databases")).inputs["rules"] as {
      ruleName: string;
      lifecycle: { deleteAfter: number };
      enableContinuousBackup: boolean;
    }[];
    expect(rules.map((rule) => [rule.ruleName, rule.lifecycle.deleteAfter])).toEqual([
      ["daily", 30],
      ["weekly", 84],
      ["monthly", 365],
      ["yearly", 2557],
    ]);
    // AWS Backup would change the windows of the instance behind the program's back.
    expect(rules.some((rule) => rule.enableContinuousBackup)).toBe(false);
    expect((await plan("buckets")).inputs["rules"]).toMatchObject([
      { ruleName: "continuous", enableContinuousBackup: true },
    ]);
    const selected = program
      .ofType("backup/selection:Selection")
      .map((each) => [
        ends(program, each, "planId").map((to) => to.name),
        ends(program, each, "resources").map((to) => `${to.type.split(":").at(-1)} ${to.name}`),
      ]);
    expect(selected).toEqual([
      [["backups-buckets"], ["Bucket recordings"]],
      [["backups-databases"], ["Instance db"]],
    ]);
  });

  it("each rule copies to a vault that another provider makes, in another region", async () => {
    const program = await made;
    const [own, copy] = ["backups", "backups-copy"].map((name) => program.one("backup/vault:Vault", name));
    expect(own?.provider).toMatch(/::place$/);
    expect(copy?.provider).toMatch(/::second$/);
    expect(program.one("pulumi:providers:aws", "second").inputs["region"]).toBe("us-west-2");
    for (const kind of ["databases", "buckets"] as const) {
      const each = await plan(kind);
      expect(ends(program, each, "rules").map((to) => to.name)).toEqual(
        expect.arrayContaining(["backups", "backups-copy"]),
      );
      const rules = each.inputs["rules"] as { copyActions?: { lifecycle: object }[]; lifecycle: object }[];
      for (const rule of rules) expect(rule.copyActions?.map((copied) => copied.lifecycle)).toEqual([rule.lifecycle]);
    }
  });

  it("both vaults are locked to what the plans keep, protected, and have a key of their own that nothing else uses", async () => {
    const program = await made;
    for (const name of ["backups", "backups-copy"]) {
      const vault = program.one("backup/vault:Vault", name);
      expect({ name, protect: vault.protect, forceDestroy: vault.inputs["forceDestroy"] }).toEqual({
        name,
        protect: true,
        forceDestroy: false,
      });
      const lock = program.one("VaultLockConfiguration", name);
      expect(ends(program, lock, "backupVaultName")).toEqual([vault]);
      expect(lock.provider).toBe(vault.provider);
      expect(lock.inputs).toMatchObject({ minRetentionDays: 30, maxRetentionDays: 2557 });
      expect(lock.inputs["changeableForDays"]).toBeUndefined();
      const [key] = ends(program, vault, "kmsKeyArn");
      expect(key?.inputs).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 30 });
      const users = program.resources.filter(
        (each) => each !== vault && ends(program, each, "kmsKeyArn").includes(key as never),
      );
      expect(users).toEqual([]);
    }
  });

  it("compliance is a lock that nobody can take off after a week", async () => {
    const program = await backedUp({ lock: "compliance" });
    expect(program.one("VaultLockConfiguration", "backups").inputs["changeableForDays"]).toBe(7);
  });

  it("rehearses the newest and an older backup each month, where nothing can reach it and it reaches nothing", async () => {
    const program = await made;
    const plans = program.ofType("RestoreTestingPlan");
    expect(plans.map((each) => (each.inputs["recoveryPointSelection"] as { algorithm: string }).algorithm)).toEqual([
      "LATEST_WITHIN_WINDOW",
      "RANDOM_WITHIN_WINDOW",
    ]);
    for (const each of plans) {
      expect(each.inputs["scheduleExpression"]).toBe("cron(0 5 1 * ? *)");
      expect(each.inputs["name"]).toMatch(/^[a-zA-Z0-9_]{1,50}$/);
      expect(ends(program, each, "recoveryPointSelection").map((to) => to.name)).toEqual(["backups"]);
    }
    for (const each of program.ofType("RestoreTestingSelection")) {
      expect(ends(program, each, "protectedResourceArns").map((to) => to.name)).toEqual(["db"]);
      expect(each.inputs["validationWindowHours"]).toBe(4);
      const places = ends(program, each, "restoreMetadataOverrides");
      const group = places.find((to) => to.type.endsWith("SecurityGroup"));
      const rules = program.resources.filter((to) => /SecurityGroup(In|E)gressRule$/.test(to.type));
      expect(rules.filter((rule) => ends(program, rule, "securityGroupId").some((of) => of === group))).toEqual([]);
      const subnets = places.flatMap((to) => ends(program, to, "subnetIds"));
      expect(subnets.length).toBeGreaterThan(1);
      expect(subnets.every((to) => to.name.includes("-data-"))).toBe(true);
    }
  });

  it("has what was restored judged, and AWS Backup told of it", async () => {
    const program = await made;
    const target = program.one("eventTarget:EventTarget", "backups-drill");
    const [machine] = ends(program, target, "arn");
    expect(machine?.type).toMatch(/StateMachine$/);
    const rule = program.one("eventRule:EventRule", "backups-drill");
    expect(ends(program, rule, "eventPattern").map((to) => to.name)).toEqual(["backups-latest", "backups-random"]);
    expect(JSON.parse(String(machine?.inputs["definition"]))).toEqual(drillMachine({ schedule: "backups" }));
    const starter = program.one("rolePolicy:RolePolicy", "backups-drill-start");
    expect(ends(program, starter, "policy")).toEqual([machine]);
  });

  it.each([
    ["server", undefined, ["SUCCESSFUL", "FAILED"]],
    ["content", { judge: "reader", key: "key", servers: [] }, ["FAILED", "SUCCESSFUL", "FAILED"]],
  ])("every state of the judge of the %s leads somewhere, to success and to failure", (_, content, verdicts) => {
    const { States, StartAt } = drillMachine({
      schedule: "backups",
      ...(content === undefined ? {} : { content }),
    }) as {
      States: Record<
        string,
        { Next?: string; Default?: string; End?: boolean; Choices?: { Next: string }[]; Catch?: { Next: string }[] }
      >;
      StartAt: string;
    };
    const seen = new Set<string>();
    const walk = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const state = States[name];
      if (state === undefined) throw new Error(`no state ${name}`);
      const next = [
        state.Next,
        state.Default,
        ...(state.Choices ?? []).map((each) => each.Next),
        ...(state.Catch ?? []).map((each) => each.Next),
      ].filter((each) => each !== undefined);
      expect({ name, ends: state.End === true, leads: next.length > 0 }).toEqual({
        name,
        ends: state.End === true,
        leads: state.End !== true,
      });
      for (const each of next) walk(each);
    };
    walk(StartAt);
    expect([...seen].sort()).toEqual(Object.keys(States).sort());
    const told = Object.values(States).flatMap(
      (state) => (state as { Arguments?: { ValidationStatus?: string } }).Arguments?.ValidationStatus ?? [],
    );
    expect(told).toEqual(verdicts);
  });

  it("has the content read by a function that reaches restored servers, and of all logins only theirs", async () => {
    expect((await made).ofType("lambda/function:Function").map((each) => each.name)).not.toContain(
      "backups-drill-reader",
    );
    const program = await backedUp({ judge: "content" });
    const reader = program.one("lambda/function:Function", "backups-drill-reader");
    const machine = program.one("sfn/stateMachine:StateMachine", "backups-drill");
    expect(
      ends(program, machine, "definition")
        .map((to) => to.name)
        .sort(),
    ).toEqual(["backups-drill-reader", "db", "network-key"]);
    const { States } = JSON.parse(String(machine.inputs["definition"])) as {
      States: Record<string, { Arguments?: { Payload?: { servers: { databases: string[] }[] } } }>;
    };
    expect(States["Read"]?.Arguments?.Payload?.servers.map((each) => each.databases)).toEqual([["orders"]]);
    const policy = (name: string) =>
      JSON.parse(String(program.one("iam/rolePolicy:RolePolicy", name).inputs["policy"])) as {
        Statement: { Action: string[]; Resource: string[]; Condition?: object }[];
      };
    const secrets = policy("backups-drill-reader").Statement.filter(({ Action }) =>
      Action.includes("secretsmanager:GetSecretValue"),
    );
    expect(secrets).toHaveLength(1);
    expect(JSON.stringify(secrets[0]?.Condition)).toContain("db:awsbackup-restore-test-*");
    const changes = policy("backups-drill-judge").Statement.filter(({ Action }) =>
      Action.includes("rds:ModifyDBInstance"),
    );
    expect(changes.map(({ Resource }) => Resource)).toEqual([
      ["arn:aws:rds:us-east-1:123456789012:db:awsbackup-restore-test-*"],
    ]);
    // The restored server is reached by the reader alone, and no other store is.
    const into = program
      .ofType("SecurityGroupIngressRule")
      .filter((rule) =>
        ends(program, rule, "referencedSecurityGroupId").some((group) => group.name === "backups-drill-reader"),
      );
    expect(into.flatMap((rule) => ends(program, rule, "securityGroupId").map((group) => group.name)).sort()).toEqual([
      "backups-drill",
      "network-endpoints",
    ]);
    const files = Object.keys((reader.inputs["code"] as { assets: object }).assets);
    expect(files).toEqual(
      expect.arrayContaining(["backup-schedule/drill-judge.js", "node_modules/postgres/package.json"]),
    );
    const own = findings(program).filter((each) => /::backups|BackupSchedule/.test(each.urn));
    expect(own.filter(({ policy: id }) => !["xs-data-class-tags", "xs-component-has-alert"].includes(id))).toEqual([]);
  });

  it("the policies find nothing in it", async () => {
    const judged = findings(await made).filter((each) => each.policy !== "xs-data-class-tags");
    const own = judged.filter((each) => /::backups|BackupSchedule/.test(each.urn));
    expect(
      own
        .map((each) => `${each.policy} ${each.urn} ${each.message}`)
        .filter((line) => !line.startsWith("xs-component-has-alert")),
    ).toEqual([]);
  });
});

const PITR = { pointInTime: "40 days" } as const;

/** Title, arguments, paths of the problems, a word of the remedy. */
const REFUSED: readonly (readonly [string, Given, readonly string[], string])[] = [
  ["no second region in prod", { copyTo: undefined as never }, ["copyTo"], "lost with it"],
  ["the same region twice", { second: "us-east-1" }, ["copyTo"], "another region"],
  ["an RPO that Amazon RDS cannot keep (X-17)", { rpo: "1 minute" }, ["rpo", "rpo"], "5 minutes or more"],
  ["an RPO that a bucket cannot keep", { rpo: "10 minutes" }, ["rpo"], "15 minutes or more"],
  [
    "points in time beyond 35 days (X-48)",
    { retention: PITR },
    ["retention.pointInTime", "retention.pointInTime"],
    "at most 35",
  ],
  ["a cache", { sources: ({ db, cache }) => [db, cache] }, ["rpo"], "makes its snapshots by itself"],
  [
    "configuration",
    { sources: ({ db }) => [db, configurationSource("configuration", { a: "b" })] },
    ["sources"],
    "state's own backend",
  ],
  ["a schedule that is no time of day", { full: "0 */6 * * *" }, ["full"], "time of day"],
  ["a drill that never runs", { drill: "0 5 30 2 *" }, ["drill"], "five cron fields"],
  ["no daily backups", { retention: { daily: 0 } }, ["retention.daily"], "daily"],
  [
    "settings of Bulwark's own backups",
    { encryption: { passphrase: "generated" }, dump: "0 1 * * *", local: {}, jitter: "1 minute" },
    ["dump", "encryption", "local", "jitter"],
    "keys of AWS KMS",
  ],
  ["a misspelt argument", { retain: {} } as never, ["retain"], "retention"],
];

describe("what aws cannot give is refused before anything is made", () => {
  it.each(REFUSED)("%s", async (_, given, paths, text) => {
    const refused = await backedUp(given).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(ArgumentError);
    expect((refused as ArgumentError).problems.map((each) => each.path)).toEqual(paths);
    expect((refused as ArgumentError).message).toContain(text);
  });

  it("dev needs no second region", async () => {
    const program = await backedUp(
      { copyTo: undefined as never, retention: { pointInTime: "7 days" } },
      { environment: "dev" },
    );
    expect(program.ofType("backup/vault:Vault").map((each) => each.name)).toEqual(["backups"]);
  });
});
