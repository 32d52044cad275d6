import type { ExemptionRegister } from "../../policies/exemptions";
import { SECRET } from "../../policies/graph";
import { judge } from "../change/judge";
import type { ChangeSet, Report, WindowStatus } from "../change/model";
import { backupsDuring } from "./backups";
import type { Calendar } from "./calendar/calendar";
import { type Question, spelled, windowStatus } from "./calendar/status";
import { estimate } from "./estimate";
import { environmentOf, newFindings } from "./findings";
import { reportOf } from "./report";
import { verdictOf } from "./verdict";

/** What a set of changes is judged by. */
export interface Circumstances {
  /** The moment of the change. */
  readonly at: Date;
  readonly calendar?: Calendar;
  readonly emergency?: Question["emergency"];
  /** Expected duration in seconds, instead of an estimate. */
  readonly duration?: number;
  /** When the preview was made, if it does not say so itself. */
  readonly madeAt?: Date;
  /** Seconds after which a preview is stale. */
  readonly maxAge?: number;
  readonly exemptions?: ExemptionRegister;
}

/** The whole judgement of a set of changes. Pure: it reads no clock and no file. */
export function decide(set: ChangeSet, circumstances: Circumstances): Report {
  const { at, calendar, emergency, exemptions } = circumstances;
  const changes = judge(set);
  const findings = newFindings(set, {
    environment: environmentOf(set.stack),
    now: at,
    ...(exemptions === undefined ? {} : { exemptions }),
  });
  const runway = circumstances.duration ?? Math.max(calendar?.runway ?? 0, estimate(set.changes));
  const window =
    calendar === undefined
      ? undefined
      : windowStatus(calendar, {
          at,
          stack: set.stack,
          risks: [...new Set(changes.flatMap((change) => [change.risk, ...change.reasons.map(({ risk }) => risk)]))],
          runway,
          ...(emergency === undefined ? {} : { emergency }),
        });
  const stale = staleness(set, circumstances);
  const verdict = verdictOf({
    changes,
    findings,
    errors: set.errors.map((text) => (text === "" ? SECRET : text)),
    ...(window === undefined ? {} : { window }),
    ...(stale === undefined ? {} : { stale }),
  });
  const warnings = window === undefined || changes.length === 0 ? [] : overlaps(set, at, window);
  return reportOf({ set, changes, findings, verdict, warnings, ...(window === undefined ? {} : { window }) });
}

/** Backups in the window of the change, or in the next one while none is open: the change may be made at any time in it. */
function overlaps(set: ChangeSet, at: Date, { open, next, until, runway }: WindowStatus): string[] {
  const start = open || next === undefined ? at : new Date(next);
  const length = open && until !== undefined ? (new Date(until).getTime() - start.getTime()) / 1000 : runway;
  return backupsDuring(set.resources, start, Math.max(length, runway));
}

function staleness(set: ChangeSet, { at, calendar, madeAt, maxAge }: Circumstances): string | undefined {
  const limit = maxAge ?? calendar?.maxAge;
  if (limit === undefined) return undefined;
  const made = set.madeAt === undefined ? madeAt : new Date(set.madeAt);
  if (made === undefined) return "nobody knows when the preview was made";
  const age = (at.getTime() - made.getTime()) / 1000;
  if (age > limit) return `the preview is ${spelled(age)} old, and ${spelled(limit)} is the limit: make another one`;
  return undefined;
}
