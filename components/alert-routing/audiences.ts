import type { ChangeWindow } from "../core/change-window";
import type { Environment } from "../core/environment";
import type { RoutingSpec, RowSpec, Urgency } from "./spec";
import { NEVER_MUTED } from "./tree";

/** Those who hear of the alerts of one severity, or of one severity and team. On AWS each audience is a topic. */
export interface Audience {
  /** `critical`, `critical-data`, `monitoring`. */
  readonly name: string;
  readonly receivers: readonly string[];
  /** Windows in which they are not told. */
  readonly muted: readonly ChangeWindow[];
  /** Window outside which they are not told. */
  readonly during: ChangeWindow | undefined;
}

/** What decides who hears of an alert. */
export interface Routed {
  readonly severity: Urgency;
  readonly team: string;
  readonly group: string;
}

/** Audience of trouble with the alerting itself. */
const SELF = "monitoring";

const URGENCIES = ["critical", "warning", "info"] as const satisfies readonly Urgency[];

/** Every audience of one environment: one for each severity, one for each team with a row of its own, and one for the alerting itself. */
export function audiences(spec: RoutingSpec, environment: Environment): readonly Audience[] {
  const self: Audience = { name: SELF, receivers: spec.selfMonitoring, muted: [], during: undefined };
  const found = URGENCIES.flatMap((severity) => {
    const rows = [undefined, ...spec.teams].map((team) => rowFor(spec, environment, severity, team));
    const byName = new Map(rows.map((row) => [nameOf(severity, row), row]));
    return [...byName].map(([name, row]): Audience => audience(spec, name, row));
  });
  return [...found, self];
}

/** The audience of one alert. */
export function audienceOf(spec: RoutingSpec, environment: Environment, alert: Routed): Audience {
  if (alert.group.startsWith("monitoring-")) {
    return { name: SELF, receivers: spec.selfMonitoring, muted: [], during: undefined };
  }
  const known = spec.teams.includes(alert.team) ? alert.team : spec.defaultTeam;
  const row = rowFor(spec, environment, alert.severity, known);
  const heard = audience(spec, nameOf(alert.severity, row), row);
  return neverMuted(alert.group) ? { ...heard, muted: [] } : heard;
}

/** Whether alerts of a group pass every window. */
export function neverMuted(group: string): boolean {
  return new RegExp(`^(?:${NEVER_MUTED})$`).test(group);
}

/** The first row that is for the alert; rows are the most specific first. Without a team: the row of teams that have none of their own. */
function rowFor(
  spec: RoutingSpec,
  environment: Environment,
  severity: Urgency,
  team: string | undefined,
): RowSpec | undefined {
  return spec.rows.find(
    (row) =>
      row.severity === severity &&
      (row.environment === undefined || row.environment === environment) &&
      (row.team === undefined || row.team === team),
  );
}

function nameOf(severity: Urgency, row: RowSpec | undefined): string {
  return row?.team === undefined ? severity : `${severity}-${row.team}`;
}

function audience(spec: RoutingSpec, name: string, row: RowSpec | undefined): Audience {
  return {
    name,
    receivers: row?.steps[0]?.receivers ?? [spec.default],
    muted: row?.muted ?? [],
    during: row?.during,
  };
}
