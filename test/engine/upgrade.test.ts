import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../lab";
import { nameOf } from "./expectations";
import { DEV_STACK, Session, type Step, well } from "./session";

const STATES = join(__dirname, "states");

/** What must outlive every version: data, what holds it, and the keys by which it is read and trusted. */
const LASTING =
  /^kubernetes:(core\/v1:(Namespace|PersistentVolumeClaim)|apps\/v1:StatefulSet)$|RandomPassword$|:(Certificate|Issuer)$/;

/** Steps that would end a thing that lasts. */
function ended(steps: readonly Step[]): string[] {
  return steps
    .filter((step) => LASTING.test(step.type) && !["same", "create", "update"].includes(step.op))
    .map((step) => `${step.op} ${step.type} ${nameOf(step.urn)}`);
}

describeWith(["pulumi"], "this version over the state of an earlier one, in the real engine", () => {
  describe.each(readdirSync(STATES).filter((file) => file.endsWith(".json")))("%s", (file) => {
    const session = new Session(DEV_STACK, "staging");
    const stores = () =>
      session.world().objects.filter((each) => /^(StatefulSet|PersistentVolumeClaim) /.test(each.name));

    beforeAll(async () => {
      await session.start();
      await session.takeOver(join(STATES, file));
    }, 120_000);
    afterAll(() => session.close());

    test("a preview ends no store, volume, password or authority", async () => {
      expect(stores().length).toBeGreaterThan(8);
      const { steps } = await well(session.preview());
      expect(steps.length).toBeGreaterThan(200);
      expect(ended(steps)).toEqual([]);
    }, 240_000);

    test("up leaves every store where it was, and nothing to do", async () => {
      const before = stores().map((each) => each.name);
      const { steps } = await well(session.up());
      expect(ended(steps)).toEqual([]);
      expect(stores().map((each) => each.name)).toEqual(expect.arrayContaining(before));
      const gone = session.world().journal.filter((event) => event.action === "delete");
      expect(gone.filter((event) => /^(StatefulSet|PersistentVolumeClaim|Namespace) /.test(event.name))).toEqual([]);
      await well(session.preview({}, "--expect-no-changes"));
    }, 400_000);
  });
});
