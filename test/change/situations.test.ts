import { readFileSync } from "node:fs";
import { join } from "node:path";
import { judge } from "../../ops/change/judge";
import type { Change } from "../../ops/change/model";
import { readPreview } from "../../ops/change/read";
import { environmentOf, newFindings } from "../../ops/gate/findings";
import { verdictOf } from "../../ops/gate/verdict";
import { SITUATIONS } from "./situations";

const now = new Date("2026-11-21T12:00:00Z");

function judged(file: string) {
  const set = readPreview(readFileSync(join(__dirname, "previews", file), "utf8"));
  const changes = judge(set);
  const findings = newFindings(set, { environment: environmentOf(set.stack), now });
  return { set, changes, findings, verdict: verdictOf({ changes, findings, errors: set.errors }) };
}

const given = (changes: readonly Change[]) =>
  changes.flatMap(({ name, reasons }) => reasons.map(({ id }) => `${id} ${name}`));

describe.each(["json", "jsonl"])("situations recorded from the real engine, as .%s", (form) => {
  test.each(SITUATIONS)("$name ends with $exit", ({ name, exit, reasons = [] }) => {
    const { changes, verdict } = judged(`${name}.${form}`);
    expect({ exit: verdict.exitCode, line: verdict.line }).toEqual({ exit, line: expect.any(String) });
    // The digest leaves out resources that only moved.
    const wanted = reasons.filter((reason) => form === "jsonl" || !reason.startsWith("moved "));
    expect(given(changes)).toEqual(expect.arrayContaining(wanted));
  });
});
