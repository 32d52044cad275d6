import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../lab";
import { type Declared, Site } from "./site";

const network: Declared = { type: "docker:index/network:Network", name: "app", props: { name: "app" } };
const volume: Declared = { type: "docker:index/volume:Volume", name: "data", props: { name: "data" } };
const password: Declared = { type: "random:index/randomPassword:RandomPassword", name: "key", props: { length: 32 } };
const renamed: Declared = { ...volume, props: { name: "data-2" } };
const web = (memory: number): Declared => ({
  type: "docker:index/container:Container",
  name: "web",
  props: { name: "web", image: "web:1.0.0@sha256:aa", memory, restart: "unless-stopped" },
});

const CALENDAR = `version: 1
runway: "30 minutes"
windows: [{ name: tuesday, days: [tuesday], from: "22:00", to: "23:00" }]
emergency: { approvers: [ann, bob] }
`;
/** In the window. */
const TUESDAY = "2026-11-24T22:05:00Z";
const PACK = {
  "pack/PulumiPolicy.yaml": "runtime: nodejs\n",
  "pack/package.json": '{ "name": "pack", "version": "1.0.0", "main": "index.js" }\n',
  "pack/index.js": `const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("site", { policies: [{ name: "none", description: "none", validateResource: () => {} }] });
`,
};

const BUILT = {
  "package.json":
    '{ "name": "shop", "private": true, "scripts": { "build": "mkdir -p built && cp main.cjs built" } }\n',
  "main.cjs": 'require("../program.cjs");\n',
};

// One approval is refused for one reason after the other, because each preview takes the engine seconds; then it is applied after all.
describeWith(["pulumi"], "what was approved is what is applied, in the real engine", () => {
  const site = new Site();
  const calendar = join(site.folder, "calendar.yaml");
  const journal = () =>
    readFileSync(join(site.root, ".bulwark", "applied", "prod.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const updates = () => site.calls().filter((call) => call.startsWith("up"));
  /** Memory of what runs now. */
  const running = () => site.state().find(({ urn }) => urn.endsWith("::web"))?.inputs?.["memory"];

  beforeAll(async () => {
    await site.start();
    writeFileSync(calendar, CALENDAR);
    site.write({ ...PACK, ...BUILT, ".gitignore": "node_modules\nbuilt\n" });
    site.build();
    site.commit([network, volume, password, web(0)]);
    site.pulumi(["stack", "init", "prod"]);
    site.pulumi(["up", "--stack", "prod", "--yes", "--skip-preview"]);
    site.commit([network, volume, password, web(16)]);
    site.now = new Date(TUESDAY);
    await approve({ policyPack: join(site.root, "pack") });
  }, 240_000);
  afterAll(() => site.close());

  async function approve(options = {}): Promise<void> {
    const approved = await site.approve({ calendar, ...options });
    expect(approved).toMatchObject({ code: 0, text: expect.stringContaining("Approved by ann until 2026-11-25") });
    site.calls();
  }

  /** Refused, and the engine was not asked to update anything. */
  async function refused(code: number, text: RegExp, options = {}): Promise<void> {
    expect(await site.apply(options)).toMatchObject({ code, text: expect.stringMatching(text) });
    expect(updates()).toEqual([]);
  }

  test("refused after a new commit, though it changes no resource", async () => {
    site.write({ "notes.txt": "nothing\n" });
    site.save();
    await refused(24, /the commit is another one/);
    site.git("reset", "-q", "--hard", "HEAD~");
  });

  test("refused with files that are not committed", async () => {
    site.write({ "notes.txt": "something\n" });
    await refused(24, /not committed: notes\.txt/);
    site.git("clean", "-q", "-f");
  });

  test.each([
    ["configuration", "Pulumi.prod.yaml", /the stack's configuration is another one/],
    ["lockfile", "package-lock.json", /the lockfile is another one/],
    ["policy pack", "pack/index.js", /the policy pack is another one/],
    ["built program", "built/main.cjs", /the built program is another one/],
  ])("refused with another %s", async (_, name, text) => {
    const kept = readFileSync(join(site.root, name), "utf8");
    site.write({ [name]: `${kept} ` });
    await refused(24, text);
    site.write({ [name]: kept });
  });

  test("refused with another register of exemptions", async () => {
    const exemptions = join(site.folder, "exemptions.yaml");
    writeFileSync(exemptions, "exemptions: []\n");
    await refused(24, /the exemptions is another one/, { exemptions });
  });

  test("refused after drift in the state, also of something else than what changes", async () => {
    const exported = site.pulumi(["stack", "export", "--stack", "prod"]);
    const state = JSON.parse(exported);
    const found = state.deployment.resources.find((each: { urn: string }) => each.urn.endsWith("::app"));
    found.outputs.scope = "somewhere else";
    site.pulumi(["stack", "import", "--stack", "prod"], JSON.stringify(state));
    await refused(24, /the state is another one: somebody changed it since: .*::app/);
    site.pulumi(["stack", "import", "--stack", "prod"], exported);
    // Whoever writes the state encrypts its secrets anew: it is another one even when it says the same.
    await refused(24, /the state is another one: .*RandomPassword::key/);
    await approve();
  }, 120_000);

  test("refused when it expired, or comes from the future", async () => {
    site.now = new Date("2026-11-25T22:06:00Z");
    await refused(24, /expired 1 min ago/);
    site.now = new Date("2026-11-24T21:59:00Z");
    await refused(24, /from the future/);
    site.now = new Date(TUESDAY);
  });

  test("refused when not signed by somebody who may, or when altered after it was signed", async () => {
    const kept = readFileSync(site.bundle, "utf8");
    const whole = JSON.parse(kept);
    const longer: string = whole.approval.replace(/"expires":"2026/, '"expires":"2027');
    expect(longer).not.toBe(whole.approval);
    writeFileSync(site.bundle, JSON.stringify({ ...whole, approval: longer }));
    await refused(25, /not signed as it says/);
    writeFileSync(site.bundle, JSON.stringify({ ...whole, signatures: [{ ...whole.signatures[0], signer: "bob" }] }));
    await refused(25, /not signed as it says/);
    writeFileSync(site.bundle, JSON.stringify({ ...whole, signatures: [] }));
    await refused(25, /no bundle/);
    writeFileSync(site.bundle, kept.slice(0, -20));
    await refused(25, /cut off/);
    writeFileSync(site.bundle, kept);
    const stranger = { countersign: site.bundle, as: "eve", key: join(site.folder, "eve") };
    expect(await site.approve(stranger)).toMatchObject({ code: 2, text: expect.stringContaining("not be accepted") });
  });

  test("refused at the end of its window, and in a freeze that came later", async () => {
    const frozen = join(site.folder, "frozen.yaml");
    const freeze = '{ name: incident, start: "2026-11-24T00:00", end: "2026-11-25T00:00" }';
    writeFileSync(frozen, `version: 1\nfreezes: [${freeze}]\n`);
    site.now = new Date("2026-11-24T22:31:00Z");
    await refused(23, /closes in 29 min.*\n.*frozen by incident/, { calendar: frozen });
  }, 240_000);

  test("an emergency takes the signatures of two of the calendar's approvers", async () => {
    site.now = new Date("2026-11-24T23:30:00Z");
    await refused(23, /two different approvers/, { emergency: "INC-7" });
    const second = { countersign: site.bundle, as: "bob", key: join(site.folder, "bob") };
    expect(await site.approve(second)).toMatchObject({ code: 0 });
  }, 240_000);

  test("applied exactly once, bound to the engine's plan; options in the environment do not reach the engine", async () => {
    process.env["PULUMI_OPTION_TARGET"] = "urn:pulumi:prod::shop::docker:index/network:Network::app";
    try {
      const applied = await site.apply({ emergency: "INC-7" });
      expect(applied).toMatchObject({ code: 0, text: expect.stringContaining("ok       container web") });
    } finally {
      delete process.env["PULUMI_OPTION_TARGET"];
    }
    expect(updates()).toEqual([expect.stringMatching(/--plan .+plan\.json/)]);
    expect(running()).toBe(256 + 16);
    const commit = site.git("rev-parse", "HEAD").trim();
    const signers = ["ann", "bob"];
    expect(journal()).toEqual([expect.objectContaining({ result: "applied", signers, commit, emergency: "INC-7" })]);
    await refused(24, /the state is another one: .*::web/);
    site.now = new Date(TUESDAY);
  }, 240_000);

  test("refused when the preview shows other changes, though nothing that is bound differs", async () => {
    const outside = join(site.folder, "outside");
    writeFileSync(outside, "1");
    site.commit([network, renamed, password, web(32)]);
    const text = readFileSync(join(site.root, "program.cjs"), "utf8");
    const reading = `const outside = Number(require("node:fs").readFileSync(${JSON.stringify(outside)}, "utf8"));`;
    site.write({ "program.cjs": `${reading}\n${text.replace("+ memory }", "+ memory + outside }")}` });
    site.save();
    expect(await site.approve({ plan: false })).toMatchObject({
      code: 21,
      text: expect.stringMatching(/--accept-loss '.*::data'/),
    });
    expect(await site.approve({ plan: false, acceptLoss: ["data"] })).toMatchObject({ code: 0 });
    writeFileSync(outside, "7");
    await refused(24, /the preview shows other changes: .*::web would be changed otherwise/);
    writeFileSync(outside, "1");
  }, 240_000);

  test("a backup comes first when data is at risk; without a plan the digest of a fresh preview binds", async () => {
    await refused(1, /no backup: false ended with 1/, { backup: "false" });
    const log = join(site.folder, "pulumi.log");
    const done = await site.apply({ backup: `echo backup of $1 >> ${log}; echo set-1` });
    expect(done).toMatchObject({ code: 0, text: expect.stringContaining("ok       backup set-1") });
    const calls = site.calls().filter((call) => /^(up|backup)/.test(call));
    expect(calls).toEqual(["backup of prod", expect.stringMatching(/^up --stack prod --yes --skip-preview/)]);
    expect(journal().at(-1)).toMatchObject({ result: "applied", backup: "set-1" });
    expect(running()).toBe(256 + 33);
  }, 240_000);

  test("what is not healthy afterwards is told, and the program that was applied before comes back", async () => {
    const before = site.git("rev-parse", "HEAD").trim();
    site.commit([network, renamed, password, web(48)]);
    expect(await site.approve()).toMatchObject({ code: 0 });
    writeFileSync(join(site.folder, "docker"), "running unhealthy 0");
    const back = await site.apply({ healthTimeout: "0", rollback: "always", health: "false" });
    expect(back).toMatchObject({ code: 1, text: expect.stringContaining("container web: not yet: running unhealthy") });
    expect(back.text).toContain("false ended with 1");
    expect(back.text).toContain(`The stack is back at ${before.slice(0, 12)}`);
    expect(running()).toBe(256 + 33);
    expect(journal().map(({ result }) => result)).toEqual(["applied", "applied", "unhealthy", "rolled-back"]);
  }, 240_000);
});
