import * as fc from "fast-check";
import { instanceClass, rdsValue } from "../../components/managed-postgres/rds";
import { fargateSize, repositoryArn } from "../../components/service-deployment/fargate";
import { aligned, subnetCidr, subnetCidr6, TIERS, ZONE_SLOTS } from "../../components/surveillance-vpc/cidr";
import { routePriorities } from "../../components/targets/aws/priorities";

/** First and last address of a block. */
function range(block: string): readonly [number, number] {
  const [address = "", prefix = ""] = block.split("/");
  const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return [first, first + 2 ** (32 - Number(prefix)) - 1];
}

const network = fc.tuple(fc.integer({ min: 16, max: 22 }), fc.nat({ max: 2 ** 32 - 1 })).map(([prefix, address]) => {
  const base = Math.floor(address / 2 ** (32 - prefix)) * 2 ** (32 - prefix);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".")}/${prefix}`;
});

describe("subnets", () => {
  test("never overlap and never leave the network (VPC-02)", () => {
    fc.assert(
      fc.property(network, (block) => {
        expect(aligned(block)).toBe(true);
        const [from, to] = range(block);
        const all = TIERS.flatMap((tier) =>
          Array.from({ length: ZONE_SLOTS }, (_, zone) => range(subnetCidr(block, tier, zone))),
        ).sort((a, b) => a[0] - b[0]);
        for (const [index, [first, last]] of all.entries()) {
          expect(first).toBeGreaterThanOrEqual(from);
          expect(last).toBeLessThanOrEqual(to);
          expect(first).toBeGreaterThan(all[index - 1]?.[1] ?? -1);
          expect(first % (last - first + 1)).toBe(0);
        }
      }),
    );
  });

  test("have an IPv6 range each, all within that of the VPC, at the place they have by IPv4", () => {
    const block = fc
      .tuple(fc.nat({ max: 0xffff }), fc.nat({ max: 0xffff }), fc.nat({ max: 0xff }))
      .map(([a, b, c]) => ({ block: `2600:${a.toString(16)}:${b.toString(16)}:${c.toString(16)}00::/56`, a, b, c }));
    fc.assert(
      fc.property(block, ({ block: given, a, b, c }) => {
        const all = TIERS.flatMap((tier) =>
          Array.from({ length: ZONE_SLOTS }, (_, zone) => subnetCidr6(given, tier, zone)),
        );
        expect(new Set(all).size).toBe(TIERS.length * ZONE_SLOTS);
        for (const each of all) {
          const groups = each
            .replace("::/64", "")
            .split(":")
            .map((group) => Number.parseInt(group, 16));
          expect([...groups.slice(0, 3), (groups[3] ?? 0) >> 8]).toEqual([0x2600, a, b, c]);
        }
      }),
    );
    expect([0, 7].map((zone) => subnetCidr6("2600:1f18:12:3400::/56", "data", zone))).toEqual([
      "2600:1f18:12:3410::/64",
      "2600:1f18:12:3417::/64",
    ]);
    expect(subnetCidr6("2600::3400:0:0:0:0/56", "private", 1)).toBe("2600:0:0:3401::/64");
    for (const wrong of ["2600:1f18:12:3400::/64", "10.0.0.0/16", "2600:1f18:12/56"])
      expect(() => subnetCidr6(wrong, "data", 0)).toThrow(RangeError);
  });

  test("have the addresses they always had", () => {
    expect(
      (["private", "public", "data"] as const).map((tier) =>
        [0, 1, 7].map((zone) => subnetCidr("10.0.0.0/16", tier, zone)),
      ),
    ).toEqual([
      ["10.0.0.0/22", "10.0.4.0/22", "10.0.28.0/22"],
      ["10.0.32.0/22", "10.0.36.0/22", "10.0.60.0/22"],
      ["10.0.64.0/22", "10.0.68.0/22", "10.0.92.0/22"],
    ]);
  });

  test("end where the room for zones ends", () => {
    expect(() => subnetCidr("10.0.0.0/16", "data", ZONE_SLOTS)).toThrow(RangeError);
    expect(["10.0.0.1/16", "10.0.0.0/15", "10.0.0.0/23"].filter(aligned)).toEqual([]);
  });
});

describe("sizes", () => {
  const cpus = fc.double({ min: 0.1, max: 16, noNaN: true });
  const memory = fc.integer({ min: 16, max: 122_880 });

  test("of Fargate are sold, and never smaller than asked (SD-15)", () => {
    const sold = new Map([
      [256, [512, 1024, 2048]],
      [512, [1024, 2048, 3072, 4096]],
    ]);
    fc.assert(
      fc.property(cpus, memory, (cpu, mib) => {
        const size = fargateSize(cpu, mib);
        expect(size?.cpu).toBeGreaterThanOrEqual(cpu * 1024);
        expect(size?.memory).toBeGreaterThanOrEqual(mib);
        const known = sold.get(size?.cpu ?? 0);
        if (known !== undefined) expect(known).toContain(size?.memory);
        else expect((size?.memory ?? 1) % 1024).toBe(0);
      }),
    );
    expect(fargateSize(0.25, 1100)).toEqual({ cpu: 256, memory: 2048 });
    expect(fargateSize(1, 512)).toEqual({ cpu: 1024, memory: 2048 });
    expect(fargateSize(17, 512)).toBeUndefined();
  });

  test("of RDS are never smaller than asked, and in prod never burstable", () => {
    fc.assert(
      fc.property(cpus, memory, fc.constantFrom("dev", "staging", "prod"), (cpu, mib, tier) => {
        const size = instanceClass(tier as "dev", cpu, mib);
        expect(size?.cpus).toBeGreaterThanOrEqual(cpu);
        expect(size?.memory).toBeGreaterThanOrEqual(mib);
        if (tier === "prod") expect(size?.name).not.toMatch(/^db\.t/);
      }),
    );
  });

  test("of settings are written in the units of RDS", () => {
    expect(rdsValue("shared_buffers", "4GB")).toBe("524288");
    expect(rdsValue("work_mem", "32MB")).toBe("32768");
    expect(rdsValue("random_page_cost", "1.1")).toBe("1.1");
    expect(rdsValue("statement_timeout", "30s")).toBeUndefined();
  });
});

test("an image in Amazon ECR names its repository, any other none", () => {
  expect(repositoryArn("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/api:1.0.0")).toBe(
    "arn:aws:ecr:eu-west-1:123456789012:repository/team/api",
  );
  expect(repositoryArn("registry.example.com/team/api:1.0.0")).toBeUndefined();
});

describe("priorities of routes", () => {
  const path = fc.array(fc.constantFrom("a", "b", "api", "v1"), { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
  const host = fc.constantFrom("a.example.com", "b.example.com", "*.example.com");

  test("are within the listener's, each once, full hosts before wildcards and longer paths before shorter", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(host, path), { selector: (each) => each.join("") }), (routes) => {
        const priorities = routePriorities("test");
        const taken = routes.map(([at, below]) => ({ at, below, number: priorities.take("s", at, below) }));
        expect(new Set(taken.map((each) => each.number)).size).toBe(routes.length);
        for (const one of taken) {
          expect(one.number).toBeGreaterThanOrEqual(1);
          expect(one.number).toBeLessThanOrEqual(50_000);
          for (const other of taken) {
            if (one.at === other.at && one.below.length > other.below.length && one.below.startsWith(other.below))
              expect(one.number).toBeLessThan(other.number);
            if (!one.at.startsWith("*") && other.at.startsWith("*")) expect(one.number).toBeLessThan(other.number);
          }
        }
      }),
    );
  });

  test("do not move when another route comes", () => {
    const [alone, crowded] = [routePriorities("one"), routePriorities("two")];
    crowded.take("s", "b.example.com", "/other");
    expect(crowded.take("s", "a.example.com", "/api")).toBe(alone.take("s", "a.example.com", "/api"));
  });
});
