import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DateTime } from "luxon";
import { stringify } from "yaml";
import { describeWith } from "../lab";
import type { Faults } from "./programs/container";
import { CONTAINER, POLICY_PACK, Session } from "./session";

const CANARY = "canary-3f9c1e7b2d";

describeWith(["pulumi"], "the policy pack, loaded by the real CLI", () => {
  const session = new Session(CONTAINER);
  const withPack = (command: "up" | "preview", faults: Faults) =>
    session[command](faults, "--policy-pack", POLICY_PACK);
  const containers = () => session.world().journal.filter((event) => event.kind === "container");

  beforeAll(() => session.start());
  afterAll(() => session.close());

  test("a preview shows every violation at once and fails", async () => {
    const preview = await withPack("preview", { privileged: true, secret: CANARY });
    expect(preview.ok).toBe(false);
    expect(preview.output).toContain("[mandatory] [severity: critical]  docker-no-privileged");
    expect(preview.output).toContain("[mandatory] [severity: critical]  docker-no-plain-secret-env");
    expect(preview.output).not.toContain(CANARY);
  }, 180_000);

  test("an update stops before the container is created, and says which rule, why and what to do", async () => {
    const update = await withPack("up", { privileged: true });
    expect(update.ok).toBe(false);
    expect(update.output).toContain("docker-no-privileged  (docker:index:Container: web)");
    expect(update.output).toContain("privileged is true. Remove privileged");
    expect(containers()).toEqual([]);
  }, 180_000);

  test("an advisory is shown and passes", async () => {
    const update = await withPack("up", { writable: true });
    expect(update.output).toContain("[advisory] [severity: medium]  docker-readonly-rootfs");
    expect(update.ok).toBe(true);
    expect(containers().map((event) => event.action)).toEqual(["create"]);
  }, 180_000);

  test("an exemption in the file of the user's own project lets a violation through, until it ends", async () => {
    const today = DateTime.utc();
    const entry = (expires: DateTime) => ({
      id: "EX-1",
      policy: "docker-no-new-privileges",
      urn: "urn:pulumi:dev::bulwark::docker:index/container:Container::web",
      reason: "the old camera driver until it is replaced",
      ticket: "OPS-1",
      approver: "security",
      created: today.minus({ days: 20 }).toISODate(),
      expires: expires.toISODate(),
    });
    const file = join(session.folder, "exemptions.yaml");
    process.env["BULWARK_EXEMPTIONS"] = file;
    try {
      writeFileSync(file, stringify({ exemptions: [entry(today.minus({ days: 1 }))] }));
      expect((await withPack("preview", { gains: true })).ok).toBe(false);
      writeFileSync(file, stringify({ exemptions: [entry(today.plus({ days: 5 }))] }));
      const preview = await withPack("preview", { gains: true });
      expect(preview.output).not.toContain("[mandatory]");
      expect(preview.ok).toBe(true);
    } finally {
      delete process.env["BULWARK_EXEMPTIONS"];
    }
  }, 180_000);

  test("nothing is said of a container without fault", async () => {
    const update = await withPack("up", {});
    expect(update.output).toContain("✅ bulwark@");
    expect(update.output).not.toMatch(/\[(advisory|mandatory)]/);
    expect(update.ok).toBe(true);
  }, 180_000);
});
