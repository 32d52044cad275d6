import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ArgumentError } from "../../components/core/errors";
import { TARGET_KINDS } from "../../components/targets/target";
import { REFUSED } from "../contract/refused";
import { shop } from "../contract/shop";
import { type Tried, tried } from "./cells";
import { CHAPTERS } from "./chapters";
import { page, type RefusedValue } from "./page";
import { owns } from "./rows";
import { argumentPaths } from "./schema-paths";

const PAGE = join(__dirname, "../../docs/support.md");
const known: Tried[] = [];

describe.each(CHAPTERS)("arguments of $component", (chapter) => {
  let made: Tried;

  beforeAll(async () => {
    made = await tried(chapter);
    known.push(made);
  }, 120_000);

  test("each has a row", () => {
    const rows = Object.keys(chapter.rows);
    const paths = argumentPaths(chapter.schema);
    expect(paths.filter((path) => !rows.some((row) => owns(row, path, rows)))).toEqual([]);
    expect(rows.filter((row) => !paths.some((path) => owns(row, path, rows)))).toEqual([]);
  });

  test("a sentence is there for what is taken alone", () => {
    const idle = made.lines.flatMap(({ row, cells }) =>
      TARGET_KINDS.filter((kind) => cells[kind].kind === "refused" && chapter.rows[row]?.[kind] !== undefined).map(
        (kind) => `${row} on ${kind}`,
      ),
    );
    expect(idle).toEqual([]);
  });
});

test("docs/support.md is what the components do", async () => {
  const values: RefusedValue[] = [];
  for (const [target, what, changes] of REFUSED) {
    const error: unknown = await shop(target, changes).catch((each: unknown) => each);
    if (!(error instanceof ArgumentError)) throw new Error(`${target} takes ${what}`);
    values.push({ target, what: what.replace(/ \(.*\)$/, ""), problems: error.problems });
  }
  const text = page(known, values);
  if (process.env["BULWARK_WRITE_DOCS"] === "1") writeFileSync(PAGE, text);
  expect(readFileSync(PAGE, "utf8")).toBe(text);
});
