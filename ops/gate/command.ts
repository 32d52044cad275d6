import { readFileSync, statSync } from "node:fs";
import { DURATION_PATTERN, seconds } from "../../components/core/units";
import { NotUnderstood } from "../change/not-understood";
import { readPreview } from "../change/read";
import { CommandError } from "../exit";
import { paint, wantsColour } from "../terminal";
import { readCalendar } from "./calendar/calendar";
import { decide } from "./decide";
import { exemptionsOf } from "./findings";
import { FORMATS, type Format, written } from "./output";
import { reported } from "./refusal";

/** Options that `bulwark gate` and `bulwark diff` share. */
export interface OutputOptions {
  readonly format: string;
  /** File of exemptions from policies. */
  readonly exemptions?: string;
}

/** Options of `bulwark gate`. */
export interface GateOptions extends OutputOptions {
  readonly calendar?: string;
  /** Moment of the change. Default: now. */
  readonly at?: string;
  /** Expected duration, instead of an estimate. */
  readonly duration?: string;
  /** Age after which a preview is stale. */
  readonly maxAge?: string;
  /** Ticket of an emergency. */
  readonly emergency?: string;
  readonly approvedBy?: readonly string[];
}

/** `bulwark gate PREVIEW`. Gives the exit code. */
export async function gate(preview: string, options: GateOptions): Promise<number> {
  const format = formatOf(options.format);
  const at = momentOf(options.at);
  const { emergency, approvedBy = [] } = options;
  if (emergency !== undefined && options.calendar === undefined)
    throw new CommandError("--emergency needs --calendar: it names who may approve one.");
  const durations = {
    ...(options.duration === undefined ? {} : { duration: durationOf(options.duration, "--duration") }),
    ...(options.maxAge === undefined ? {} : { maxAge: durationOf(options.maxAge, "--max-age") }),
  };
  const report = await reported("preview", () => {
    const fromStandardInput = preview === "-";
    const text = contents(fromStandardInput ? 0 : preview, preview);
    return decide(readPreview(text), {
      at,
      ...(options.calendar === undefined ? {} : { calendar: readCalendar(options.calendar) }),
      ...(emergency === undefined ? {} : { emergency: { ticket: emergency, approvers: approvedBy } }),
      ...durations,
      ...(fromStandardInput ? {} : { madeAt: statSync(preview).mtime }),
      exemptions: exemptionsOf(options.exemptions),
    });
  });
  process.stdout.write(written(report, format, paint(wantsColour(process.stdout, process.env))));
  return report.verdict.exitCode;
}

/** A format by its name. */
export function formatOf(name: string): Format {
  const found = FORMATS.find((each) => each === name);
  if (found === undefined) throw new CommandError(`There is no format "${name}". Formats: ${FORMATS.join(", ")}.`);
  return found;
}

function contents(source: string | number, name: string): string {
  try {
    return readFileSync(source, "utf8");
  } catch {
    throw new NotUnderstood(`${name} cannot be read`);
  }
}

/** A moment with its offset: one without would mean another time on another machine. */
function momentOf(text: string | undefined): Date {
  if (text === undefined) return new Date();
  const moment = new Date(text);
  if (!/T\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)$/.test(text) || Number.isNaN(moment.getTime()))
    throw new CommandError(`--at ${text} is no moment. Write it with its offset: 2026-11-24T22:00:00Z.`);
  return moment;
}

/** A duration of an option in seconds. */
export function durationOf(text: string, option: string): number {
  if (!DURATION_PATTERN.test(text))
    throw new CommandError(`${option} ${text} is no duration. Write it as "30 minutes".`);
  return seconds(text);
}
