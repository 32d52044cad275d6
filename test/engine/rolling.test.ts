import { describeWith } from "../lab";
import { happened } from "./expectations";
import type { Variant } from "./programs/system";
import { Session, SYSTEM, well } from "./session";

describeWith(["pulumi"], "an update in the real engine", () => {
  const session = new Session(SYSTEM);
  let variant: Variant = {};

  beforeAll(async () => {
    await session.start();
    await well(session.up());
  }, 240_000);
  afterAll(() => session.close());

  /** Updates with one more change, and tells what happened to containers other than carriers and new ones. */
  async function update(change: Variant): Promise<string[]> {
    variant = { ...variant, ...change };
    const before = session.world();
    await well(session.up(variant));
    const after = session.world();
    expect(after.journal.filter((event) => ["conflict", "implicit", "delete-missing"].includes(event.action))).toEqual(
      [],
    );
    return happened(before, after);
  }

  test("replicas of a service roll one after another, after the migration", async () => {
    expect(await update({ image: "registry.example.com/shop/web:2.0.0" })).toEqual([
      ...["delete web-migration", "create web-migration"],
      ...["delete web-1", "create web-1", "delete web-2", "create web-2"],
    ]);
  }, 180_000);

  test("a new route changes the file of the edge, never the edge", async () => {
    expect(await update({ moreRoutes: true })).toEqual(["delete network-proxy-files", "create network-proxy-files"]);
  }, 180_000);

  test("a new service and consumer of every store replaces neither edge nor store nor any other service", async () => {
    const all = await update({ moreServices: true });
    expect(all).toContain("create reports-1");
    expect(all.filter((each) => each.startsWith("delete")).sort()).toEqual([
      "delete network-proxy-files",
      "delete recordings-provision",
      "delete recordings-provision-files",
    ]);
  }, 180_000);

  test("a new role and database are brought by the provisioner alone", async () => {
    const all = await update({ moreData: true });
    expect(all.filter((each) => !each.includes("urn:"))).toEqual([
      ...["delete db-provision-files", "create db-provision-files", "delete db-provision", "create db-provision"],
    ]);
  }, 180_000);

  test("nothing is left to do", async () => {
    await well(session.preview(variant, "--expect-no-changes"));
  }, 180_000);
});
