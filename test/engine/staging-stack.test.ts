import { describeWith } from "../lab";
import { filesBelow, formsOf } from "./expectations";
import { DEV_STACK, type Outcome, Session, well } from "./session";

/** Addresses that hold a token, as an operator sets them. */
const CANARIES = ["chatUrl", "secondUrl", "heartbeatUrl"].map((key) => ({ key, token: `canary-${key}-6Yq2vKd81x` }));
const MIGRATION = "smartoffice/auth-service-migration";

describeWith(["pulumi"], "the staging stack in the real engine", () => {
  const session = new Session(DEV_STACK, "staging");
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    await session.start();
    for (const { key, token } of CANARIES) {
      const url = `https://hooks.example.com/${token}`;
      expect(
        await session.pulumi("config", "set", "--secret", "--path", `bulwark:monitoring.${key}`, url),
      ).toMatchObject({ ok: true });
    }
    outcomes.push(await well(session.preview({}, "--diff")));
  }, 240_000);
  afterAll(() => session.close());

  test("a failed migration stops up before any replica is made, and the next up runs it again", async () => {
    session.order({ failingJobs: MIGRATION });
    const first = await session.up();
    outcomes.push(first);
    expect(first.ok).toBe(false);
    expect(first.output).toContain("auth-service-migration");
    expect(made()).not.toContain("Deployment smartoffice/auth-service");
    const stillFailing = await session.up();
    expect(stillFailing.ok).toBe(false);
    session.order({});
    outcomes.push(await well(session.up()));
    const runs = session.world().journal.filter((event) => event.name.startsWith(`Job ${MIGRATION}`));
    expect(runs.map((event) => event.action)).toEqual(["create", "delete", "create", "delete", "create"]);
    expect(made()).toContain("Deployment smartoffice/auth-service");
  }, 400_000);

  test("every object is made once, stores before what needs them, and none is changed on the way", () => {
    const { journal } = session.world();
    const objects = journal.filter((event) => !event.name.includes("-migration-"));
    expect(objects.length).toBeGreaterThan(240);
    expect(objects.filter((event) => event.action !== "create")).toEqual([]);
    expect(new Set(objects.map((event) => event.name)).size).toBe(objects.length);
    const at = (start: string): number => journal.findIndex((event) => event.name.startsWith(start));
    expect(at("Namespace smartoffice")).toBeLessThan(at("StatefulSet smartoffice/db"));
    expect(at("PersistentVolumeClaim smartoffice/db-data")).toBeLessThan(at("StatefulSet smartoffice/db"));
    expect(at("Job smartoffice/db-provision")).toBeGreaterThan(at("StatefulSet smartoffice/db"));
    expect(at(`Job ${MIGRATION}`)).toBeGreaterThan(at("Job smartoffice/db-provision"));
  });

  test("a preview after it is empty", async () => {
    const preview = await session.preview({}, "--expect-no-changes", "--diff");
    outcomes.push(preview);
    expect(preview.steps.filter((step) => step.op !== "same")).toEqual([]);
    expect(preview.ok).toBe(true);
  }, 240_000);

  test("no secret is in the state or in any output, neither in clear nor as base64 or a hash", async () => {
    const shown = await session.pulumi("stack", "output", "--json", "--show-secrets");
    const secrets = [...session.world().secrets, ...CANARIES.map((each) => each.token)];
    expect(secrets.length).toBeGreaterThan(15);
    const texts = [
      ...filesBelow(session.state),
      ...outcomes.map((each, index) => ({ path: `output ${index}`, text: each.output + JSON.stringify(each.steps) })),
      { path: "stack output --show-secrets", text: shown.output },
    ];
    expect(texts.some((each) => each.text.includes('"ciphertext"'))).toBe(true);
    const found = secrets.flatMap((secret) =>
      texts.filter((each) => formsOf(secret).some((form) => each.text.includes(form))).map((each) => each.path),
    );
    expect(found).toEqual([]);
  }, 30_000);

  test("a secret is in no object of the cluster but a Secret", () => {
    const { objects, secrets } = session.world();
    const all = [...secrets, ...CANARIES.map((each) => each.token)];
    const holders = objects
      .filter((each) => each.kind === "object")
      .filter((each) =>
        all.some((secret) => formsOf(secret).some((form) => JSON.stringify(each.inputs).includes(form))),
      )
      .map((each) => each.name.split(" ")[0]);
    expect(holders.length).toBeGreaterThan(10);
    expect([...new Set(holders)]).toEqual(["Secret"]);
  });

  test("destroy refuses the stores, names them, and keeps them with their volumes; up brings the rest back", async () => {
    const before = stores();
    expect(before.length).toBeGreaterThanOrEqual(8);
    const { ok, output } = await session.pulumi("destroy", "--yes", "--skip-preview");
    expect(ok).toBe(false);
    // What each of these stands on is not even tried.
    for (const name of ["db-replica-1", "cache", "recordings"]) expect(output).toContain(`StatefulSet::${name}`);
    expect(stores()).toEqual(before);
    await well(session.up());
    expect(stores()).toEqual(before);
  }, 400_000);

  function made(): string[] {
    return session.world().objects.map((each) => each.name);
  }

  /** What holds data, and the namespace whose end would be theirs. */
  function stores(): string[] {
    return session
      .world()
      .objects.filter((each) => /^(Namespace|StatefulSet|PersistentVolumeClaim) smartoffice/.test(each.name))
      .filter((each) => !JSON.stringify(each.inputs).includes('"data-class":"none"'))
      .map((each) => each.name)
      .sort();
  }
});
