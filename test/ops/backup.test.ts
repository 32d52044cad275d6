import type { Executor } from "../../ops/backup/executor";
import { type Everything, listingText, sizeText } from "../../ops/backup/listing";
import { progressOn } from "../../ops/backup/progress";
import { ask, executorFor, laneOf, reachBy, runJob } from "../../ops/backup/runner";
import { type Report, reportText } from "../../ops/drill/command";
import { momentOf, planText } from "../../ops/restore/command";

/** Runners that answer `about`, and everything else as told. */
function executor(
  runners: Readonly<Record<string, { readonly schedule: string; readonly databases: readonly string[] }>>,
  answers: Readonly<
    Record<string, { readonly code: number; readonly lines: readonly string[]; readonly error?: string }>
  > = {},
): Executor & { readonly asked: { readonly args: readonly string[]; readonly stdin: string | undefined }[] } {
  const asked: { args: readonly string[]; stdin: string | undefined }[] = [];
  return {
    asked,
    place: "a place",
    runners: async () => Object.entries(runners).map(([id, { schedule }]) => ({ id, schedule })),
    exec: async ({ id, schedule }, args, { onLine, stdin }) => {
      asked.push({ args, stdin });
      const databases = (runners[id]?.databases ?? []).map((database) => ({ source: id, database }));
      const about = { ok: true, result: { schedule, environment: "prod", databases, copied: [], jobs: [] } };
      const answer = args[0] === "about" ? { code: 0, lines: [JSON.stringify(about)] } : answers[args[0] ?? ""];
      for (const line of answer?.lines ?? []) onLine(line);
      return { code: answer?.code ?? 0, error: answer?.error ?? "" };
    },
    pipe: () => Promise.reject(new Error("nothing is piped here")),
  };
}

const quiet = { show: () => undefined, end: () => undefined };

describe("which runner is meant", () => {
  const two = executor({
    db: { schedule: "nightly", databases: ["orders", "people"] },
    ledger: { schedule: "nightly", databases: ["orders"] },
    files: { schedule: "nightly", databases: [] },
  });

  test("a schedule may have several runners; the database tells which", async () => {
    const lanes = await reachBy(two, "prod", undefined);
    expect(lanes).toHaveLength(3);
    expect(laneOf(lanes, { database: "people" }).args).toEqual(["--source", "db", "--database", "people"]);
    expect(laneOf(lanes, { database: "orders", source: "ledger" }).lane.runner.id).toBe("ledger");
    expect(() => laneOf(lanes, { database: "orders" })).toThrow(
      /Say which with --database and --source: orders \(on db\), people/,
    );
    expect(() => laneOf(lanes, { database: "order" })).toThrow(/no such database. Databases: orders \(on db\)/);
  });

  test("several schedules, an unknown one, none at all", async () => {
    const schedules = executor({ a: { schedule: "nightly", databases: [] }, b: { schedule: "hourly", databases: [] } });
    await expect(reachBy(schedules, "prod", undefined)).rejects.toThrow(
      /Say which schedule with --schedule: hourly, nightly/,
    );
    await expect(reachBy(schedules, "prod", "weekly")).rejects.toThrow(/no schedule "weekly"/);
    expect(await reachBy(schedules, "prod", "hourly")).toHaveLength(1);
    await expect(reachBy(executor({}), "prod", undefined)).rejects.toThrow(
      /No backup runner of stack prod is up on a place/,
    );
  });

  test("a stack on AWS is refused in plain words", () => {
    const component = { type: "bulwark:index:ManagedPostgres", props: { target: "aws" } };
    const graph = { resources: [component] } as unknown as Parameters<typeof executorFor>[0];
    expect(() => executorFor(graph, "prod")).toThrow(
      "Stack prod is on aws: backups are run and restored from here on compose and microk8s; on AWS by AWS Backup.",
    );
  });
});

describe("what the runner says", () => {
  const lane = { executor: executor({}), runner: { id: "db", schedule: "nightly" } };
  const saying = (code: number, lines: readonly string[], error = "") => ({
    ...lane,
    executor: executor({}, { list: { code, lines, error }, run: { code, lines, error } }),
  });

  test("its last line is the result; a failure is its own words", async () => {
    expect(await ask(saying(0, ['{"step":"a"}', "no JSON", '{"ok":true,"result":7}']), ["list"], quiet)).toBe(7);
    await expect(ask(saying(1, [], "the store is gone"), ["list"], quiet)).rejects.toThrow("the store is gone");
    await expect(ask(saying(0, ['{"step":"a"}']), ["list"], quiet)).rejects.toThrow("the runner gave no result");
  });

  test("a key goes through standard input, never through an argument", async () => {
    const reached = saying(0, ['{"ok":true,"result":1}']);
    await ask(reached, ["list"], quiet, "AGE-SECRET-KEY-1X");
    expect(reached.executor.asked).toEqual([{ args: ["list", "--stdin"], stdin: "AGE-SECRET-KEY-1X" }]);
  });

  test("a job that ended with 0 but made nothing failed", async () => {
    expect(await runJob(saying(0, ['{"ok":true,"id":"x","bytes":3}']), "dump", quiet)).toMatchObject({
      ok: true,
      id: "x",
    });
    expect(await runJob(saying(0, []), "dump", quiet)).toMatchObject({ ok: false });
    expect(await runJob(saying(1, ['{"ok":false,"error":"disk full"}']), "dump", quiet)).toEqual({
      ok: false,
      error: "disk full",
    });
  });

  test("progress: one line that is rewritten on a terminal, a line for each step elsewhere", () => {
    const written = (isTTY: boolean): string => {
      let text = "";
      const progress = progressOn({
        isTTY,
        write: (each: string) => {
          text += each;
        },
      });
      progress.show({ step: "dump", detail: "orders: dumping" });
      progress.show({ step: "dump", detail: "orders: dumping" });
      progress.show({ step: "count", detail: "orders: counting", share: 0.5 });
      progress.show({ ok: true });
      progress.end();
      return text;
    };
    expect(written(false)).toBe("orders: dumping\norders: counting (50 %)\n");
    expect(written(true)).toBe("\r\u001b[2Korders: dumping\r\u001b[2Korders: counting (50 %)\r\u001b[2K");
  });
});

describe("texts", () => {
  test("a listing says what is too old, cut off, and kept for nothing", () => {
    const now = new Date("2026-11-21T12:00:00Z");
    const job = { name: "dump-db", kind: "dump", source: "db", maxAge: 3600 };
    const archive = {
      source: "db",
      database: "orders",
      id: "20261121T020000Z",
      at: "",
      bytes: 2048,
      state: "failed",
      keptFor: [],
    };
    const everything: Everything = {
      schedule: "nightly",
      environment: "prod",
      jobs: [
        { ...job, lastSuccess: now.getTime() / 1000 - 7200 },
        { ...job, name: "never", lastError: "disk full" },
      ],
      archives: [
        { ...archive, complete: true },
        { ...archive, complete: false, keptFor: ["daily"] },
      ],
      physical: [],
      replaced: [],
      copies: Array.from({ length: 12 }, (_, n) => ({
        source: "cache",
        kind: "redis",
        id: `copy-${n}`,
        at: "2026-11-21T10:30:00.000Z",
        ...(n === 0 ? { files: 1, bytes: 2048, replaced: true as const } : {}),
      })),
    };
    const text = listingText(everything, now);
    expect(text).toMatch(/dump-db +dump +2 h ago, TOO OLD/);
    expect(text).toMatch(/never +dump +never succeeded: disk full/);
    expect(text).toMatch(/failed +not kept\n.*cut off +daily/);
    expect(text).not.toContain("Physical");
    expect(text).toMatch(/copy-0 +cache \(redis\) +2026-11-21 10:30 +1 files, 2\.0 KiB +before a restore\n/);
    expect(text).toMatch(/copy-9 .*\n +… +cache: 2 older ones, in --json/);
    expect([0, 1023, 1024, 1_500_000, 5 * 2 ** 40].map(sizeText)).toEqual([
      "0 B",
      "1023 B",
      "1.0 KiB",
      "1.4 MiB",
      "5.0 TiB",
    ]);
  });

  test("a moment needs its offset", () => {
    expect(momentOf("2026-11-21T15:30:00+01:00")).toBe("2026-11-21T14:30:00.000Z");
    expect(momentOf("2026-11-21 14:30:00Z")).toBe("2026-11-21T14:30:00.000Z");
    for (const text of ["2026-11-21T14:30:00", "yesterday", "2026-13-01T00:00:00Z"])
      expect(() => momentOf(text)).toThrow(/with its offset/);
  });

  test("a plan says what comes back without a login and who is cut off", () => {
    const text = planText({
      environment: "prod",
      source: "db",
      database: "orders",
      from: "archive x",
      origin: { kind: "archive", id: "x" },
      dataOf: "2026-11-21T02:00:00Z",
      bytes: 1024,
      connections: 3,
      exists: true,
      missingRoles: ["old_user"],
      steps: ["one", "two"],
    });
    expect(text).toMatch(/1\. one\n {2}2\. two\n.*old_user\n.*3 connections/);
  });

  test("a drill's report shows a missed objective and a signature of somebody else", () => {
    const set = { tier: "archive", database: "orders", id: "x", seconds: 3, rows: 10, ok: true };
    const report = {
      id: "20261121T020000Z",
      source: "db",
      environment: "prod",
      ok: false,
      sets: [set, { ...set, ok: false, error: "a row is missing" }],
      rto: { objectiveSeconds: 10, measuredSeconds: 30, met: false },
      rpo: { objectiveSeconds: 10, met: false },
    };
    const text = reportText({ report, signature: {}, genuine: false } as unknown as Report, false);
    expect(text).toMatch(/FAILED +archive +orders +x +a row is missing/);
    expect(text).toMatch(/RTO 30 s of 10 s MISSED; RPO not measured of 10 s MISSED; the signature is NOT/);
  });
});
