import { changeWindow, dayParts, isOpen } from "../../components/core/change-window";
import { NIGHT, OFFICE } from "./fixture";

const open = (window: Parameters<typeof isOpen>[0], ...moments: readonly string[]) =>
  moments.map((moment) => isOpen(window, new Date(moment)));

describe("change windows", () => {
  it("open and close on the minute, in UTC where nothing else is said", () => {
    expect(
      open(OFFICE, "2026-11-20T08:59:59Z", "2026-11-20T09:00:00Z", "2026-11-20T16:59:59Z", "2026-11-20T17:00:00Z"),
    ).toEqual([false, true, true, false]);
    expect(open(OFFICE, "2026-11-21T12:00:00Z")).toEqual([false]);
  });

  it("go on after midnight, on the next day of the week, in their own time zone", () => {
    // Sunday 22:00 in Berlin is 21:00 UTC in winter and 20:00 UTC in summer.
    expect(
      open(NIGHT, "2026-11-22T20:59:00Z", "2026-11-22T21:00:00Z", "2026-11-23T00:59:00Z", "2026-11-23T01:00:00Z"),
    ).toEqual([false, true, true, false]);
    expect(
      open(NIGHT, "2026-07-05T19:59:00Z", "2026-07-05T20:00:00Z", "2026-07-05T23:59:00Z", "2026-07-06T00:00:00Z"),
    ).toEqual([false, true, true, false]);
    // Early Sunday belongs to no window that opens on Sunday night.
    expect(open(NIGHT, "2026-11-22T00:30:00Z")).toEqual([false]);
  });

  it("may open once, over several days", () => {
    const once = { name: "move", start: "2026-12-30T20:00", end: "2027-01-01T04:00" };
    expect(
      open(once, "2026-12-30T19:59:00Z", "2026-12-31T12:00:00Z", "2027-01-01T03:59:00Z", "2027-01-01T04:00:00Z"),
    ).toEqual([false, true, true, false]);
    expect(dayParts(once)).toEqual([
      { date: "2026-12-30", from: "20:00", to: "24:00" },
      { date: "2026-12-31", from: "00:00", to: "24:00" },
      { date: "2027-01-01", from: "00:00", to: "04:00" },
    ]);
  });

  it.each([
    ["an unknown day", { ...OFFICE, days: ["Monday"] }],
    ["no day", { ...OFFICE, days: [] }],
    ["an hour that does not exist", { ...OFFICE, from: "25:00" }],
    ["a window of no length", { ...OFFICE, to: "09:00" }],
    ["an unknown time zone", { ...OFFICE, timeZone: "Berlin" }],
    ["an end before the start", { name: "x", start: "2026-12-02T00:00", end: "2026-12-01T00:00" }],
    ["both kinds at once", { ...OFFICE, start: "2026-12-02T00:00", end: "2026-12-03T00:00" }],
  ])("are refused with %s", (_, window) => expect(changeWindow.safeParse(window).success).toBe(false));
});
