import { describeWith } from "../lab";
import { dataVolumes, filesBelow, formsOf, inventory } from "./expectations";
import { DEV_STACK, type Outcome, Session, well } from "./session";

describeWith(["pulumi"], "the dev stack in the real engine", () => {
  const session = new Session(DEV_STACK);
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    await session.start();
    outcomes.push(await well(session.up({}, "--diff")));
  }, 240_000);
  afterAll(() => session.close());

  test("up makes every object once", () => {
    const { journal } = session.world();
    expect(journal.length).toBeGreaterThan(60);
    expect(journal.filter((event) => event.action !== "create")).toEqual([]);
    expect(new Set(inventory(session.world())).size).toBe(journal.length);
  });

  test("a preview after it is empty", async () => {
    const preview = await session.preview({}, "--expect-no-changes", "--diff");
    outcomes.push(preview);
    expect(preview.output).toMatch(/\d+ unchanged/);
    expect(preview.steps.filter((step) => step.op !== "same")).toEqual([]);
    expect(preview.ok).toBe(true);
  }, 180_000);

  test("no generated password is in the state or in any output, neither in clear nor as base64 or a hash", async () => {
    const hidden = await session.pulumi("stack", "--show-secrets=false");
    const shown = await session.pulumi("stack", "output", "--json", "--show-secrets");
    const { secrets } = session.world();
    expect(secrets.length).toBeGreaterThanOrEqual(7);
    const texts = [
      ...filesBelow(session.state),
      ...outcomes.map((each, index) => ({ path: `output ${index}`, text: each.output + JSON.stringify(each.steps) })),
      { path: "stack --show-secrets=false", text: hidden.output },
      { path: "stack output --show-secrets", text: shown.output },
    ];
    expect(texts.some((each) => each.text.includes('"ciphertext"'))).toBe(true);
    const found = secrets.flatMap((secret) =>
      texts.filter((each) => formsOf(secret).some((form) => each.text.includes(form))).map((each) => each.path),
    );
    expect(found).toEqual([]);
  }, 30_000);

  test("no container has a password anywhere but in files brought by its carrier", () => {
    const { objects, secrets } = session.world();
    const containers = objects.filter((each) => each.kind === "container");
    expect(containers.length).toBeGreaterThan(20);
    const leaks = containers.filter((each) => secrets.some((secret) => JSON.stringify(each.inputs).includes(secret)));
    expect(leaks.map((each) => each.name)).toEqual([]);
  });

  test("destroy refuses the volumes with data, names them, and keeps all of them", async () => {
    const before = session.world();
    const volumes = dataVolumes(before);
    expect(volumes.length).toBeGreaterThanOrEqual(4);
    const { ok, output } = await session.pulumi("destroy", "--yes", "--skip-preview");
    expect(ok).toBe(false);
    expect(output).toMatch(/protect/);
    for (const volume of volumes) expect(output).toContain(`::${volume.replace("bulwark-dev-", "")}`);
    expect(dataVolumes(session.world())).toEqual(volumes);
    const deleted = session.world().journal.filter((event) => event.action === "delete");
    expect(deleted.map((event) => event.name).filter((name) => volumes.includes(name))).toEqual([]);
  }, 180_000);

  test("up brings everything back over the same volumes", async () => {
    const volumes = dataVolumes(session.world());
    await well(session.up());
    const { journal } = session.world();
    for (const volume of volumes) expect(journal.filter((event) => event.name === volume)).toHaveLength(1);
    expect(journal.filter((event) => !["create", "delete", "adopt"].includes(event.action))).toEqual([]);
  }, 180_000);
});
