import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { backupRules, type DeclaredBackup } from "../../components/backup-schedule/alerts";
import { promDuration, seconds } from "../../components/core/units";

/**
 * The alerts that fire when a runner goes on serving these metrics for so long, by the component's own rules and in the real rule engine. The engine's
 * clock starts at 0: all moments are moved by the same amount.
 */
export function firing(metrics: string, after: number, declared: readonly DeclaredBackup[] = []): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "backup-rules-"));
  try {
    const rules = backupRules("backups", declared).flatMap((source) => source.rules({}));
    writeFileSync(
      join(folder, "rules.yml"),
      stringify({
        groups: [
          {
            name: "backups",
            rules: rules.map(({ alert, expr, for: wait, labels }) => ({
              alert,
              expr,
              ...(seconds(wait) === 0 ? {} : { for: promDuration(seconds(wait)) }),
              ...(labels === undefined ? {} : { labels }),
            })),
          },
        ],
      }),
    );
    const origin = Date.now() / 1000;
    const step = after > 86_400 ? 1800 : 60;
    const steps = Math.ceil(after / step) + 1;
    const series = metrics
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => {
        const [, name = "", value = "0"] = /^(\S+) (\S+)$/.exec(line) ?? [];
        const moved = name.includes("timestamp_seconds") ? Number(value) - origin : Number(value);
        return { series: name, values: `${moved}x${steps}` };
      });
    writeFileSync(
      join(folder, "test.yml"),
      stringify({
        rule_files: ["rules.yml"],
        evaluation_interval: promDuration(step),
        tests: [
          {
            interval: promDuration(step),
            input_series: series,
            promql_expr_test: [
              { expr: 'ALERTS{alertstate="firing"}', eval_time: promDuration(steps * step), exp_samples: [] },
            ],
          },
        ],
      }),
    );
    const run = spawnSync("promtool", ["test", "rules", join(folder, "test.yml")], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    const said = `${run.stdout}${run.stderr}`;
    const found = [...said.matchAll(/\{([^}]*alertname=[^}]*)\}/g)].map(([, labels = ""]) => labels);
    if (run.status !== 0 && found.length === 0) throw new Error(`promtool could not judge:\n${said.slice(0, 4000)}`);
    const label = (text: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? "";
    const named = found.map((each) =>
      [label(each, "alertname"), label(each, "database"), label(each, "kind")].join(" ").trim(),
    );
    return [...new Set(named)].sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
