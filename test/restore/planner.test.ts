import fc from "fast-check";
import { DateTime } from "luxon";
import { asStored } from "../../images/backup/src/catalogue";
import {
  DEFAULT_RETENTION,
  planRetention,
  type RetentionPlan,
  type RetentionPolicy,
  type StoredBackup,
  TIERS,
} from "../../images/backup/src/retention";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string) => new Date(`${text}Z`);
const taken = (time: Date, more: Partial<StoredBackup> = {}): StoredBackup => ({
  id: time.toISOString(),
  at: time,
  state: "verified",
  ...more,
});

/** The store after a run: marks set and taken away, the deleted ones gone. */
function apply(now: Date, store: readonly StoredBackup[], plan: RetentionPlan): StoredBackup[] {
  const gone = new Set(plan.delete);
  return store
    .filter((each) => !gone.has(each.id))
    .map(({ markedAt, ...each }) => {
      if (plan.unmark.includes(each.id)) return each;
      const mark = plan.mark.includes(each.id) ? now : markedAt;
      return mark === undefined ? each : { ...each, markedAt: mark };
    });
}

const kept = (plan: RetentionPlan) => plan.keep.map((each) => each.id);

/** Stores of every shape: chains, cycles of parents, failed backups, marks of any age, clocks that were wrong. */
const stores = fc
  .array(
    fc.record({
      hoursAgo: fc.integer({ min: -48, max: 24 * 365 * 9 }),
      state: fc.constantFrom("verified", "unverified", "failed"),
      parent: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
      markedHoursAgo: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    }),
    { maxLength: 60 },
  )
  .map((rows) => {
    const now = at("2026-03-01T02:30:00");
    const store = rows.map((row, index): StoredBackup => {
      const parent = row.parent === undefined ? undefined : `b${row.parent}`;
      return {
        id: `b${index}`,
        at: new Date(now.getTime() - row.hoursAgo * HOUR),
        state: row.state as StoredBackup["state"],
        ...(parent === undefined ? {} : { parent }),
        ...(row.markedHoursAgo === undefined ? {} : { markedAt: new Date(now.getTime() - row.markedHoursAgo * HOUR) }),
      };
    });
    return { now, store };
  });
const policies = fc.record({
  daily: fc.nat({ max: 31 }),
  weekly: fc.nat({ max: 13 }),
  monthly: fc.nat({ max: 13 }),
  yearly: fc.nat({ max: 8 }),
});
const holds = (check: (now: Date, store: StoredBackup[], policy: RetentionPolicy) => void) =>
  fc.assert(
    fc.property(stores, policies, ({ now, store }, policy) => check(now, store, policy)),
    { numRuns: 300 },
  );

describe("for every store and policy", () => {
  test("every backup is kept, newly marked, marked or deleted: exactly one of them", () => {
    holds((now, store, policy) => {
      const plan = planRetention(now, store, policy);
      expect([...kept(plan), ...plan.mark, ...plan.marked, ...plan.delete].sort()).toEqual(
        store.map((each) => each.id).sort(),
      );
      for (const { reasons } of plan.keep) expect(reasons.length).toBeGreaterThan(0);
    });
  });

  test("no tier keeps more than it allows, and a failed backup stands for no period (BK-13)", () => {
    holds((now, store, policy) => {
      const plan = planRetention(now, store, policy);
      for (const tier of TIERS)
        expect(plan.keep.filter((each) => each.tiers.includes(tier)).length).toBeLessThanOrEqual(policy[tier]);
      const failed = new Set(store.filter((each) => each.state === "failed").map((each) => each.id));
      expect(plan.keep.filter((each) => failed.has(each.id) && each.tiers.length > 0)).toEqual([]);
    });
  });

  test("the newest verified backup is never marked nor deleted, and neither is the newest of all", () => {
    holds((now, store, policy) => {
      const plan = planRetention(now, store, policy);
      const past = store.filter((each) => each.at <= now);
      for (const chosen of [past, past.filter((each) => each.state === "verified")]) {
        const newest = Math.max(...chosen.map((each) => each.at.getTime()));
        const candidates = chosen.filter((each) => each.at.getTime() === newest).map((each) => each.id);
        if (candidates.length > 0) expect(kept(plan).some((id) => candidates.includes(id))).toBe(true);
      }
    });
  });

  test("what a kept backup needs is kept too, all the way up; what stays in the store is never left without its parent", () => {
    holds((now, store, policy) => {
      const plan = planRetention(now, store, policy);
      const ids = new Set(store.map((each) => each.id));
      const gone = new Set(plan.delete);
      const wanted = new Set(kept(plan));
      for (const { id, parent } of store) {
        if (parent === undefined || !ids.has(parent)) continue;
        if (wanted.has(id)) expect(wanted.has(parent)).toBe(true);
        if (!gone.has(id)) expect(gone.has(parent)).toBe(false);
      }
    });
  });

  test("a backup is deleted only when an earlier run marked it", () => {
    holds((now, store, policy) => {
      const marked = new Map(store.map((each) => [each.id, each.markedAt]));
      for (const id of planRetention(now, store, policy).delete)
        expect(now.getTime() - (marked.get(id)?.getTime() ?? now.getTime())).toBeGreaterThanOrEqual(20 * HOUR);
    });
  });

  test("never more than 30 % go in one run; one may always go", () => {
    holds((now, store, policy) => {
      const plan = planRetention(now, store, policy);
      const most = Math.max(1, Math.floor(store.length * 0.3));
      expect(plan.delete.length).toBeLessThanOrEqual(most);
      if (plan.refused !== undefined) {
        expect(plan.delete).toEqual([]);
        expect(plan.refused).toMatchObject({ of: store.length, allowed: most });
        expect(plan.refused.wanted).toBeGreaterThan(most);
      }
    });
  });

  test("a second run at the same moment keeps the same and has nothing more to mark or unmark", () => {
    holds((now, store, policy) => {
      const first = planRetention(now, store, policy);
      const second = planRetention(now, apply(now, store, first), policy);
      expect(second.keep).toEqual(first.keep);
      expect([...second.mark, ...second.unmark, ...second.delete]).toEqual([]);
    });
  });

  test("the order in which the store lists its backups does not matter", () => {
    holds((now, store, policy) => {
      expect(planRetention(now, [...store].reverse(), policy)).toEqual(planRetention(now, store, policy));
    });
  });

  test("children are deleted before what they need", () => {
    holds((now, store, policy) => {
      const { delete: order } = planRetention(now, store, policy, { mostDeleted: 1 });
      for (const { id, parent } of store) {
        const [child, needed] = [order.indexOf(id), parent === undefined ? -1 : order.indexOf(parent)];
        const above = store.find((each) => each.id === parent)?.parent;
        if (child >= 0 && needed >= 0 && above === undefined) expect(child).toBeLessThan(needed);
      }
    });
  });
});

/** Runs the planner once a day at 02:30, one backup a day at 02:00. */
function simulate(from: Date, days: number, policy = DEFAULT_RETENTION, check = (_: StoredBackup[], __: Date) => {}) {
  let store: StoredBackup[] = [];
  let now = from;
  for (let day = 0; day < days; day++) {
    const time = new Date(from.getTime() + day * DAY);
    now = new Date(time.getTime() + 30 * 60_000);
    store.push(taken(time));
    const plan = planRetention(now, store, policy);
    expect(plan.refused).toBeUndefined();
    store = apply(now, store, plan);
    check(store, now);
  }
  return { store, now };
}

/** What must be there, said in another way than the planner does: calendar arithmetic forward from the periods' last days. */
function expectedDays(now: Date, from: Date): string[] {
  const today = DateTime.fromJSDate(now, { zone: "utc" }).startOf("day");
  const last = [
    ...Array.from({ length: 30 }, (_, n) => today.minus({ days: n })),
    ...Array.from({ length: 12 }, (_, n) => today.minus({ weeks: n }).set({ weekday: 7 })),
    ...Array.from({ length: 12 }, (_, n) => today.startOf("month").minus({ months: n }).endOf("month").startOf("day")),
    ...Array.from({ length: 7 }, (_, n) => DateTime.utc(today.year - n, 12, 31)),
  ].map((day) => DateTime.min(day, today));
  const first = DateTime.fromJSDate(from, { zone: "utc" });
  return [...new Set(last.filter((day) => day >= first.startOf("day")).map((day) => day.toISODate() ?? ""))].sort();
}

describe("over time", () => {
  test("eight years of daily backups leave exactly 30 days, 12 weeks, 12 months and 7 years (BK-13)", () => {
    const from = at("2023-05-17T02:00:00");
    const days = 8 * 365 + 2;
    const { store, now } = simulate(from, days, DEFAULT_RETENTION, (each, moment) => {
      if (moment.getUTCDate() % 9 !== 1) return;
      const unmarked = each.filter((backup) => backup.markedAt === undefined).map((backup) => backup.id.slice(0, 10));
      expect(unmarked.sort()).toEqual(expectedDays(moment, from));
    });
    expect(now.toISOString()).toMatch(/^2031-05-16/);
    const days_ = store.filter((each) => each.markedAt === undefined).map((each) => each.id.slice(0, 10));
    expect(days_.filter((day) => day.endsWith("-12-31"))).toEqual([
      "2025-12-31",
      "2026-12-31",
      "2027-12-31",
      "2028-12-31",
      "2029-12-31",
      "2030-12-31",
    ]);
    expect(days_).toHaveLength(expectedDays(now, from).length);
    // At most one day's worth waits for its deletion.
    expect(store.length - days_.length).toBeLessThanOrEqual(2);
  });

  test("a leap day is the end of its month, and years with 53 ISO weeks count each week once", () => {
    const { store } = simulate(at("2027-12-01T02:00:00"), 130);
    expect(store.map((each) => each.id.slice(0, 10))).toContain("2028-02-29");
    // 2026 has 53 weeks: 28 December 2026 to 3 January 2027 is one of them, over the end of the year.
    const week = ["2026-12-27", "2026-12-28", "2026-12-31", "2027-01-01", "2027-01-03", "2027-01-04"].map((day) =>
      taken(at(`${day}T02:00:00`)),
    );
    const plan = planRetention(at("2027-01-04T12:00:00"), week, { daily: 0, weekly: 12, monthly: 0, yearly: 0 });
    expect(kept(plan).map((id) => id.slice(0, 10))).toEqual(["2027-01-04", "2027-01-03", "2026-12-27"]);
  });

  test("after a pause the last periods that have backups count: old ones do not age away without new ones", () => {
    const { store } = simulate(at("2026-01-01T02:00:00"), 60);
    const later = planRetention(at("2027-06-01T00:00:00"), store, DEFAULT_RETENTION);
    expect(later.mark).toEqual([]);
    expect(later.keep.filter((each) => each.tiers.includes("daily"))).toHaveLength(30);
  });

  test("what was marked by mistake of a policy comes back when the policy does", () => {
    const { store, now } = simulate(at("2026-01-01T02:00:00"), 25);
    const narrow = apply(now, store, planRetention(now, store, { ...DEFAULT_RETENTION, daily: 3 }));
    expect(narrow.filter((each) => each.markedAt !== undefined).length).toBeGreaterThan(10);
    const back = planRetention(new Date(now.getTime() + DAY), narrow, DEFAULT_RETENTION);
    expect(back.delete).toEqual([]);
    expect(back.unmark.length).toBeGreaterThan(10);
  });

  test("a policy that would empty the store is refused, with the figures", () => {
    const { store, now } = simulate(at("2026-01-01T02:00:00"), 25);
    const nothing = { daily: 1, weekly: 0, monthly: 0, yearly: 0 };
    const marked = apply(now, store, planRetention(now, store, nothing));
    const plan = planRetention(new Date(now.getTime() + DAY), marked, nothing);
    expect(plan).toMatchObject({ delete: [], refused: { wanted: 24, of: 25, allowed: 7 } });
  });

  test("six-hourly incrementals: the chain of a kept one stays until nothing needs it", () => {
    const full = taken(at("2026-01-01T02:00:00"), { id: "full" });
    const chain = [1, 2, 3].map((n) =>
      taken(at(`2026-01-01T${String(2 + 6 * n).padStart(2, "0")}:00:00`), {
        id: `incr${n}`,
        parent: n === 1 ? "full" : `incr${n - 1}`,
      }),
    );
    const plan = planRetention(at("2026-01-02T00:00:00"), [full, ...chain], {
      daily: 1,
      weekly: 0,
      monthly: 0,
      yearly: 0,
    });
    expect(plan.keep.map((each) => [each.id, each.reasons])).toEqual([
      ["incr3", ["daily", "newest", "newest-verified"]],
      ["incr2", ["parent"]],
      ["incr1", ["parent"]],
      ["full", ["parent"]],
    ]);
  });

  test("backups that could not be read back make way for older good ones", () => {
    const good = taken(at("2026-01-30T02:00:00"), { id: "good" });
    const bad = taken(at("2026-01-31T02:00:00"), { id: "bad", state: "failed" });
    const next = taken(at("2026-02-03T02:00:00"), { id: "next", state: "unverified" });
    const plan = planRetention(at("2026-02-03T03:00:00"), [good, bad, next], {
      daily: 0,
      weekly: 0,
      monthly: 2,
      yearly: 0,
    });
    expect(plan.keep.map((each) => [each.id, each.reasons])).toEqual([
      ["next", ["monthly", "newest"]],
      ["good", ["monthly", "newest-verified"]],
    ]);
    expect(plan.mark).toEqual(["bad"]);
  });
});

test.each([
  ["only verified", { verified: 1 }, "verified"],
  ["verified, and failed a second later", { verified: 1, failed: 2 }, "failed"],
  ["both within one second", { verified: 1, failed: 1 }, "failed"],
  ["failed, and read back well a second later", { verified: 2, failed: 1 }, "verified"],
  ["neither", {}, "unverified"],
] as const)("what is known of an archive: %s", (_, seconds, state) => {
  const marks = Object.fromEntries(Object.entries(seconds).map(([mark, at]) => [mark, new Date(at * 1000)]));
  const entry = { source: "db", database: "orders", id: "20261121T000000Z", at: new Date(0), bytes: 1, complete: true };
  expect(asStored({ ...entry, marks }).state).toBe(state);
});
