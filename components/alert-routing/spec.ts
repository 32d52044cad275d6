import type { ChangeWindow } from "../core/change-window";
import type { Environment } from "../core/environment";
import { Problems } from "../core/problems";
import { componentName } from "../core/schema";
import { seconds } from "../core/units";
import { type AlertRoutingArgs, type Receiver, type RouteRow, schema } from "./args";
import { checkReceivers } from "./check-receivers";
import { checkRoutes } from "./check-routes";
import { specificity, TEAMS } from "./table";
import { unsupportedRouting } from "./unsupported";

/** Severities that are routed by the table. */
export type Urgency = RouteRow["severity"];

/** A level of an escalation; the only one where there is no escalation. */
export interface Step {
  /** Seconds since the alert fired. */
  readonly after: number;
  readonly receivers: readonly string[];
}

/** A row with every default filled in. */
export interface RowSpec {
  readonly severity: Urgency;
  readonly team: string | undefined;
  readonly environment: Environment | undefined;
  readonly steps: readonly Step[];
  readonly during: ChangeWindow | undefined;
  /** Windows that hold back alerts of this row. */
  readonly muted: readonly ChangeWindow[];
  /** Seconds. */
  readonly repeatEvery: number;
}

/** {@link AlertRoutingArgs} with every default filled in. */
export interface RoutingSpec {
  readonly receivers: Readonly<Record<string, Receiver>>;
  /** Most specific first: the first row that matches an alert is the one that counts. */
  readonly rows: readonly RowSpec[];
  readonly default: string;
  readonly teams: readonly string[];
  readonly defaultTeam: string;
  readonly heartbeat: { readonly receiver: string; readonly every: number } | undefined;
  readonly selfMonitoring: readonly string[];
  readonly windows: readonly ChangeWindow[];
  readonly smtp:
    | { readonly host: string; readonly port: number; readonly from: string; readonly username: string }
    | undefined;
}

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveRouting(name: string, args: AlertRoutingArgs): RoutingSpec {
  const problems = new Problems(`AlertRouting "${name}"`).shape(schema, args, Object.keys(schema.shape));
  if (!componentName.safeParse(name).success) {
    problems.add({
      path: "name",
      given: `"${name}"`,
      allowed: "lower-case letters, digits and single hyphens",
      fix: 'use a name such as "alerts"',
    });
  }
  checkReceivers(problems, args);
  checkRoutes(problems, args);
  problems.across(["vpc", "receivers", "routes", "heartbeat", "smtp"], (add) => {
    for (const problem of unsupportedRouting(args, args.vpc.network)) add(problem);
  });
  problems.throwIfAny();
  const teams = args.teams ?? TEAMS;
  const rows = args.routes.map((row) => rowSpec(row, args)).sort((a, b) => specificity(b) - specificity(a));
  const windows = [...(args.mute ?? []).map((each) => each.window), ...rows.flatMap((row) => row.during ?? [])];
  return {
    receivers: args.receivers,
    rows,
    default: args.default,
    teams,
    defaultTeam: args.defaultTeam ?? teams[0] ?? "platform",
    heartbeat:
      args.heartbeat === undefined
        ? undefined
        : { receiver: args.heartbeat.receiver, every: seconds(args.heartbeat.every ?? "1 minute") },
    selfMonitoring: args.selfMonitoring.receivers,
    windows: [...new Map(windows.map((window) => [window.name, window])).values()],
    smtp:
      args.smtp === undefined
        ? undefined
        : { host: args.smtp.host, port: args.smtp.port ?? 587, from: args.smtp.from, username: args.smtp.username },
  };
}

function rowSpec(row: RouteRow, args: AlertRoutingArgs): RowSpec {
  const muted = (args.mute ?? [])
    .filter((each) => (each.severities ?? ["warning", "info"]).includes(row.severity))
    .map((each) => each.window);
  return {
    severity: row.severity,
    team: row.team,
    environment: row.environment,
    steps: row.escalation?.map((step) => ({ after: seconds(step.after), receivers: step.receivers })) ?? [
      { after: 0, receivers: row.receivers ?? [] },
    ],
    during: row.during,
    muted,
    // What fires on after a window is only sent again when this time has passed.
    repeatEvery: seconds(row.repeatEvery ?? (muted.length > 0 ? "1 hour" : "12 hours")),
  };
}
