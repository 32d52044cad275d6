import { copyFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChangeSet } from "../../ops/change/model";
import { readPreview } from "../../ops/change/read";
import { readCalendar } from "../../ops/gate/calendar/calendar";
import { type GateOptions, gate } from "../../ops/gate/command";
import { decide } from "../../ops/gate/decide";
import { FORMATS } from "../../ops/gate/output";

const folder = mkdtempSync(join(tmpdir(), "bulwark-gate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const calendar = join(folder, "calendar.yaml");
writeFileSync(
  calendar,
  `version: 1
maxAge: "12 hours"
windows: [{ name: tuesday, days: [tuesday], from: "22:00", to: "23:00" }]
emergency: { approvers: [ann, bob] }
`,
);

async function exit(name: string, options: Partial<GateOptions> = {}): Promise<number> {
  const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  const preview = join(folder, name);
  copyFileSync(join(__dirname, "previews", name), preview);
  const made = new Date("2026-11-24T20:00:00Z");
  utimesSync(preview, made, made);
  try {
    return await gate(preview, { format: "text", ...options });
  } finally {
    write.mockRestore();
  }
}

async function printed(preview: string, format: string): Promise<{ readonly code: number; readonly text: string }> {
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  try {
    return { code: await gate(preview, { format }), text: lines.join("") };
  } finally {
    write.mockRestore();
  }
}

const tuesday = { calendar, at: "2026-11-24T22:10:00Z" };

describe("bulwark gate", () => {
  test.each([
    ["no change outside of a window", "no-change.json", { ...tuesday, at: "2026-11-24T21:00:00Z" }, 0],
    ["a routine change in a window", "memory-raised.json", tuesday, 0],
    ["a routine change outside of it", "memory-raised.json", { ...tuesday, at: "2026-11-24T21:59:59Z" }, 23],
    ["a routine change at another offset", "memory-raised.json", { ...tuesday, at: "2026-11-25T03:40:00+05:30" }, 0],
    ["a change that takes too long for it", "memory-raised.json", { ...tuesday, duration: "51 minutes" }, 23],
    ["an upgrade that is estimated to take too long", "engine-upgrade.json", tuesday, 23],
    ["downtime in a window", "image-update.json", tuesday, 20],
    ["downtime without a calendar", "image-update.json", {}, 20],
    ["lost data in a window", "volume-deleted.json", tuesday, 21],
    ["lost data outside of it", "volume-deleted.json", { ...tuesday, at: "2026-11-24T21:00:00Z" }, 21],
    ["a violation in a window", "port-opened.json", tuesday, 22],
    ["an old preview", "memory-raised.json", { ...tuesday, at: "2026-12-01T22:10:00Z" }, 24],
    ["an old preview by its option", "memory-raised.json", { ...tuesday, maxAge: "1 hour" }, 24],
    ["an old preview that loses data", "volume-deleted.json", { ...tuesday, maxAge: "1 hour" }, 24],
    [
      "an emergency",
      "memory-raised.json",
      { ...tuesday, at: "2026-11-24T21:00:00Z", emergency: "INC-1", approvedBy: ["ann", "bob"] },
      0,
    ],
    [
      "an emergency that loses data",
      "volume-deleted.json",
      { ...tuesday, emergency: "INC-1", approvedBy: ["ann", "bob"] },
      21,
    ],
    [
      "an emergency with one approver",
      "memory-raised.json",
      { ...tuesday, emergency: "INC-1", approvedBy: ["ann"] },
      23,
    ],
    ["a preview that failed", "protected-volume-deleted.json", tuesday, 25],
  ])("%s", async (_, name, options, code) => {
    expect(await exit(name, options)).toBe(code);
  });

  test("a calendar that is not there, a preview that is not there", async () => {
    expect(await exit("no-change.json", { calendar: join(folder, "none.yaml") })).toBe(25);
    expect(await printed(join(folder, "none.json"), "text")).toMatchObject({ code: 25 });
  });

  test.each(FORMATS)(
    "a preview that is cut off is told as %s, with 25 and without the secrets in it",
    async (format) => {
      const cut = join(folder, "cut.json");
      const whole = readFileSync(join(__dirname, "previews", "secrets-in-environment.json"), "utf8");
      writeFileSync(cut, whole.slice(0, -40));
      const { code, text } = await printed(cut, format);
      expect(code).toBe(25);
      expect(text).toContain("cut off");
      expect(text).not.toContain("canary-");
      if (format === "json")
        expect(JSON.parse(text)).toMatchObject({ version: 1, verdict: { exitCode: 25 }, changes: [] });
      if (format === "sarif")
        expect(JSON.parse(text).runs[0].invocations[0]).toMatchObject({ executionSuccessful: false });
      if (format === "junit") expect(text).toContain('failures="1"');
    },
  );

  test("backups in the window of the change are told (X-23)", async () => {
    const program = (resource: object): ChangeSet => ({
      ...readPreview(readFileSync(join(__dirname, "previews", "memory-raised.jsonl"), "utf8")),
      resources: [
        {
          ...{ urn: "urn:pulumi:prod::shop::x::it", type: "", name: "it", custom: true, protect: true, props: {} },
          ...{ dependencies: [], propertyDependencies: {} },
          ...resource,
        },
      ],
    });
    const at = (time: string, resource: object) =>
      decide(program(resource), { at: new Date(time), calendar: readCalendar(calendar) }).warnings ?? [];
    const schedule = {
      type: "bulwark:index:BackupSchedule",
      custom: false,
      props: { timeZone: "Europe/Berlin", jobs: ["full: 30 23 * * *", "incremental: 0 */6 * * *"] },
    };
    const database = (backupWindow: string) => ({ type: "aws:rds/instance:Instance", props: { backupWindow } });
    const plan = {
      type: "aws:backup/plan:Plan",
      props: { rules: [{ ruleName: "daily", schedule: "cron(15 22 * * ? *)" }] },
    };
    // 23:30 in Berlin is 22:30 UTC.
    expect(at("2026-11-24T22:10:00Z", schedule)).toEqual([
      "the backup full of it starts at 2026-11-24T22:30:00.000Z, while the change is made",
    ]);
    expect(at("2026-11-24T20:00:00Z", database("21:30-22:01"))).toHaveLength(1);
    expect(at("2026-11-24T22:10:00Z", database("22:50-23:20"))).toHaveLength(1);
    expect(at("2026-11-24T22:10:00Z", database("23:00-23:30"))).toEqual([]);
    expect(at("2026-11-24T22:10:00Z", plan)).toEqual([expect.stringContaining("the backup daily of it")]);
  });

  test.each([
    { at: "2026-11-24T22:10" },
    { at: "soon" },
    { duration: "long" },
    { format: "html" },
    { emergency: "INC-1" },
  ])("%j is bad input", async (options) => {
    await expect(exit("no-change.json", options)).rejects.toMatchObject({ exitCode: 2 });
  });
});
