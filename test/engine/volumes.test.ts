import { describeWith } from "../lab";
import { changes, dataVolumes, lossOfVolumes } from "./expectations";
import type { Variant } from "./programs/system";
import { Session, SYSTEM, well } from "./session";

const CHANGES: readonly { readonly what: string; readonly variant: Variant }[] = [
  { what: "another image of the service", variant: { image: "registry.example.com/shop/web:2.0.0" } },
  { what: "another image of the database server", variant: { server: "registry.example.com/postgres:18.1" } },
  { what: "another size of every volume and more memory", variant: { storage: "40 GiB", memory: "2 GiB" } },
  { what: "more replicas of service and database", variant: { replicas: 3, readers: 2 } },
  { what: "other labels and options in a later Bulwark", variant: { volumeVersion: "2.0.0" } },
];

describeWith(["pulumi"], "volumes with data in the real engine", () => {
  const session = new Session(SYSTEM);

  beforeAll(async () => {
    await session.start();
    await well(session.up());
  }, 240_000);
  afterAll(() => session.close());

  test.each(CHANGES)(
    "no volume is replaced by $what",
    async ({ variant }) => {
      const preview = await well(session.preview(variant));
      expect(lossOfVolumes(preview.steps)).toEqual([]);
      if (Object.keys(variant).some((key) => key !== "volumeVersion" && key !== "storage"))
        expect(changes(preview.steps)).not.toEqual([]);
    },
    180_000,
  );

  test("fewer replicas are refused as long as the volume of the last one is protected", async () => {
    const before = session.world();
    const update = await session.up({ replicas: 1 });
    expect(update.ok).toBe(false);
    expect(update.output).toMatch(/web-2-spool[\s\S]*protect/);
    expect(dataVolumes(session.world())).toEqual(dataVolumes(before));
  }, 180_000);
});
