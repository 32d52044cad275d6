import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "bulwark-lint-"));
writeFileSync(join(folder, "biome.json"), JSON.stringify({ plugins: [join(root, "lint/no-resource-in-apply.grit")] }));
afterAll(() => rmSync(folder, { recursive: true }));

const lint = (source: string) => {
  writeFileSync(join(folder, "example.ts"), source);
  const result = spawnSync(join(root, "node_modules/.bin/biome"), ["lint", "example.ts"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status: result.status, text: `${result.stdout}${result.stderr}` };
};

describe("lint rule: no resource inside apply", () => {
  it.each([
    "export const a = output.apply((id) => new Bucket(id));",
    "export const a = output.apply((id) => { const all = [new aws.s3.Bucket(id)]; return all; });",
    "export const a = pulumi.all([x, y]).apply(([x, y]) => (x ? new Container(y, {}) : undefined));",
  ])("refuses %s", (source) => {
    const result = lint(source);
    expect(result.text).toContain("A resource made inside apply");
    expect(result.status).not.toBe(0);
  });

  it.each([
    "export const a = output.apply((id) => { if (!id) throw new BulwarkError(id); return new Set([id]); });",
    "export const a = new Bucket(output.apply((id) => id));",
  ])("accepts %s", (source) => {
    expect(lint(source).text).not.toContain("A resource made inside apply");
  });
});
