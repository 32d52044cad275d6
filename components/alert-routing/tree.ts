import type { ChangeWindow } from "../core/change-window";
import type { RoutingSpec, RowSpec, Step } from "./spec";

/** A condition on one label. An absent label is the empty text. */
export interface Matcher {
  readonly label: string;
  readonly operator: "=" | "=~" | "!~";
  readonly value: string;
}

/** A node of Alertmanager's routing tree. */
export interface RouteNode {
  /** Receivers that are told together. */
  readonly receivers: readonly string[];
  readonly matchers: readonly Matcher[];
  /** Whether nodes after this one are tried as well. */
  readonly goesOn: boolean;
  /** Seconds. */
  readonly wait?: number;
  readonly repeat?: number;
  readonly interval?: number;
  readonly groupBy?: readonly string[];
  /** Windows in which nothing is sent. */
  readonly muted?: readonly ChangeWindow[];
  /** Window outside which nothing is sent. */
  readonly active?: ChangeWindow;
  /** Why the alert should not be here. */
  readonly flag?: string;
}

/** Groups of alerts that no window holds back. */
export const NEVER_MUTED = "backup-.*|security-.*|heartbeat|monitoring-.*";

/** What tells the alerts of one group apart, for levels that must not escalate together (alertmanager #2150). */
const ESCALATION_GROUP = ["alertname", "severity", "environment", "service", "instance", "database"];

/** The nodes below the root, in the order in which they are tried. What none of them takes goes to the default receiver. */
export function routeNodes(spec: RoutingSpec): readonly RouteNode[] {
  return [
    ...(spec.heartbeat === undefined ? [] : [heartbeat(spec.heartbeat)]),
    {
      receivers: spec.selfMonitoring,
      matchers: [{ label: "alertgroup", operator: "=~", value: "monitoring-.*" }],
      goesOn: false,
      repeat: 3600,
    },
    {
      receivers: [spec.default],
      matchers: [{ label: "team", operator: "!~", value: [...spec.teams, ""].join("|") }],
      goesOn: false,
      flag: "unknown team",
    },
    ...spec.rows.flatMap((row) => rowNodes(row, spec)),
  ];
}

function heartbeat(to: { readonly receiver: string; readonly every: number }): RouteNode {
  return {
    receivers: [to.receiver],
    matchers: [{ label: "alertname", operator: "=", value: "Watchdog" }],
    goesOn: false,
    wait: 0,
    interval: to.every,
    // It is sent at the first interval after this time: with the same value that would be every other one.
    repeat: to.every / 2,
  };
}

function rowNodes(row: RowSpec, spec: RoutingSpec): readonly RouteNode[] {
  const matchers: readonly Matcher[] = [
    { label: "severity", operator: "=", value: row.severity },
    team(row, spec),
    ...(row.environment === undefined
      ? []
      : [{ label: "environment", operator: "=", value: row.environment } as const]),
  ];
  if (row.muted.length === 0) return levels(row, matchers, []);
  // What must never be held back comes first, without the windows.
  const kept: Matcher = { label: "alertgroup", operator: "=~", value: NEVER_MUTED };
  return [...levels(row, [...matchers, kept], []), ...levels(row, matchers, row.muted)];
}

function team(row: RowSpec, spec: RoutingSpec): Matcher {
  if (row.team === undefined) return { label: "team", operator: "=~", value: [...spec.teams, ""].join("|") };
  if (row.team === spec.defaultTeam) return { label: "team", operator: "=~", value: `${row.team}|` };
  return { label: "team", operator: "=", value: row.team };
}

function levels(row: RowSpec, matchers: readonly Matcher[], muted: readonly ChangeWindow[]): readonly RouteNode[] {
  const escalates = row.steps.length > 1;
  return row.steps.map(
    (step: Step, index): RouteNode => ({
      receivers: step.receivers,
      matchers,
      goesOn: index < row.steps.length - 1,
      ...(escalates ? { wait: step.after, groupBy: ESCALATION_GROUP } : {}),
      repeat: row.repeatEvery,
      ...(muted.length > 0 ? { muted } : {}),
      ...(row.during === undefined ? {} : { active: row.during }),
    }),
  );
}
