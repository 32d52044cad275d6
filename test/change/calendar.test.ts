import { isOpen } from "../../components/core/change-window";
import type { Risk } from "../../ops/change/model";
import { parseCalendar } from "../../ops/gate/calendar/calendar";
import { parseICalendar } from "../../ops/gate/calendar/icalendar";
import { intervalsOf } from "../../ops/gate/calendar/intervals";
import { type Question, windowStatus } from "../../ops/gate/calendar/status";

const weekly = `
version: 1
timeZone: Europe/Berlin
windows:
  - { name: sunday-night, days: [sunday], from: "01:00", to: "04:00" }
  - { name: gap, days: [sunday], from: "02:00", to: "03:00", stacks: [gap] }
  - { name: twice, days: [sunday], from: "01:30", to: "02:30", stacks: [twice] }
  - { name: late, days: [thursday], from: "22:00", to: "02:00" }
  - { name: small-hours, days: [monday], from: "02:00", to: "03:00", risks: [downtime], stacks: ["prod-*"] }
freezes:
  - { name: year-end, start: "2026-12-20T00:00", end: "2027-01-04T00:00" }
  - { name: audit, start: "2026-12-30T00:00", end: "2027-01-11T00:00" }
  - { name: secrets, start: "2026-11-01T00:00", end: "2026-12-01T00:00", risks: [security] }
`;

function ask(yaml: string, at: string, more: Partial<Question> = {}) {
  const question = { at: new Date(at), stack: "prod", risks: ["downtime"] as Risk[], runway: 600, ...more };
  return windowStatus(parseCalendar(yaml), question);
}

describe("change windows at a fixed moment", () => {
  test.each([
    // Clocks go forward on 29 March 2026: 02:00 CET is 03:00 CEST, so the window is two hours long.
    ["spring: open before the change", "2026-03-29T00:59:00Z", "prod", true, "2026-03-29T02:00:00.000Z"],
    ["spring: open after the change", "2026-03-29T01:30:00Z", "prod", true, "2026-03-29T02:00:00.000Z"],
    ["spring: closed at 04:00 CEST", "2026-03-29T02:00:00Z", "prod", false, undefined],
    ["spring: 02:00 to 03:00 never comes, before", "2026-03-29T00:59:59Z", "gap", true, "2026-03-29T02:00:00.000Z"],
    // Clocks go back on 25 October 2026: 03:00 CEST is 02:00 CET, so the window is four hours long.
    ["autumn: open", "2026-10-24T23:00:00Z", "prod", true, "2026-10-25T03:00:00.000Z"],
    ["autumn: open in the repeated hour", "2026-10-25T01:30:00Z", "prod", true, "2026-10-25T03:00:00.000Z"],
    ["autumn: closed at 04:00 CET", "2026-10-25T03:00:00Z", "prod", false, undefined],
    [
      "winter: midnight belongs to the evening before",
      "2026-11-19T23:30:00Z",
      "prod",
      true,
      "2026-11-20T01:00:00.000Z",
    ],
    ["winter: closed before it opens", "2026-11-19T20:59:59Z", "prod", false, undefined],
    ["winter: open at the minute", "2026-11-19T21:00:00Z", "prod", true, "2026-11-20T01:00:00.000Z"],
  ])("%s", (_, at, stack, open, until) => {
    const status = ask(weekly, at, { stack });
    expect({ open: status.open, until: status.until }).toEqual({ open, until });
  });

  test("a window inside of the skipped hour is never open, one inside of the repeated hour is open twice", () => {
    const window = (from: string, to: string) => ({
      name: "w",
      days: ["sunday" as const],
      from,
      to,
      timeZone: "Europe/Berlin",
    });
    const day = (date: string) =>
      [Date.parse(`${date}T00:00:00Z`) - 7_200_000, Date.parse(`${date}T00:00:00Z`) + 86_400_000] as const;
    expect(intervalsOf(window("02:00", "03:00"), ...day("2026-03-29"))).toEqual([]);
    const spans = intervalsOf(window("01:30", "02:30"), ...day("2026-10-25"));
    expect(spans.map(({ start, end }) => [new Date(start).toISOString(), new Date(end).toISOString()])).toEqual([
      ["2026-10-24T23:30:00.000Z", "2026-10-25T00:30:00.000Z"],
      ["2026-10-25T01:00:00.000Z", "2026-10-25T01:30:00.000Z"],
    ]);
  });

  test.each(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])(
    "says in %s what isOpen says of every ten minutes around both changes of clocks",
    (timeZone) => {
      const windows = [
        { name: "a", days: ["saturday", "sunday"] as const, from: "22:30", to: "02:10", timeZone },
        { name: "b", start: "2026-10-25T01:20", end: "2026-11-01T01:40", timeZone },
      ];
      for (const around of ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"]) {
        const start = Date.parse(`${around}T00:00:00Z`) - 86_400_000;
        const end = start + 3 * 86_400_000;
        for (const window of windows) {
          const spans = intervalsOf(window, start, end);
          for (let at = start; at < end; at += 600_000) {
            const open = spans.some((each) => each.start <= at && at < each.end);
            if (open !== isOpen(window, new Date(at)))
              throw new Error(`${window.name} at ${new Date(at).toISOString()}`);
          }
        }
      }
    },
  );

  test.each([
    ["fits to the second", 3600, "2026-11-20T00:00:00Z", true],
    ["is a second too long", 3601, "2026-11-20T00:00:00Z", false],
    ["is longer than the whole window", 5 * 3600, "2026-11-19T21:00:00Z", false],
  ])("a change that %s", (_, runway, at, open) => {
    const status = ask(weekly, at, { runway });
    expect(status.open).toBe(open);
    if (!open) expect(status.text).toMatch(/closes in .* are needed/);
  });

  test("overlapping freezes at the turn of the year: both are named, and the next window is after the last of them", () => {
    const status = ask(weekly, "2026-12-31T22:30:00Z");
    expect(status).toMatchObject({
      open: false,
      kind: "freeze",
      name: "year-end and audit",
      next: "2027-01-14T21:00:00.000Z",
    });
    expect(ask(weekly, "2027-01-07T22:30:00Z")).toMatchObject({ open: false, name: "audit" });
  });

  test("a window across the turn of the year", () => {
    const yaml =
      'version: 1\nwindows: [{ name: eve, start: "2026-12-31T22:00", end: "2027-01-01T04:00", timeZone: UTC }]';
    expect(ask(yaml, "2026-12-31T23:59:59Z")).toMatchObject({ open: true, until: "2027-01-01T04:00:00.000Z" });
    expect(ask(yaml, "2027-01-01T00:00:00Z").open).toBe(true);
    expect(ask(yaml, "2027-01-01T04:00:00Z").open).toBe(false);
  });

  test("a freeze that begins before the change ends stops it", () => {
    const status = ask(weekly, "2026-12-17T22:00:00Z", { runway: 2 * 86_400 });
    expect(status).toMatchObject({ open: false });
    expect(
      ask(
        'version: 1\ndefault: open\nfreezes: [{ name: f, start: "2026-11-21T12:10", end: "2026-11-21T13:00" }]',
        "2026-11-21T12:00:01Z",
      ),
    ).toMatchObject({ open: false, kind: "freeze", text: expect.stringContaining("begins before") });
  });

  test("scopes: stack and risk", () => {
    expect(ask(weekly, "2026-11-23T01:30:00Z", { stack: "prod-eu" }).open).toBe(true);
    expect(ask(weekly, "2026-11-23T01:30:00Z", { stack: "prod" }).open).toBe(false);
    expect(ask(weekly, "2026-11-23T01:30:00Z", { stack: "prod-eu", risks: ["downtime", "cost"] }).open).toBe(false);
    expect(ask(weekly, "2026-11-19T21:30:00Z", { risks: ["downtime", "security"] })).toMatchObject({ kind: "freeze" });
  });

  test("what needs no window waits for no window, but for a freeze", () => {
    const yaml = weekly.replace("version: 1", "version: 1\nalways: [routine]");
    expect(ask(yaml, "2026-11-18T12:00:00Z", { risks: ["routine"] })).toMatchObject({ open: true, kind: "always" });
    expect(ask(yaml, "2026-12-21T12:00:00Z", { risks: ["routine"] })).toMatchObject({ open: false, kind: "freeze" });
    expect(ask(yaml, "2026-11-18T12:00:00Z", { risks: ["routine", "cost"] }).open).toBe(false);
  });

  test.each([
    [["ann", "bob"], true],
    [["ann"], false],
    [["ann", "ann"], false],
    [["ann", "eve"], false],
    [["ann", "bob", "eve"], false],
  ])("an emergency approved by %j: %s", (approvers, open) => {
    const yaml = `${weekly}\nemergency: { approvers: [ann, bob, cid] }`;
    const emergency = { ticket: "INC-7", approvers };
    expect(ask(yaml, "2026-12-25T12:00:00Z", { emergency }).open).toBe(open);
    expect(ask(weekly, "2026-12-25T12:00:00Z", { emergency }).open).toBe(false);
  });

  test.each([
    ["version: 2", /version/],
    ["version: 1\nwindow: []", /window/],
    ['version: 1\nwindows: [{ name: a, days: [funday], from: "01:00", to: "02:00" }]', /windows\[0\]/],
    ['version: 1\nwindows: [{ name: a, days: [monday], from: "1:00", to: "02:00" }]', /windows\[0\]/],
    [
      'version: 1\nwindows: [{ name: a, days: [monday], from: "01:00", to: "02:00", timeZone: Mars/Base }]',
      /windows\[0\]/,
    ],
    ['version: 1\nwindows: [{ name: a, days: [monday], from: "01:00", to: "02:00", risks: [fun] }]', /risks/],
    ["version: 1\nemergency: { approvers: [ann] }", /two/],
    ["a: [", /not YAML/],
  ])("%j is not half believed", (yaml, message) => {
    expect(() => parseCalendar(yaml)).toThrow(message);
    expect(() => parseCalendar(yaml)).toThrow(expect.objectContaining({ exitCode: 25 }));
  });
});

const ics = (...lines: string[]) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
const event = (...lines: string[]) => [
  "BEGIN:VEVENT",
  `UID:${lines.length}-${lines[0]}`,
  "DTSTAMP:20260101T000000Z",
  ...lines,
  "END:VEVENT",
];

describe("iCalendar", () => {
  const window = event(
    "SUMMARY:Sunday night",
    "DTSTART;TZID=Europe/Berlin:20260104T010000",
    "DTEND;TZID=Europe/Berlin:20260104T040000",
    "RRULE:FREQ=WEEKLY;BYDAY=SU",
    "EXDATE;TZID=Europe/Berlin:20260405T010000",
  );
  const at = (text: string, moment: string, stack = "prod") =>
    windowStatus(parseICalendar(text), { at: new Date(moment), stack, risks: ["downtime"], runway: 600 });

  test.each([
    ["in winter", "2026-01-11T00:30:00Z", true],
    ["in summer, an hour earlier", "2026-07-04T23:30:00Z", true],
    ["in summer, when it has closed", "2026-07-05T02:30:00Z", false],
    ["on the day when clocks go forward", "2026-03-29T01:30:00Z", true],
    ["on the day when clocks go back", "2026-10-25T02:45:00Z", true],
    ["on the day that is left out", "2026-04-05T00:30:00Z", false],
  ])("a weekly event %s", (_, moment, open) => expect(at(ics(...window), moment).open).toBe(open));

  test("freezes are known by category, scopes by X-BULWARK-STACKS", () => {
    const freeze = event(
      "SUMMARY:Year end",
      "CATEGORIES:Freeze",
      "DTSTART;VALUE=DATE:20261220",
      "DTEND;VALUE=DATE:20270104",
      "X-BULWARK-STACKS:prod",
    );
    expect(at(ics(...window, ...freeze), "2026-12-27T00:30:00Z")).toMatchObject({
      open: false,
      kind: "freeze",
      name: "Year end",
    });
    expect(at(ics(...window, ...freeze), "2026-12-27T00:30:00Z", "staging").open).toBe(true);
    expect(at(ics(...window, ...freeze), "2027-01-10T00:30:00Z").open).toBe(true);
  });

  test("in a calendar of AWS that is open by default an event closes", () => {
    const text = ics(
      "X-CALENDAR-TYPE:DEFAULT_OPEN",
      ...event("SUMMARY:Sale", "DTSTART:20261127T000000Z", "DTEND:20261130T000000Z"),
    );
    expect(at(text, "2026-11-26T12:00:00Z").open).toBe(true);
    expect(at(text, "2026-11-27T12:00:00Z").open).toBe(false);
  });

  test.each([["BEGIN:VCALENDAR\r\nBEGIN:VEVENT"], ["nothing"], [""]])("%j is refused", (text) => {
    expect(() => parseICalendar(text)).toThrow(expect.objectContaining({ exitCode: 25 }));
  });
});
