import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GateOptions, gate } from "../../ops/gate/command";

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
    await expect(exit("no-change.json", { calendar: join(folder, "none.yaml") })).rejects.toMatchObject({
      exitCode: 25,
    });
    await expect(gate(join(folder, "none.json"), { format: "text" })).rejects.toMatchObject({ exitCode: 25 });
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
