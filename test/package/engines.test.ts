import { readFileSync } from "node:fs";
import { join } from "node:path";
import { minVersion, satisfies, subset } from "semver";

interface LockedPackage {
  readonly engines?: { readonly node?: string };
}

const ROOT = join(__dirname, "..", "..");
const OURS = (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Required<LockedPackage>).engines
  .node as string;
const LOCKED = (
  JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  }
).packages;

const ranges = Object.entries(LOCKED)
  .filter(([path]) => path !== "")
  .flatMap(([path, each]) => (each.engines?.node === undefined ? [] : [{ path, range: each.engines.node }]));

describe("npm ci prints no engine warning", () => {
  it("reads a lockfile with engines in it", () => {
    expect(ranges.length).toBeGreaterThan(100);
  });

  it.each(["20.x", "22.x", "24.x"])("the package itself runs on the newest Node %s", (line) => {
    expect(satisfies(line.replace("x", "99.0"), OURS)).toBe(true);
  });

  it.each(["20.x", "22.x", "24.x"])("every locked package runs on each Node %s that engines admits", (line) => {
    const admitted = OURS.split("||").find((each) => minVersion(each)?.major === Number.parseInt(line, 10)) ?? OURS;
    const refusing = ranges.filter(({ range }) => !subset(`${admitted} <${Number.parseInt(line, 10) + 1}`, range));
    expect(refusing).toEqual([]);
  });
});
