import { describeWith } from "../lab";
import { Session, SYSTEM, well } from "./session";

describeWith(["pulumi"], "a mistake in the last component, in the real engine", () => {
  const session = new Session(SYSTEM);

  beforeAll(() => session.start());
  afterAll(() => session.close());

  test("registers nothing at all, and says everything that is wrong without a stack trace", async () => {
    const update = await session.up({ mistake: true });
    expect(update.ok).toBe(false);
    expect(session.world().journal).toEqual([]);
    expect(update.steps.map((step) => step.type).filter((type) => type !== "pulumi:pulumi:Stack")).toEqual([]);
    expect(update.output).toContain('ServiceDeployment "last": 4 problems');
    for (const path of ["image", "memory", "replicas", "rotues"]) expect(update.output).toContain(`  ${path}: given`);
    expect(update.output).toContain("did you mean `routes`?");
    expect(update.output).not.toMatch(/^\s+at .*(:\d+:\d+\)?|<anonymous>)$/m);
  }, 180_000);

  test("the corrected program goes through afterwards", async () => {
    await well(session.up());
    expect(session.world().journal.filter((event) => event.action !== "create")).toEqual([]);
  }, 180_000);
});
