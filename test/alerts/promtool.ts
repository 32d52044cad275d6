import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { AlertRule, RecordingRule } from "../../components/core/monitorable";
import { promDuration } from "../../components/core/units";
import type { Case } from "./cases/case";

/** A rule under the name that the test knows it by. */
export interface Candidate {
  readonly name: string;
  readonly expr: string;
  /** Seconds. */
  readonly wait: number;
}

/** An alert, the versions of its rule that are tried, and the cases that each of them is put through. */
export interface Trial {
  readonly alert: AlertRule;
  readonly records: readonly RecordingRule[];
  readonly candidates: readonly Candidate[];
  readonly cases: readonly Case[];
}

/** Puts all candidates through the cases, in one run of promtool. Returns the names of those that failed at least one check. */
export function failing(trials: readonly Trial[]): ReadonlySet<string> {
  const folder = mkdtempSync(join(tmpdir(), "rules-"));
  try {
    const files = trials.map((trial) => writeTrial(folder, trial));
    const run = spawnSync("nice", ["promtool", "test", "rules", ...files], { encoding: "utf8", maxBuffer: 1 << 28 });
    const said = `${run.stdout}${run.stderr}`;
    const names = new Set([...said.matchAll(/ALERTS\{alertname=\\?"(\w+)\\?"/g)].map((match) => match[1] ?? ""));
    const broken = /error|unsupported|invalid|no such file/i.exec(
      said.replace(/expr: .*/g, "").replace(/\w*Error\w*/g, ""),
    );
    if (run.status === null || (run.status !== 0 && names.size === 0) || broken !== null) {
      throw new Error(`promtool could not run the tests:\n${said.slice(0, 4000)}`);
    }
    return names;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeTrial(folder: string, trial: Trial): string {
  const { alert } = trial.alert;
  const rules = join(folder, `${alert}.yml`);
  writeFileSync(
    rules,
    stringify({
      groups: [
        { name: "records", rules: trial.records.map((rule) => ({ ...rule })) },
        {
          name: "alerts",
          rules: trial.candidates.map((each) => ({
            alert: each.name,
            expr: each.expr,
            ...(each.wait > 0 ? { for: promDuration(each.wait) } : {}),
          })),
        },
      ],
    }),
  );
  const tests = join(folder, `${alert}.test.yml`);
  writeFileSync(
    tests,
    stringify({
      rule_files: [rules],
      evaluation_interval: "1m",
      tests: trial.cases.map((each) => ({
        interval: "1m",
        input_series: Object.entries(each.series).map(([series, values]) => ({ series, values })),
        promql_expr_test: each.checks.flatMap(([minute, firing]) =>
          trial.candidates.map((candidate) => ({
            expr: `count(ALERTS{alertname="${candidate.name}",alertstate="firing"})`,
            eval_time: `${minute}m`,
            exp_samples: firing === 0 ? [] : [{ labels: "{}", value: firing }],
          })),
        ),
      })),
    }),
  );
  return tests;
}
