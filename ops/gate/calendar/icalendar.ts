import { DateTime, IANAZone } from "luxon";
import { RISKS, type Risk } from "../../change/model";
import { NotUnderstood } from "../../change/not-understood";
import type { Calendar, Entry } from "./calendar";
import type { Interval } from "./intervals";

// Its types say that it is an ES module alone; it is a CommonJS module as well.
const ICAL = require("ical.js") as typeof import("ical.js", { with: { "resolution-mode": "import" }}).default;
type Component = InstanceType<typeof ICAL.Component>;
type Event = InstanceType<typeof ICAL.Event>;
type Time = InstanceType<typeof ICAL.Time>;

/** More occurrences than this in one search are no calendar that anybody keeps. */
const MOST = 20_000;

/**
 * Reads iCalendar. An event is a window; one whose category or summary says "freeze" is a freeze. In a calendar of AWS Systems Manager that is
 * open by default (X-CALENDAR-TYPE: DEFAULT_OPEN) every event is a freeze. X-BULWARK-STACKS and X-BULWARK-RISKS hold comma-separated scopes.
 */
export function parseICalendar(text: string): Calendar {
  let root: Component;
  try {
    root = new ICAL.Component(ICAL.parse(text));
  } catch (error) {
    throw new NotUnderstood(`the calendar is not iCalendar: ${error instanceof Error ? error.message : "unknown"}`);
  }
  if (root.name !== "vcalendar") throw new NotUnderstood("the calendar holds several calendars, or none");
  const open = /DEFAULT_OPEN/i.test(String(root.getFirstPropertyValue("x-calendar-type") ?? ""));
  const components = root.getAllSubcomponents("vevent");
  const changed = components.filter((each) => each.hasProperty("recurrence-id"));
  const events = components.filter((each) => !each.hasProperty("recurrence-id") && !isCancelled(each));
  const frozen = (each: Component) => open || isFreeze(each);
  return {
    default: open ? "open" : "closed",
    always: [],
    windows: events.filter((each) => !frozen(each)).map((each) => entryOf(each, changed)),
    freezes: events.filter(frozen).map((each) => entryOf(each, changed)),
    approvers: [],
  };
}

function isFreeze(event: Component): boolean {
  const categories = event.getAllProperties("categories").flatMap((each) => each.getValues().map(String));
  return [...categories, String(event.getFirstPropertyValue("summary") ?? "")].some((each) => /\bfreeze\b/i.test(each));
}

function isCancelled(event: Component): boolean {
  return String(event.getFirstPropertyValue("status") ?? "").toUpperCase() === "CANCELLED";
}

function entryOf(component: Component, changed: readonly Component[]): Entry {
  const own = changed.filter((each) => each.getFirstPropertyValue("uid") === component.getFirstPropertyValue("uid"));
  const event = new ICAL.Event(component, { exceptions: [...own] });
  const name = event.summary || event.uid || "an event";
  if (component.getFirstProperty("dtstart") === null) throw new NotUnderstood(`the calendar: ${name} has no start`);
  const stacks = words(component, "x-bulwark-stacks");
  const risks = words(component, "x-bulwark-risks")?.map((each) => riskOf(each, name));
  return {
    name,
    ...(stacks === undefined ? {} : { stacks }),
    ...(risks === undefined ? {} : { risks }),
    between: (start, end) => occurrences(event, start, end),
  };
}

function occurrences(event: Event, start: number, end: number): Interval[] {
  const found: Interval[] = [];
  const iterator = event.iterator();
  for (let count = 0, next = iterator.next(); next; next = iterator.next()) {
    if (++count > MOST) throw new NotUnderstood(`the calendar: ${event.summary} recurs too often`);
    if (millis(next, event.component) > end) break;
    const details = event.getOccurrenceDetails(next);
    if (isCancelled(details.item.component)) continue;
    const { component } = details.item;
    const interval = { start: millis(details.startDate, component), end: millis(details.endDate, component) };
    if (interval.end > start && interval.start < end) found.push(interval);
    if (!event.isRecurring()) break;
  }
  return found;
}

/** A moment. The zone is taken by its name where it is one of IANA's, else as the calendar itself defines it; a time without one is UTC. */
function millis(time: Time, event: Component): number {
  const named = event.getFirstProperty("dtstart")?.getFirstParameter("tzid");
  const zone = time.zone?.tzid === "UTC" || named === undefined ? "UTC" : named;
  if (!IANAZone.isValidZone(zone)) {
    if (time.zone?.component === undefined || time.zone.component === null || time.zone.tzid === "floating")
      throw new NotUnderstood(`the calendar: the time zone ${zone} is unknown`);
    return time.toUnixTime() * 1000;
  }
  const { year, month, day, hour, minute, second } = time;
  return DateTime.fromObject({ year, month, day, hour, minute, second }, { zone }).toMillis();
}

function words(component: Component, property: string): string[] | undefined {
  const value = component.getFirstPropertyValue(property);
  return value === null
    ? undefined
    : String(value)
        .split(",")
        .map((each) => each.trim());
}

function riskOf(word: string, name: string): Risk {
  const found = RISKS.find((each) => each === word);
  if (found === undefined) throw new NotUnderstood(`the calendar: ${name} is for the unknown risk "${word}"`);
  return found;
}
