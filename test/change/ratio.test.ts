import { readPreview } from "../../ops/change/read";
import { decide } from "../../ops/gate/decide";

const STEPS = 5000;
const STACK = "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod";

/** A preview in which every step changes something, in the shape that the engine prints. */
function preview(): string {
  const provider = "urn:pulumi:prod::shop::pulumi:providers:kubernetes::default::id";
  const steps = Array.from({ length: STEPS }, (_, index) => {
    const urn = `urn:pulumi:prod::shop::kubernetes:core/v1:ConfigMap::settings-${index}`;
    const state = (level: string) => {
      const data = Object.fromEntries(
        Array.from({ length: 40 }, (_, key) => [`SETTING_${key}`, `value ${key} of ${index}`]),
      );
      const inputs = {
        metadata: { name: `settings-${index}`, namespace: "shop" },
        data: { ...data, LOG_LEVEL: level },
      };
      return {
        urn,
        custom: true,
        type: "kubernetes:core/v1:ConfigMap",
        inputs,
        outputs: inputs,
        parent: STACK,
        provider,
      };
    };
    const detailedDiff = { "data.LOG_LEVEL": { kind: "update", inputDiff: true } };
    return {
      op: "update",
      urn,
      provider,
      oldState: state("info"),
      newState: state("debug"),
      diffReasons: ["data"],
      detailedDiff,
    };
  });
  const stack = { urn: STACK, custom: false, type: "pulumi:pulumi:Stack" };
  const first = { op: "same", urn: STACK, oldState: stack, newState: stack, detailedDiff: null };
  return JSON.stringify({ steps: [first, ...steps], duration: 1, changeSummary: { same: 1, update: STEPS } });
}

/** Processor time in microseconds: what else the machine does hardly counts. */
function spent(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const best = (work: () => void): number => Math.min(...[0, 1, 2, 3, 4].map(() => spent(work)));

test("5,000 changes are judged in less than three times the time of parsing them", () => {
  const text = preview();
  const at = new Date("2026-11-21T12:00:00Z");
  expect(decide(readPreview(text), { at }).changes).toHaveLength(STEPS);
  const parsing = best(() => void JSON.parse(text));
  const judging = best(() => void decide(readPreview(text), { at }));
  console.info(`${(text.length / 1e6).toFixed(1)} MB: parsed in ${parsing / 1000} ms, judged in ${judging / 1000} ms`);
  expect(judging / parsing).toBeLessThan(3);
}, 60_000);
