import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readPreview } from "../../ops/change/read";

const file = (name: string) => readFileSync(join(__dirname, "previews", name), "utf8");
const digest = file("docker-host-moved.json");
const stream = file("docker-host-moved.jsonl");
const lines = stream.trim().split("\n");

interface Step {
  op: string;
  urn: string;
  detailedDiff: Record<string, { kind: string }> | null;
}
interface Digest {
  steps: Step[];
  changeSummary?: Record<string, number>;
  [key: string]: unknown;
}

const edited = (edit: (document: Digest) => void): string => {
  const document = JSON.parse(digest) as Digest;
  edit(document);
  return JSON.stringify(document);
};
const exchanged = (a: number, b: number): string => {
  const copy = [...lines];
  [copy[a], copy[b]] = [copy[b] ?? "", copy[a] ?? ""];
  return copy.join("\n");
};

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ["nothing", "", /empty/],
  ["text", "Previewing update (prod)\n", /not JSON/],
  ["another document", "{}", /no preview/],
  ["a list", "[]", /not an object/],
  ["a plan of bulwark", JSON.stringify({ version: 1, resources: [] }), /bulwark diff/],
  ["a digest without its summary", edited((each) => delete each.changeSummary), /cut off/],
  ["a digest without one of its steps", edited(({ steps }) => steps.splice(3, 1)), /something is missing/],
  ["a digest without its stack", edited(({ steps }) => steps.splice(0, 1)), /stack is missing/],
  ["a digest without steps", edited((each) => Object.assign(each, { steps: [] })), /stack is missing/],
  ["a digest in reverse", edited(({ steps }) => steps.reverse()), /order/],
  ["a digest with a child before its parent", edited(({ steps }) => steps.push(...steps.splice(1, 1))), /./],
  ["a digest with a step twice", edited(({ steps }) => steps.push(steps[1] as Step)), /./],
  ["a digest that may be corrupt", edited((each) => Object.assign(each, { maybeCorrupt: true })), /corrupt/],
  ["a digest with a field of a later version", edited((each) => Object.assign(each, { version: 2 })), /does not know/],
  ["an unknown operation", edited(({ steps }) => Object.assign(steps[1] as Step, { op: "transmute" })), /transmute/],
  [
    "an unknown kind of difference",
    edited(({ steps }) => Object.assign(steps[1] as Step, { detailedDiff: { host: { kind: "melt" } } })),
    /unknown kind/,
  ],
  [
    "an unknown field of a step",
    edited(({ steps }) => Object.assign(steps[1] as Step, { newOperation: "x" })),
    /does not know/,
  ],
  ["a stream without its end", lines.slice(0, -1).join("\n"), /cut off/],
  ["a stream without its summary", lines.filter((line) => !line.includes("summaryEvent")).join("\n"), /cut off/],
  ["a stream without its beginning", lines.slice(1).join("\n"), /beginning/],
  [
    "a stream without a step",
    lines.filter((line) => !line.includes('"op":"replace"') || !line.includes("::web")).join("\n"),
    /missing/,
  ],
  ["a stream with two lines exchanged", exchanged(5, 9), /order/],
  ["a stream whose last line is cut", stream.trim().slice(0, -20), /not JSON/],
  ["a stream of an update", stream.replace('"isPreview":true', '"isPreview":false'), /update/],
  ["an event of a later version", stream.replace("preludeEvent", "overtureEvent"), /does not know/],
  ["two streams one after the other", `${stream}${stream}`, /./],
];

describe("what is not surely a whole preview ends with 25", () => {
  test.each(REFUSED)("%s", (_, text, message) => {
    expect(() => readPreview(text)).toThrow(message);
    expect(() => readPreview(text)).toThrow(expect.objectContaining({ exitCode: 25 }));
  });

  test("a digest cut anywhere", () => {
    for (let end = 0; end < digest.trimEnd().length; end += 97)
      expect(() => readPreview(digest.slice(0, end))).toThrow(expect.objectContaining({ exitCode: 25 }));
  });

  test("a stream cut behind any line, or without any one line that is a step", () => {
    for (const [index, line] of lines.entries()) {
      if (index < lines.length - 1)
        expect(() => readPreview(lines.slice(0, index + 1).join("\n"))).toThrow(
          expect.objectContaining({ exitCode: 25 }),
        );
      const physical = /"op":"(create-replacement|delete-replaced)"/.test(line);
      if (line.includes("resourcePreEvent") && !physical)
        expect(() => readPreview(lines.filter((each) => each !== line).join("\n"))).toThrow(
          expect.objectContaining({ exitCode: 25 }),
        );
    }
  });

  test("both whole forms are read", () => {
    expect(
      readPreview(digest)
        .changes.map(({ urn }) => urn)
        .sort(),
    ).toEqual(
      readPreview(stream)
        .changes.map(({ urn }) => urn)
        .sort(),
    );
  });
});
