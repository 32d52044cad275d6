import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BOARDS } from "../../components/monitoring-stack/boards";
import { everyAlert, everySource } from "../../components/monitoring-stack/catalogue";
import { dashboardFiles, dashboardsFolder } from "../../components/monitoring-stack/dashboards";
import { metricsOf, promqlError } from "../../components/monitoring-stack/promql";
import { ruleGroups } from "../../components/monitoring-stack/rules-file";
import { boardJson } from "./build-board";
import { METRICS } from "./metrics-catalogue";

const records = ruleGroups(everySource()).flatMap((group) => group.records);
const known = new Set([...Object.values(METRICS).flat(), ...records.map((rule) => rule.record)]);

const expressions: readonly (readonly [where: string, expr: string])[] = [
  ...everyAlert().map((rule) => [`alert ${rule.alert}`, rule.expr] as const),
  ...records.map((rule) => [`record ${rule.record}`, rule.expr] as const),
  ...BOARDS.flatMap((board) =>
    board.panels.flatMap((panel) => panel.queries.map(([expr]) => [`${board.name}: ${panel.title}`, expr] as const)),
  ),
];

describe("every expression", () => {
  it.each(expressions)("%s parses and reads metrics that exporters have", (_, expr) => {
    expect(promqlError(expr)).toBeUndefined();
    expect(metricsOf(expr).filter((metric) => !known.has(metric))).toEqual([]);
  });

  it("would be found if it were wrong", () => {
    expect(promqlError("sum by (a (b)")).toBeDefined();
    expect(metricsOf("pg_replication_lag > 60").filter((metric) => !known.has(metric))).toEqual(["pg_replication_lag"]);
  });
});

describe("dashboards", () => {
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(dashboardsFolder(), { recursive: true });
    for (const board of BOARDS) writeFileSync(join(dashboardsFolder(), `${board.name}.json`), boardJson(board));
  }

  it("are committed as they are described (UPDATE_GOLDEN=1 writes them)", () => {
    expect(existsSync(dashboardsFolder())).toBe(true);
    expect(readdirSync(dashboardsFolder()).sort()).toEqual(BOARDS.map((board) => `${board.name}.json`).sort());
    for (const board of BOARDS) {
      expect(readFileSync(join(dashboardsFolder(), `${board.name}.json`), "utf8")).toBe(boardJson(board));
    }
  });

  it("exist for every link of an alert", () => {
    const uids = dashboardFiles().map((file) => (JSON.parse(file.content) as { uid: string }).uid);
    for (const rule of everyAlert()) expect(uids).toContain(`bulwark-${rule.dashboard}`);
  });

  it("can be changed by nobody in Grafana, and ask the data source that is provisioned", () => {
    for (const file of dashboardFiles()) {
      const board = JSON.parse(file.content) as { editable: boolean; panels: { datasource: { uid: string } }[] };
      expect(board.editable).toBe(false);
      for (const panel of board.panels) expect(panel.datasource.uid).toBe("bulwark-prometheus");
    }
  });
});
