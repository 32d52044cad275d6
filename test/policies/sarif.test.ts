import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate } from "../../policies/evaluate";
import { formatted } from "../../policies/formats";
import { RULES } from "../../policies/registry";
import { describeWith, part } from "../lab";
import { graphOf } from "./program";

const ROOT = join(__dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "bulwark-sarif-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the validator of the format's makers calls an error: first of all, each breach of the schema. */
function errors(log: string): readonly string[] {
  const validator = part("sarif");
  if (!validator.present || validator.bin === undefined) throw new Error("the validator is not there");
  const file = join(folder, "log.sarif");
  const report = join(folder, "report.sarif");
  writeFileSync(file, log);
  const words = ["validate", file, "--output", report, "--log", "ForceOverwrite"];
  spawnSync(validator.bin, words, { env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1" } });
  const { runs } = JSON.parse(readFileSync(report, "utf8")) as {
    runs: {
      results: { ruleId: string; level?: string; message: { arguments?: string[] } }[];
      invocations?: { executionSuccessful: boolean }[];
    }[];
  };
  expect(runs[0]?.invocations?.[0]?.executionSuccessful ?? true).toBe(true);
  return (runs[0]?.results ?? [])
    .filter((each) => each.level === "error")
    .map((each) => `${each.ruleId} ${each.message.arguments?.join(" ")}`);
}

describeWith(["sarif"], "SARIF before its makers' validator", () => {
  const findings = RULES.flatMap((rule) =>
    rule.examples.violating.slice(0, 1).flatMap((example) =>
      evaluate(graphOf(example), {
        environment: "prod",
        now: new Date("2026-11-21"),
        rules: [rule],
        config: rule.examples.configuration ?? {},
      }),
    ),
  );

  test("sees what is wrong", () => {
    const log = formatted(findings, "sarif", "plan.json").replace('"results":', '"resultz":');
    expect(errors(log).join()).toContain("resultz");
  });

  test.each(["plan.json", "plans/prod plan.json", "/srv/plans/prod.json"])(
    "has no fault to find with the findings of %s",
    (file) => {
      expect(findings.length).toBeGreaterThan(90);
      expect(errors(formatted(findings, "sarif", file))).toEqual([]);
    },
  );

  test("has no fault to find with exempt and undetermined findings", () => {
    const [first] = findings;
    if (first === undefined) throw new Error("there are no findings");
    const both = [{ ...first, status: "exempt" } as const, { ...first, status: "undetermined" } as const];
    expect(errors(formatted(both, "sarif", "plan.json"))).toEqual([]);
  });

  test.each(["engine-upgrade", "database-replaced", "first-deploy-with-unknowns"])(
    "has no fault to find with the gate's report of %s",
    (situation) => {
      const preview = join(ROOT, "test", "change", "previews", `${situation}.json`);
      const words = [join(ROOT, "dist", "ops", "main.js"), "gate", preview, "--format", "sarif"];
      const { stdout } = spawnSync(process.execPath, words, { cwd: ROOT, encoding: "utf8" });
      expect(errors(stdout)).toEqual([]);
    },
  );
});
