import { createHash } from "node:crypto";
import { ArgumentError } from "../../core/errors";
import { accept } from "../../core/tick";
import type { RoutePriorities } from "../network";

/** Lengths of a path that are told apart; longer ones share the first band. */
const LENGTHS = 50;
/** Priorities for each length, for full host names and again for wildcards: together the 50,000 that a listener has. */
const BAND = 500;

/**
 * Priorities of the rules of one listener. Full host names come before wildcards and longer paths before shorter ones. Within that, the place follows
 * from the route itself, so that a new route does not move the others.
 */
export function routePriorities(subject: string): RoutePriorities {
  const taken = new Map<number, string>();
  return {
    take: (service, host, path) => {
      const route = `${host}${path}`;
      const band = bandOf(host, path);
      let offset = hashed(route) % BAND;
      for (let tries = 0; tries < BAND; tries++, offset = (offset + 1) % BAND) {
        const other = taken.get(band + offset);
        if (other === undefined) {
          taken.set(band + offset, route);
          return band + offset;
        }
        if (other === route) return accept(() => refuse(subject, service, route));
      }
      throw new RangeError(`no priority is left for ${route}`);
    },
  };
}

function bandOf(host: string, path: string): number {
  const length = Math.min(path.replace(/\/$/, "").length, LENGTHS - 1);
  return 1 + (host.startsWith("*.") ? LENGTHS * BAND : 0) + (LENGTHS - 1 - length) * BAND;
}

function hashed(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0);
}

function refuse(subject: string, service: string, route: string): never {
  throw new ArgumentError(`ServiceDeployment "${service}"`, [
    {
      path: "routes",
      given: `"${route}", which another service has`,
      allowed: `each host and path once behind ${subject}`,
      fix: "give one of the two another host or path",
    },
  ]);
}
