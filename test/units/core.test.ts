import * as fc from "fast-check";
import { Capacity } from "../../components/core/capacity";
import { ArgumentError } from "../../components/core/errors";
import { NAME_RULES, type NameKind, physicalName } from "../../components/core/names";
import { Problems } from "../../components/core/problems";
import { nearest } from "../../components/core/suggest";
import { mebibytes, seconds, sizeOf } from "../../components/core/units";

describe("physical names", () => {
  const kinds = Object.keys(NAME_RULES) as NameKind[];

  it("stay as they are when they fit", () => {
    expect(physicalName("docker", "bulwark-dev", "db")).toBe("bulwark-dev-db");
    expect(physicalName("loadBalancer", "a".repeat(32))).toBe("a".repeat(32));
  });

  it("fit the limit and the alphabet of their kind, whatever is asked", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.array(fc.string({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 }),
        (kind, parts) => {
          const name = physicalName(kind, ...parts);
          expect(name.length).toBeLessThanOrEqual(NAME_RULES[kind].max);
          for (const char of name) expect(char).toMatch(NAME_RULES[kind].allowed);
        },
      ),
    );
  });

  it("differ when what was asked differs, even where both are cut or changed", () => {
    const long = "x".repeat(60);
    expect(physicalName("loadBalancer", `${long}a`)).not.toBe(physicalName("loadBalancer", `${long}b`));
    expect(physicalName("rdsInstance", "a_b")).not.toBe(physicalName("rdsInstance", "a-b"));
  });
});

describe("units", () => {
  it("reads sizes and durations", () => {
    expect([mebibytes("512 MiB"), mebibytes("8 GiB"), mebibytes("1.5 GiB"), mebibytes("2 TiB")]).toEqual([
      512, 8192, 1536, 2_097_152,
    ]);
    expect([seconds("1 second"), seconds("15 minutes"), seconds("12 hours"), seconds("7 days")]).toEqual([
      1, 900, 43_200, 604_800,
    ]);
  });

  it("writes a size back", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e7 }), (mib) => expect(mebibytes(sizeOf(mib))).toBe(mib)));
  });

  it("refuses what has no unit", () => {
    expect(() => mebibytes("8 GB")).toThrow(RangeError);
    expect(() => seconds("10")).toThrow(RangeError);
  });
});

describe("suggestions", () => {
  it.each([
    ["memmory", "memory"],
    ["production", "prod"],
    ["databses", "databases"],
  ])("takes %s for %s", (given, meant) => expect(nearest(given, ["prod", "memory", "databases"])).toBe(meant));

  it("stays silent when nothing is near", () => expect(nearest("zebra", ["memory", "databases"])).toBeUndefined());
});

describe("capacity (ST-11)", () => {
  const take = (memory: number, cpus: number, times: number) => {
    const capacity = new Capacity('host "h"', { cpus: 4, memory: 8192, reserved: 512 });
    const problems = new Problems("test");
    for (let each = 0; each < times; each++) capacity.take({ name: `w${each}`, cpus, memory }, problems);
    return () => problems.throwIfAny();
  };

  it("accepts what fits to the last MiB", () => expect(take(7680, 4, 1)).not.toThrow());

  it("shows the sum when memory is short", () => {
    expect(take(4096, 0.1, 2)).toThrow(ArgumentError);
    expect(take(4096, 0.1, 2)).toThrow(/w0 4 GiB \+ w1 4 GiB = 8 GiB/);
  });

  it("shows the sum when CPUs are short", () =>
    expect(take(64, 1.5, 3)).toThrow(/w0 1\.5 \+ w1 1\.5 \+ w2 1\.5 = 4\.5/));
});
