import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { Report } from "../../ops/change/model";
import { readPreview } from "../../ops/change/read";
import { decide } from "../../ops/gate/decide";
import { written } from "../../ops/gate/output";
import { SITUATIONS } from "./situations";

const at = new Date("2026-11-21T12:00:00Z");
const report = (name: string): Report =>
  decide(readPreview(readFileSync(join(__dirname, "previews", `${name}.json`), "utf8")), { at });
const long = (count: number, risk: "routine" | "data-loss"): Report => {
  const base = report("volume-deleted");
  const [change] = base.changes;
  if (change === undefined) throw new Error("the fixture has no change");
  const many = Array.from({ length: count }, (_, index) => ({ ...change, risk, urn: `${change.urn}-${index}` }));
  return { ...base, changes: [...base.changes, ...many] };
};

describe("outputs", () => {
  test("the verdict is the first line, the sections come the worst first", () => {
    const text = written(report("docker-host-moved"), "text");
    expect(text.split("\n")[0]).toBe("BLOCK: 2 changes can lose data; 5 changes interrupt a service");
    expect(text.match(/^(Data loss|Downtime|Security|Cost|Routine) /gm)).toEqual([
      "Data loss ",
      "Downtime ",
      "Routine ",
    ]);
    expect(text).toMatch(
      /replace Volume db-data of db\n.*urn:pulumi:prod[\s\S]*?forced by: provider\n {4}dragged along by: urn:.*host/,
    );
    expect(text).toMatch(/drags along: 7/);
  });

  test("before and after are shown", () => {
    expect(written(report("retention-shortened"), "text")).toContain("backupRetentionPeriod: 35 → 30");
    expect(written(report("first-deploy-with-unknowns"), "text")).toContain("known only after the update: kmsKeyId");
  });

  test("markdown has a marker to be found by, and no markup from outside", () => {
    const text = written({ ...report("volume-deleted"), stack: "a`<b>" }, "markdown");
    expect(text.startsWith("<!-- bulwark-gate shop/")).toBe(true);
    const hostile = report("volume-deleted");
    const changes = hostile.changes.map((each) => ({ ...each, title: "<img src=x> @team [a](b)" }));
    expect(written({ ...hostile, changes }, "markdown")).not.toMatch(/<img|@team|\[a\]\(b\)/);
  });

  test.each([
    ["routine", 5000],
    ["data-loss", 5000],
    ["routine", 900],
  ] as const)("markdown stays under 60 kB with %s × %i, and drops whole sections", (risk, count) => {
    const text = written(long(count, risk), "markdown");
    expect(Buffer.byteLength(text)).toBeLessThan(60_000);
    expect(text.match(/<details/g)?.length ?? 0).toBe(text.match(/<\/details>/g)?.length ?? 0);
    if (count === 5000) expect(text).toMatch(/Left out because they are too long: .*\(500\d?\)/);
    if (risk === "routine") expect(text).toContain("Data loss (1)");
  });

  test("json keeps to the published schema", () => {
    const schema = JSON.parse(readFileSync(join(__dirname, "..", "..", "docs", "schemas", "gate.json"), "utf8"));
    const shape = z.fromJSONSchema(schema);
    for (const { name } of SITUATIONS) shape.parse(JSON.parse(written(report(name), "json")));
    expect(shape.safeParse({ version: 1 }).success).toBe(false);
    expect(shape.safeParse({ ...report("no-change"), version: 2 }).success).toBe(false);
    expect(shape.safeParse({ ...report("no-change"), more: 1 }).success).toBe(false);
  });

  test("sarif names each rule that a result uses, and a place for each", () => {
    for (const { name } of SITUATIONS) {
      const sarif = JSON.parse(written(report(name), "sarif"));
      const [run] = sarif.runs;
      expect(sarif.version).toBe("2.1.0");
      const ids = run.tool.driver.rules.map(({ id }: { id: string }) => id);
      for (const result of run.results) {
        expect(ids).toContain(result.ruleId);
        expect(result.locations[0].logicalLocations[0].fullyQualifiedName).toMatch(/^urn:pulumi:/);
      }
    }
    expect(JSON.parse(written(report("volume-deleted"), "sarif")).runs[0].results[0]).toMatchObject({
      ruleId: "change/stateful-deleted",
      level: "error",
    });
  });

  test("junit counts what fails and escapes what it quotes", () => {
    const base = report("volume-deleted");
    const text = written({ ...base, changes: base.changes.map((each) => ({ ...each, title: 'a<b>&"c"' })) }, "junit");
    expect(text).toContain('tests="2" failures="2"');
    expect(text).toContain("a&lt;b&gt;&amp;&quot;c&quot;");
    expect(written(report("no-change"), "junit")).toContain('failures="0"');
  });
});
