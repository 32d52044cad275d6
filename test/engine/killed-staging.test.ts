import { describeWith } from "../lab";
import { deployment, recover } from "./interrupted";
import { creations } from "./providers/world";
import { DEV_STACK, Session, well } from "./session";

/** Moments at which engine and program are killed, by the number of objects that exist; staging has well over two hundred. */
const MOMENTS = [3, 70, 140, 210];

describeWith(["pulumi"], "an update of staging that is killed on its way, in the real engine", () => {
  const session = new Session(DEV_STACK, "staging");

  beforeAll(() => session.start(), 60_000);
  afterAll(() => session.close());

  test.each(MOMENTS)(
    "killed when %i objects were made, the last without the engine's knowledge",
    async (moment) => {
      // PULUMI_K8S_UPSERT_EXISTING_OBJECTS=true: what the cluster has and the state does not is taken over.
      session.order({ holdAt: moment, upsert: true });
      await session.upKilled((world) => creations(world) >= moment);
      await recover(session);
    },
    240_000,
  );

  test("without that setting the next update says what is there already, and changes nothing of it", async () => {
    session.order({});
    const before = session.world().objects;
    const update = await session.up();
    expect(update.ok).toBe(false);
    expect(update.output).toContain("already exists");
    expect(session.world().objects).toEqual(expect.arrayContaining(before));
  }, 240_000);

  test("with it the next update ends well, with nothing duplicated, lost or made twice", async () => {
    session.order({ upsert: true });
    await well(session.up());
    const { objects, journal } = session.world();
    const { resources, pending_operations = [] } = await deployment(session);
    expect(pending_operations).toEqual([]);
    const ids = resources.filter((each) => each.type.startsWith("kubernetes:")).map((each) => each.id);
    const there = objects.filter((each) => each.kind === "object").map((each) => each.id);
    // A Job and a file carry a hash of their content in their name: one that was made with a password nobody kept is left behind.
    expect(there).toEqual(expect.arrayContaining(ids));
    const left = there.filter((id) => !ids.includes(id));
    expect(left.filter((id) => !/^(Job|Secret|ConfigMap) /.test(id))).toEqual([]);
    expect(journal.filter((event) => !["create", "adopt"].includes(event.action))).toEqual([]);
    await well(session.preview({}, "--expect-no-changes"));
  }, 400_000);
});
