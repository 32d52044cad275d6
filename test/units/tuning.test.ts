import * as fc from "fast-check";
import { LARGE_PROFILE_MEMORY, tuning } from "../../components/managed-postgres/tuning";

const bytes = (text: string | undefined): number => {
  const match = /^(\d+)(MB|GB)$/.exec(text ?? "");
  if (match === null) throw new Error(`not a size: ${text}`);
  return Number(match[1]) * (match[2] === "GB" ? 1024 : 1);
};

describe("PostgreSQL tuning", () => {
  it("gives the figures of the guide as the large profile (PG-04, PG-05)", () => {
    expect(tuning(LARGE_PROFILE_MEMORY, 200, "large")).toEqual({
      shared_buffers: "4GB",
      effective_cache_size: "12GB",
      maintenance_work_mem: "1GB",
      work_mem: "32MB",
      wal_buffers: "16MB",
      checkpoint_completion_target: "0.9",
      default_statistics_target: "100",
      random_page_cost: "1.1",
      effective_io_concurrency: "200",
    });
  });

  it("derives the same figures at the size that the profile is made for", () => {
    expect(tuning(LARGE_PROFILE_MEMORY, 200, "derived")).toEqual(tuning(LARGE_PROFILE_MEMORY, 200, "large"));
  });

  it("never promises more than there is (X-05)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 256, max: 512 * 1024 }),
        fc.integer({ min: 20, max: 10_000 }),
        (memory, connections) => {
          const settings = tuning(memory, connections, "derived");
          expect(bytes(settings["shared_buffers"])).toBeLessThanOrEqual(memory / 2);
          expect(bytes(settings["effective_cache_size"])).toBeLessThan(memory);
          expect(bytes(settings["maintenance_work_mem"])).toBeLessThanOrEqual(Math.max(16, memory / 8));
          expect(bytes(settings["wal_buffers"])).toBeLessThanOrEqual(16);
          expect(bytes(settings["work_mem"])).toBeGreaterThanOrEqual(4);
        },
      ),
    );
  });

  it("grows with memory", () => {
    fc.assert(
      fc.property(fc.integer({ min: 256, max: 100_000 }), fc.integer({ min: 1, max: 100_000 }), (memory, more) => {
        const small = tuning(memory, 200, "derived");
        const large = tuning(memory + more, 200, "derived");
        for (const key of [
          "shared_buffers",
          "effective_cache_size",
          "maintenance_work_mem",
          "work_mem",
          "wal_buffers",
        ]) {
          expect(bytes(large[key])).toBeGreaterThanOrEqual(bytes(small[key]));
        }
      }),
    );
  });
});
