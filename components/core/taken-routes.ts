import { ArgumentError } from "./errors";
import { accept } from "./tick";

/** Hosts and paths behind one edge, each of which leads to one service. */
export class TakenRoutes {
  readonly #services = new Map<string, string>();

  constructor(
    /** What the routes are behind: `SurveillanceVpc "network"`. */
    readonly subject: string,
  ) {}

  /** Takes a route for a service. Throws an `ArgumentError` when another one has it. */
  take(service: string, host: string, path: string): void {
    const route = `${host}${path.replace(/\/$/, "")}/`;
    const other = this.#services.get(route);
    if (other !== undefined) {
      accept(() => {
        throw new ArgumentError(`route of "${service}"`, [
          {
            path: "routes",
            given: `"${host}${path}", which ${other} has`,
            allowed: `each host and path once behind ${this.subject}`,
            fix: "give one of the two another host or path",
          },
        ]);
      });
    }
    this.#services.set(route, service);
  }
}
