import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "../..");

/** CPU time to plan a stack of so many services, in a process of its own: what other work the machine has does not count. */
function plan(services: number): number {
  // The SDK writes down a stack for each property of each resource. That is most of the time, it is linear, and it would hide what is ours.
  const out = execFileSync("node", ["--stack-trace-limit=0", join(root, "bench/services.mjs"), String(services)], {
    cwd: root,
    encoding: "utf8",
  });
  const { cpu, resources } = JSON.parse(out) as { cpu: number; resources: number };
  expect(resources).toBeGreaterThan(2 * services);
  return cpu;
}

test("the plan of 500 services takes at most 2.2 times as long as that of 250", () => {
  // The median of three pairs is within the limit as soon as two of them are.
  const pairs: number[] = [];
  while (pairs.length < 3 && pairs.filter((each) => each <= 2.2).length < 2) pairs.push(plan(500) / plan(250));
  expect([...pairs].sort((a, b) => a - b)[1]).toBeLessThanOrEqual(2.2);
}, 600_000);
