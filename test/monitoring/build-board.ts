import {
  DashboardBuilder,
  ThresholdsConfigBuilder as Thresholds,
  type ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as Stat } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as Table } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as Timeseries } from "@grafana/grafana-foundation-sdk/timeseries";
import type { BoardSpec, PanelSpec } from "../../components/monitoring-stack/boards";

const SOURCE = { type: "prometheus", uid: "bulwark-prometheus" };

/** A dashboard as Grafana reads it, the same text every time. */
export function boardJson(board: BoardSpec): string {
  let builder = new DashboardBuilder(`Bulwark: ${board.title}`)
    .uid(`bulwark-${board.name}`)
    .tags(["bulwark"])
    .readonly()
    .refresh("30s")
    .time({ from: "now-6h", to: "now" })
    .timezone("browser");
  for (const panel of board.panels) builder = builder.withPanel(panelOf(panel));
  return `${JSON.stringify(builder.build(), undefined, 2)}\n`;
}

function panelOf(panel: PanelSpec) {
  const made = { timeseries: new Timeseries(), stat: new Stat(), table: new Table() }[panel.kind] as Timeseries;
  let builder = made.title(panel.title).unit(panel.unit).datasource(SOURCE).span(12).height(8);
  for (const [index, [expr, legend]] of panel.queries.entries()) {
    const query = new DataqueryBuilder()
      .expr(expr)
      .refId(String.fromCharCode(65 + index))
      .datasource(SOURCE);
    builder = builder.withTarget(panel.kind === "timeseries" ? query.legendFormat(legend) : query.instant());
  }
  return panel.red === undefined ? builder : builder.thresholds(limits(panel.red));
}

function limits(red: number): ThresholdsConfigBuilder {
  return new Thresholds().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: "green" },
    { value: red, color: "red" },
  ]);
}
