import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../lab";
import { normalised } from "./recorder/normalised";
import { Recorder } from "./recorder/recorder";
import { SITUATIONS } from "./situations";

const folder = join(__dirname, "previews");
/** All of them take minutes; `BULWARK_RECORD=all` compares all. */
const SOME = ["no-change", "volume-renamed", "protect-off", "first-deploy-with-unknowns"];
const chosen = SITUATIONS.filter(({ name }) => process.env["BULWARK_RECORD"] === "all" || SOME.includes(name));

test("every situation has its two previews, and nothing else is there", () => {
  const files = SITUATIONS.flatMap(({ name }) => [`${name}.json`, `${name}.jsonl`]);
  expect(readdirSync(folder).sort()).toEqual(files.sort());
});

describeWith(["pulumi"], "previews are as the engine makes them", () => {
  const recorder = new Recorder();
  beforeAll(() => recorder.start(), 60_000);
  afterAll(() => recorder.close());

  test.each(chosen)(
    "$name",
    async (situation) => {
      const { digest } = await recorder.record(situation, false);
      const recorded = JSON.parse(readFileSync(join(folder, `${situation.name}.json`), "utf8")) as unknown;
      expect(inOrder(normalised(JSON.parse(digest)))).toEqual(inOrder(recorded));
    },
    120_000,
  );
});

/** The engine works in parallel: the order of steps that do not depend on each other is not the same every time. */
function inOrder(document: unknown): unknown {
  const { steps, ...rest } = document as { steps: { urn: string }[] };
  return { ...rest, steps: [...steps].sort((a, b) => (a.urn < b.urn ? -1 : 1)) };
}
