import { describeWith } from "../lab";
import { happened } from "./expectations";
import { Session, SYSTEM, well } from "./session";

const MIGRATION = "bulwark-dev-web-migration";
const variant = { image: "registry.example.com/shop/web:2.0.0" };

describeWith(["pulumi"], "a failed one-shot in the real engine", () => {
  const session = new Session(SYSTEM);
  let repair: string[] = [];

  beforeAll(async () => {
    await session.start();
    await well(session.up());
  }, 240_000);
  afterAll(() => session.close());

  test("stops the update before any replica is touched, and says how to go on", async () => {
    const before = session.world();
    session.order({ exitCodes: { [MIGRATION]: 1 } });
    const update = await session.up(variant);
    expect(update.ok).toBe(false);
    expect(happened(before, session.world())).toEqual(["delete web-migration", "create web-migration"]);
    expect(update.output).toContain("web-migration ended with exit code 1");
    repair = /pulumi up --replace '([^']+)'/.exec(update.output)?.slice(1) ?? [];
    expect(repair).toEqual([expect.stringMatching(/^urn:pulumi:dev::bulwark::.*::web-migration$/)]);
    expect(update.output).not.toMatch(/^\s+at .*(:\d+:\d+\)?|<anonymous>)$/m);
    expect(update.output.split("ended with exit code 1").length - 1).toBeLessThanOrEqual(2);
  }, 180_000);

  test("keeps stopping it until the one-shot has run again", async () => {
    const before = session.world();
    session.order({});
    const update = await session.up(variant);
    expect(update.ok).toBe(false);
    expect(update.output).toContain("web-migration ended with exit code 1");
    expect(happened(before, session.world())).toEqual([]);
  }, 180_000);

  test("goes through after the repair that the message names", async () => {
    const before = session.world();
    await well(session.up(variant, ...repair.flatMap((urn) => ["--replace", urn])));
    expect(happened(before, session.world())).toEqual([
      ...["delete web-migration", "create web-migration"],
      ...["delete web-1", "create web-1", "delete web-2", "create web-2"],
    ]);
    await well(session.preview(variant, "--expect-no-changes"));
  }, 180_000);
});
