import { planText } from "../../ops/plan/text";
import { paint } from "../../ops/terminal";
import type { GraphResource } from "../../policies/graph";
import { everything } from "../kubernetes/systems";

let resources: readonly GraphResource[];
let lines: readonly string[];
beforeAll(async () => {
  const program = await everything();
  resources = program.resources.map((each) => {
    const { parent, ...rest } = each;
    return { ...rest, ...(parent === "" ? {} : { parent }), props: each.inputs };
  });
  const summary = { resources: resources.length, types: {}, warnings: [] };
  lines = planText(
    { version: 1, stack: "test", target: "microk8s", resources, findings: [], summary },
    paint(false),
  ).split("\n");
});

const line = (...words: string[]): string => {
  const found = lines.find((each) => words.every((word) => each.trim().split(/ {2,}/).includes(word)));
  if (found === undefined) throw new Error(`no line with ${words.join(", ")}`);
  return found.trim().replace(/ {2,}/g, " | ");
};

test("a plan of a cluster shows what runs, how often, and with how much memory", () => {
  expect(line("deployment", "api")).toBe("deployment | api | registry.example.com/service:1.0.0 | 2 to 5 × 512 MiB");
  expect(line("statefulset", "chain")).toBe("statefulset | chain | registry.example.com/service:1.0.0 | 3 × 512 MiB");
  expect(line("job", "api-migration")).toMatch(/ 1 × 512 MiB$/);
});

test("volumes say whether data is in them and whether it is protected", () => {
  expect(line("volume", "db-data")).toBe("volume | db-data | data, protected | 20 GiB");
  expect(line("volume", "data-chain-2")).toBe("volume | data-chain-2 | data, protected | 20 GiB");
  expect(line("volume", "db-socket")).toBe("volume | db-socket | made again when lost | 1 MiB");
});

test("every object of the graph is named, in one line for each kind of a component", () => {
  const text = lines.join("\n");
  for (const each of resources.filter(({ type }) => type.startsWith("kubernetes:"))) expect(text).toContain(each.name);
  expect(line("objects", "HorizontalPodAutoscaler")).toBe("objects | HorizontalPodAutoscaler | api");
});

test("the totals are those of all replicas that may run, next to what the quota gives", () => {
  const totals = lines.filter((each) => each.includes("generated secrets")).join();
  const jobs = resources.filter(({ type }) => /:(Cron)?Job$/.test(type)).length;
  expect(jobs).toBeGreaterThan(10);
  expect(totals).toMatch(
    new RegExp(
      `^15 to 18 pods, ${jobs} jobs, CPUs reserved [\\d.]+ of 16, memory limits \\d+ MiB of 63 GiB, 10 volumes \\(7 protected\\), \\d+ generated secrets$`,
    ),
  );
});
