import type { Problem } from "../core/errors";
import type { Monitoring } from "../core/monitorable";
import type { MonitoringStackArgs } from "./args";

/** What a component is watched by on one kind of target. */
export interface Watched {
  /** The word for it: `alert`, `alarm`. */
  readonly what: string;
  /** Of which components nothing is watched. */
  readonly where?: string;
  /** Teams that are told, one for each alert of the component. */
  teams(monitoring: Monitoring): readonly string[];
}

/** Each component once, with something that is watched, for teams that the routing knows. */
export function checkWatches(args: MonitoringStackArgs, watched: Watched, add: (problem: Problem) => void): void {
  const { what, where } = watched;
  const seen = new Set<string>();
  for (const [index, { monitoring }] of args.watches.entries()) {
    const path = `watches.${index}`;
    const { component } = monitoring;
    if (seen.has(component)) {
      add({
        path,
        given: `${component} for the second time`,
        allowed: "each component once",
        fix: "remove one of the two",
      });
    }
    seen.add(component);
    const teams = watched.teams(monitoring);
    if (teams.length === 0) {
      add({
        path,
        given: `${component}, which has no ${what}`,
        allowed: `components of which something is watched${where === undefined ? "" : ` ${where}`}`,
        fix: `leave at least one of its ${what}s on`,
      });
    }
    const unknown = [...new Set(teams)].filter((team) => !args.routing.teams.includes(team));
    if (unknown.length > 0) {
      add({
        path,
        given: `${what}s of ${component} for ${unknown.join(", ")}`,
        allowed: `teams that the routing knows: ${args.routing.teams.join(", ")}`,
        fix: `add the team to the routing, or give those ${what}s another one`,
      });
    }
  }
}
