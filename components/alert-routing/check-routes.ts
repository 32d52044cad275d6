import { ENVIRONMENTS } from "../core/environment";
import type { Problems } from "../core/problems";
import { seconds } from "../core/units";
import type { AlertRoutingArgs, RouteRow } from "./args";
import { specificity, TEAMS } from "./table";

/** Adds problems of the table: rows that can never match, rows that tell nobody, escalations that do not ascend. */
export function checkRoutes(problems: Problems, args: AlertRoutingArgs): void {
  problems.across(["routes", "teams", "defaultTeam"], (add) => {
    const teams = args.teams ?? TEAMS;
    if (args.defaultTeam !== undefined && !teams.includes(args.defaultTeam as never)) {
      add({
        path: "defaultTeam",
        given: `"${args.defaultTeam}"`,
        allowed: teams.join(", "),
        fix: "name one of teams",
      });
    }
    for (const [index, row] of args.routes.entries()) {
      if (row.team !== undefined && !teams.includes(row.team as never)) {
        add({
          path: `routes.${index}`,
          given: `a row for team "${row.team}", which can never match`,
          allowed: `teams: ${teams.join(", ")}`,
          fix: `add "${row.team}" to teams, or remove the row`,
        });
      } else if (!chosenSomewhere(index, args.routes, teams)) {
        add({
          path: `routes.${index}`,
          given: `a row that can never match: ${describe(row)}`,
          allowed: "rows that at least one alert reaches",
          fix: "remove it: rows before it or more specific ones take all of its alerts",
        });
      }
    }
  });
  problems.across(["routes"], (add) => {
    for (const [index, row] of args.routes.entries()) {
      if ((row.receivers === undefined) === (row.escalation === undefined)) {
        add({
          path: `routes.${index}`,
          given: row.receivers === undefined ? "neither receivers nor escalation" : "receivers and escalation",
          allowed: "exactly one of the two",
          fix: 'put those who are told at once into the first step: { after: "0 minutes", receivers }',
        });
      }
      const waits = (row.escalation ?? []).map((step) => seconds(step.after));
      const level = waits.findIndex((wait, step) => step > 0 && wait <= (waits[step - 1] ?? 0));
      if (row.escalation !== undefined && (level > 0 || waits.length === 0)) {
        add({
          path: `routes.${index}.escalation`,
          given: row.escalation.map((step) => step.after).join(", ") || "no step",
          allowed: "steps of which each is later than the one before",
          fix: 'order them, such as "0 minutes", "15 minutes", "30 minutes", "45 minutes"',
        });
      }
    }
  });
  problems.across(["routes", "mute"], (add) => {
    const windows = [
      ...(args.mute ?? []).map((each) => each.window),
      ...args.routes.flatMap((row) => row.during ?? []),
    ];
    for (const window of windows) {
      const other = windows.find(
        (each) => each.name === window.name && JSON.stringify(each) !== JSON.stringify(window),
      );
      if (other === undefined || windows.indexOf(other) > windows.indexOf(window)) continue;
      add({
        path: "mute",
        given: `two different windows called "${window.name}"`,
        allowed: "one window for each name",
        fix: "rename one of them",
      });
    }
  });
}

/** Whether a row is the first and most specific one for at least one alert. */
function chosenSomewhere(index: number, rows: readonly RouteRow[], teams: readonly string[]): boolean {
  const row = rows[index];
  if (row === undefined) return false;
  const others = rows.map((each, position) => ({ each, position })).filter(({ position }) => position !== index);
  return ENVIRONMENTS.filter((environment) => row.environment === undefined || row.environment === environment).some(
    (environment) =>
      teams
        .filter((team) => row.team === undefined || row.team === team)
        .some((team) =>
          others.every(
            ({ each, position }) =>
              each.severity !== row.severity ||
              (each.environment !== undefined && each.environment !== environment) ||
              (each.team !== undefined && each.team !== team) ||
              specificity(each) < specificity(row) ||
              (specificity(each) === specificity(row) && position > index),
          ),
        ),
  );
}

function describe(row: RouteRow): string {
  return [row.severity, row.team ?? "every team", row.environment ?? "every environment"].join(", ");
}
