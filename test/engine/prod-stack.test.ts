import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../lab";
import { changes, filesBelow } from "./expectations";
import { DEV_STACK, type Outcome, POLICY_PACK, Session, well } from "./session";

/** A secret of the configuration; it must be nowhere in clear. */
const CANARY = "canary-5d1f0c93ab";

const COMPONENT = "bulwark:index:";

/** The engine's events, without what the SDK writes for its own developers: there it quotes whole answers, secrets among them. */
function eventsIn(log: string): string {
  return readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => !/"severity":"debug"/.test(line))
    .join("\n");
}

/** A resource as the engine's events and the state show it. */
interface Seen {
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

describeWith(["pulumi"], "the prod stack in the real engine", () => {
  const session = new Session(DEV_STACK, "prod");
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    await session.start();
    const url = ["bulwark:monitoring.heartbeatUrl", `https://ping.example.com/${CANARY}`];
    const set = await session.pulumi("config", "set", "--secret", "--path", ...url);
    if (!set.ok) throw new Error(set.output);
    outcomes.push(await well(session.preview({}, "--policy-pack", POLICY_PACK)));
    outcomes.push(await well(session.up({}, "--policy-pack", POLICY_PACK)));
  }, 600_000);
  afterAll(() => session.close());

  test("the gate lets the first deployment pass, whose tasks it cannot read yet, where the policy pack reads them in the update", () => {
    const gate = (text: string) => {
      const command = [join(__dirname, "../../dist/ops/main.js"), "gate", "-", "--format", "json"];
      const { stdout, status } = spawnSync(process.execPath, command, { input: text, maxBuffer: 64 * 1024 * 1024 });
      return { status, text: stdout.toString() };
    };
    const events = readFileSync(outcomes[0]?.log ?? "", "utf8");
    const passed = gate(events);
    expect(passed.status).toBe(0);
    expect(passed.text).not.toContain(CANARY);
    const { findings } = JSON.parse(passed.text) as { findings: { policy: string; status: string; level: string }[] };
    expect(findings).toContainEqual(
      expect.objectContaining({ policy: "aws-ecs-no-secret-env", status: "undetermined", level: "advisory" }),
    );
    expect(findings.filter(({ level }) => level === "mandatory")).toEqual([]);
    const withoutPack = events
      .split("\n")
      .filter((line) => !line.includes('"policyAnalyzeSummaryEvent"'))
      .join("\n");
    expect(gate(withoutPack).status).toBe(22);
  }, 60_000);

  test("up makes every object once, the migration and the roles before what needs them", () => {
    const { journal } = session.world();
    expect(journal.length).toBeGreaterThan(250);
    expect(journal.filter((event) => event.action !== "create")).toEqual([]);
    const at = (end: string): number => journal.findIndex((event) => event.name.endsWith(end));
    expect(at("invocation:Invocation::db-provision")).toBeGreaterThan(at("rds/instance:Instance::db"));
    expect(at("invocation:Invocation::auth-service-migration")).toBeGreaterThan(
      at("invocation:Invocation::db-provision"),
    );
    expect(at("ecs/service:Service::auth-service")).toBeGreaterThan(
      at("invocation:Invocation::auth-service-migration"),
    );
  });

  test("in the update no policy is left open or broken", () => {
    const said = outcomes[1]?.output.match(/^.*\[(advisory|mandatory)].*$/gm) ?? [];
    // The engine hands secrets to policies in clear, so nothing can be said of a secret's version there.
    expect(said.filter((line) => !line.includes("(aws:secretsmanager:SecretVersion: "))).toEqual([]);
  });

  test("a preview after it is empty", async () => {
    const preview = await session.preview({}, "--expect-no-changes", "--diff");
    outcomes.push(preview);
    expect(changes(preview.steps)).toEqual([]);
    expect(preview.ok).toBe(true);
  }, 240_000);

  test("no secret of the configuration and no generated password is in the state or in any output in clear", () => {
    const secrets = [CANARY, ...session.world().secrets];
    expect(secrets.length).toBeGreaterThanOrEqual(2);
    const files = filesBelow(session.state);
    expect(files.some((each) => each.text.includes('"ciphertext"'))).toBe(true);
    const texts = [
      ...files,
      ...outcomes.flatMap(({ log, output }, index) => [
        { path: `output ${index}`, text: output },
        { path: `events ${index}`, text: eventsIn(log) },
      ]),
    ];
    expect(texts.filter(({ text }) => secrets.some((each) => text.includes(each))).map(({ path }) => path)).toEqual([]);
  });

  test("what policies read of a component is in the preview and in the state, plain and without secrets", () => {
    const [file] = filesBelow(session.state).filter((each) => each.path.endsWith("prod.json"));
    const state = JSON.parse(file?.text ?? "{}") as { checkpoint: { latest: { resources: Seen[] } } };
    const kept = state.checkpoint.latest.resources.filter(({ type }) => type.startsWith(COMPONENT));
    const shown = readFileSync(outcomes[0]?.log ?? "", "utf8")
      .split("\n")
      .filter((line) => line.includes('"resourcePreEvent"'))
      .map(
        (line) => (JSON.parse(line) as { resourcePreEvent: { metadata: { new: Seen } } }).resourcePreEvent.metadata.new,
      )
      .filter(({ type }) => type.startsWith(COMPONENT));
    expect(kept.length).toBeGreaterThanOrEqual(8);
    expect(shown).toHaveLength(kept.length);
    for (const { inputs } of [...kept, ...shown]) {
      expect(inputs).toMatchObject({ target: "aws", environment: "prod" });
      expect(JSON.stringify(inputs)).not.toMatch(/ciphertext|\[secret]/);
    }
    // Policies that look at the whole stack are shown outputs alone.
    for (const { inputs, outputs } of kept) expect(outputs).toMatchObject(inputs ?? {});
  });

  test("destroy refuses the stores and names them", async () => {
    const { ok, output } = await session.pulumi("destroy", "--yes", "--skip-preview");
    expect(ok).toBe(false);
    for (const store of [
      "rds/instance:Instance::db",
      "replicationGroup:ReplicationGroup::cache",
      "bucket:Bucket::recordings",
    ])
      expect(output).toContain(store);
    const gone = session.world().journal.filter(({ action }) => action === "delete");
    expect(gone.filter(({ name }) => /rds\/instance|s3\/bucket:|replicationGroup:/.test(name))).toEqual([]);
  }, 240_000);
});
