import type { Risk, WindowStatus } from "../../change/model";
import type { Calendar, Entry } from "./calendar";
import { type Interval, subtract, union } from "./intervals";

/** What is asked of a calendar. */
export interface Question {
  readonly at: Date;
  readonly stack: string;
  /** Of the changes; none when nothing changes. */
  readonly risks: readonly Risk[];
  /** Estimated duration in seconds. */
  readonly runway: number;
  readonly emergency?: { readonly ticket: string; readonly approvers: readonly string[] };
}

const DAY = 86_400_000;
/** How far ahead the next window is looked for. */
const AHEAD = 100 * DAY;
/** How far back a window that is open now may have been opened. */
const BACK = 40 * DAY;

/** Whether changes may be made at a moment, and when they may if not. */
export function windowStatus(calendar: Calendar, question: Question): WindowStatus {
  const { stack, runway, emergency } = question;
  const at = question.at.getTime();
  const runwayEnd = at + runway * 1000;
  const base = { runway };
  if (emergency !== undefined) {
    const refused = emergencyRefused(calendar, emergency.approvers);
    if (refused === undefined)
      return {
        ...base,
        open: true,
        kind: "emergency",
        name: emergency.ticket,
        text: `emergency ${emergency.ticket}, approved by ${unique(emergency.approvers).join(" and ")}; review it afterwards`,
      };
    return { ...base, open: false, kind: "none", text: `the emergency ${emergency.ticket} is refused: ${refused}` };
  }
  const frozen = calendar.freezes.filter(
    (each) => isFor(each, stack) && question.risks.some((risk) => each.risks?.includes(risk) ?? true),
  );
  const freezes = frozen.map((entry) => ({ entry, spans: entry.between(at - BACK, at + AHEAD) }));
  const asking = question.risks.filter((risk) => !calendar.always.includes(risk));
  const windows = calendar.windows.filter(
    (each) => isFor(each, stack) && asking.every((risk) => each.risks?.includes(risk) ?? true),
  );
  const spans = windows.map((entry) => ({ entry, spans: entry.between(at - BACK, at + AHEAD) }));
  const whole: Interval = { start: at - BACK, end: at + AHEAD };
  const anytime = calendar.default === "open" || asking.length === 0;
  const opened = anytime ? [whole] : union(spans.flatMap((each) => [...each.spans]));
  const usable = subtract(
    opened,
    freezes.flatMap((each) => [...each.spans]),
  );
  const next = usable
    .map(({ start, end }) => ({ start: Math.max(start, at), end }))
    .find(({ start, end }) => end - start >= runway * 1000 && end > at)?.start;
  const later = next === undefined || next === at ? {} : { next: new Date(next).toISOString() };
  const hint = later.next === undefined ? "no window follows within 100 days" : `the next window opens ${later.next}`;
  const blocking = freezes.filter((each) => each.spans.some(({ start, end }) => start < runwayEnd && end > at));
  if (blocking.length > 0) {
    const names = blocking.map(({ entry }) => entry.name).join(" and ");
    const begun = blocking.some((each) => each.spans.some(({ start, end }) => start <= at && at < end));
    const text = begun ? `frozen by ${names}` : `the freeze ${names} begins before ${spelled(runway)} have passed`;
    return { ...base, ...later, open: false, kind: "freeze", name: names, text: `${text}; ${hint}` };
  }
  if (anytime) {
    const text = calendar.default === "open" ? "no freeze forbids it" : "these changes need no window";
    return { ...base, open: true, kind: "always", text };
  }
  const current = opened.find(({ start, end }) => start <= at && at < end);
  if (current === undefined)
    return { ...base, ...later, open: false, kind: "none", text: `outside of every change window; ${hint}` };
  const name = spans.find((each) => each.spans.some(({ start, end }) => start <= at && at < end))?.entry.name ?? "";
  const until = new Date(current.end).toISOString();
  if (current.end < runwayEnd)
    return {
      ...base,
      ...later,
      until,
      open: false,
      kind: "window",
      name,
      text: `the window ${name} closes in ${spelled((current.end - at) / 1000)}, and ${spelled(runway)} are needed; ${hint}`,
    };
  return { ...base, until, open: true, kind: "window", name, text: `in the window ${name} until ${until}` };
}

function emergencyRefused(calendar: Calendar, given: readonly string[]): string | undefined {
  if (calendar.approvers.length === 0) return "the calendar names nobody who may approve one";
  const stranger = given.find((each) => !calendar.approvers.includes(each));
  if (stranger !== undefined) return `${stranger} may not approve one`;
  return unique(given).length < 2 ? "it takes two different approvers" : undefined;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

function isFor({ stacks }: Entry, stack: string): boolean {
  return stacks?.some((pattern) => new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`).test(stack)) ?? true;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A number of seconds for a reader. */
export function spelled(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
