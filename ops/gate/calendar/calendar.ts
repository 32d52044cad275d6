import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import * as z from "zod";
import { type ChangeWindow, changeWindow } from "../../../components/core/change-window";
import { DURATION_PATTERN, seconds } from "../../../components/core/units";
import { RISKS, type Risk } from "../../change/model";
import { NotUnderstood } from "../../change/not-understood";
import { parseICalendar } from "./icalendar";
import { type Interval, intervalsOf } from "./intervals";

/** A window or a freeze with what it is for. */
export interface Entry {
  readonly name: string;
  /** Stack names, `*` standing for any text; all stacks when absent. */
  readonly stacks?: readonly string[];
  /** Risks it is for; all when absent. */
  readonly risks?: readonly Risk[];
  /** When it holds, between two moments in milliseconds. */
  readonly between: (start: number, end: number) => readonly Interval[];
  /** The window itself, where it was written as one: what AlertRouting mutes by. */
  readonly window?: ChangeWindow;
}

/** When changes may be made. */
export interface Calendar {
  /** Whether changes may be made when no window is named for the moment: then freezes alone forbid. */
  readonly default: "open" | "closed";
  /** Risks that need no window; freezes hold for them all the same. */
  readonly always: readonly Risk[];
  readonly windows: readonly Entry[];
  readonly freezes: readonly Entry[];
  /** Who may let an emergency through: two of them. */
  readonly approvers: readonly string[];
  /** Least time in seconds that must be left in a window. */
  readonly runway?: number;
  /** Seconds after which a preview is stale. */
  readonly maxAge?: number;
}

const risk = z.enum(RISKS);
const scope = { stacks: z.array(z.string().min(1)).min(1).optional(), risks: z.array(risk).min(1).optional() };
const duration = z.string().regex(DURATION_PATTERN, 'must be a duration such as "30 minutes"').transform(seconds);
const document = z.strictObject({
  version: z.literal(1, "must be 1: this version of bulwark knows no other"),
  default: z.enum(["open", "closed"]).optional(),
  timeZone: z.string().optional(),
  always: z.array(risk).optional(),
  windows: z.array(z.looseObject(scope)).optional(),
  freezes: z.array(z.looseObject(scope)).optional(),
  emergency: z.strictObject({ approvers: z.array(z.string().min(1)).min(2, "must name at least two") }).optional(),
  runway: duration.optional(),
  maxAge: duration.optional(),
});

/** Reads a calendar from a file: iCalendar when it ends in `.ics`, else YAML. */
export function readCalendar(file: string): Calendar {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new NotUnderstood(`the calendar ${file} cannot be read`);
  }
  return file.endsWith(".ics") ? parseICalendar(text) : parseAnyCalendar(text);
}

/** Reads a calendar in either form. */
export function parseAnyCalendar(text: string): Calendar {
  return /^\s*BEGIN:VCALENDAR/.test(text) ? parseICalendar(text) : parseCalendar(text);
}

/** Reads a calendar written in YAML. Throws {@link NotUnderstood} with the first thing that is wrong: a calendar is never half believed. */
export function parseCalendar(yaml: string): Calendar {
  const parsed = parseDocument(yaml, { schema: "core", prettyErrors: false });
  const [error] = parsed.errors;
  if (error !== undefined) throw new NotUnderstood(`the calendar is not YAML: ${error.message}`);
  const checked = document.safeParse(parsed.toJS());
  if (!checked.success) throw new NotUnderstood(`the calendar: ${issue(checked.error)}`);
  const { data } = checked;
  const entries = (list: readonly object[] | undefined, what: string) =>
    (list ?? []).map((each, index) => entryOf(each, data.timeZone, `${what}[${index}]`));
  return {
    default: data.default ?? "closed",
    always: data.always ?? [],
    windows: entries(data.windows, "windows"),
    freezes: entries(data.freezes, "freezes"),
    approvers: data.emergency?.approvers ?? [],
    ...(data.runway === undefined ? {} : { runway: data.runway }),
    ...(data.maxAge === undefined ? {} : { maxAge: data.maxAge }),
  };
}

function entryOf(given: object, timeZone: string | undefined, path: string): Entry {
  const { stacks, risks, ...rest } = given as { stacks?: string[]; risks?: Risk[] };
  const checked = changeWindow.safeParse(timeZone === undefined ? rest : { timeZone, ...rest });
  if (!checked.success) throw new NotUnderstood(`the calendar: ${path} is no window: ${issue(checked.error)}`);
  const window = checked.data as ChangeWindow;
  return {
    name: window.name,
    ...(stacks === undefined ? {} : { stacks }),
    ...(risks === undefined ? {} : { risks }),
    between: (start, end) => intervalsOf(window, start, end),
    window,
  };
}

function issue(error: z.ZodError): string {
  const [first] = error.issues;
  if (first === undefined) return "it has another shape";
  // Of a window that fits neither form, what is wrong with the form that it resembles says more than that it fits neither.
  const nested =
    first.code === "invalid_union" ? first.errors.toSorted((a, b) => a.length - b.length)[0]?.[0] : undefined;
  const shown = nested ?? first;
  const fix = shown.code === "custom" ? String(shown.params?.["fix"] ?? "") : "";
  return [`${shown.path.map(String).join(".") || "the whole"}: ${shown.message}`, fix].filter(Boolean).join("; ");
}
