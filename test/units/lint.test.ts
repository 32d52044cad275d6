import { spawnSync } from "node:child_process";
import { join } from "node:path";

const lint = (source: string) =>
  spawnSync(join(__dirname, "../../node_modules/.bin/biome"), ["lint", "--stdin-file-path=stacks/example.ts"], {
    cwd: join(__dirname, "../.."),
    input: source,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });

describe("lint rule: no resource inside apply", () => {
  it.each([
    "export const a = output.apply((id) => new Bucket(id));",
    "export const a = output.apply((id) => { const all = [new aws.s3.Bucket(id)]; return all; });",
    "export const a = pulumi.all([x, y]).apply(([x, y]) => (x ? new Container(y, {}) : undefined));",
  ])("refuses %s", (source) => {
    const result = lint(source);
    expect(`${result.stdout}${result.stderr}`).toContain("A resource made inside apply");
    expect(result.status).not.toBe(0);
  });

  it.each([
    "export const a = output.apply((id) => { if (!id) throw new BulwarkError(id); return new Set([id]); });",
    "export const a = new Bucket(output.apply((id) => id));",
  ])("accepts %s", (source) => {
    expect(`${lint(source).stdout}${lint(source).stderr}`).not.toContain("A resource made inside apply");
  });
});
