// Child process: a preview of 5,000 changes, made of the recorded ones, parsed and judged. Prints the least CPU time of each over some rounds.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { readPreview } = require("../dist/ops/change/read.js");
const { judge } = require("../dist/ops/change/judge.js");
const { verdictOf } = require("../dist/ops/gate/verdict.js");
const { decide } = require("../dist/ops/gate/decide.js");

const ROUNDS = 12;
const text = preview(5000);
const at = new Date("2026-11-21T12:00:00Z");
const least = measured({
  parse: () => JSON.parse(text),
  judge: () => {
    const set = readPreview(text);
    verdictOf({ changes: judge(set), findings: [], errors: set.errors });
  },
  // `judge.mjs judge` leaves out what takes longest.
  ...(process.argv[2] === "judge" ? {} : { gate: () => decide(readPreview(text), { at }) }),
});
console.log(JSON.stringify({ ...least, size: text.length }));

/** Interleaved, so that a slow moment of the machine meets all of them. */
function measured(works) {
  const found = Object.fromEntries(Object.keys(works).map((name) => [name, Number.POSITIVE_INFINITY]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(works)) {
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      found[name] = Math.min(found[name], (user + system) / 1000);
    }
  }
  return found;
}

/** The changes of all recorded previews, again and again under other names, with the traces that the engine writes into each state. */
function preview(count) {
  const folder = fileURLToPath(new URL("../test/change/previews", import.meta.url));
  const recorded = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => JSON.parse(readFileSync(join(folder, file), "utf8")).steps);
  const stack = recorded.find(({ op }) => op === "same");
  const changes = recorded
    .filter(({ op }) => ["create", "update", "delete", "replace"].includes(op))
    .map((each) => JSON.stringify(each));
  const stackTrace = Array.from({ length: 11 }, (_, frame) => ({
    sourcePosition: `project:///node_modules/@pulumi/runtime/stack.ts#${frame},19`,
  }));
  const steps = Array.from({ length: count }, (_, index) => {
    const moved = `urn:pulumi:prod::shop::part:index:Part${index}$`;
    const step = JSON.parse(changes[index % changes.length].replaceAll("urn:pulumi:prod::shop::", moved));
    for (const state of [step.oldState, step.newState]) if (state) Object.assign(state, { stackTrace });
    return step;
  });
  const changeSummary = { same: 1 };
  for (const { op } of steps) changeSummary[op] = (changeSummary[op] ?? 0) + 1;
  return JSON.stringify({ steps: [stack, ...steps], duration: 1, changeSummary });
}
