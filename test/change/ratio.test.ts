import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { judge } from "../../ops/change/judge";
import { readPreview } from "../../ops/change/read";
import { verdictOf } from "../../ops/gate/verdict";

const STEPS = 5000;
/** The aim is 3; what is kept between the steps costs garbage collection that a bare JSON.parse does not have. */
const MOST = 8;
interface Step {
  readonly op: string;
  readonly oldState?: object;
  readonly newState?: object;
}

/** What the engine writes into each state and the recorder takes out, because it names folders of the machine. */
const stackTrace = Array.from({ length: 11 }, (_, frame) => ({
  sourcePosition: `project:///node_modules/@pulumi/runtime/stack.ts#${frame},19`,
}));

/** A preview of 5,000 changes: those of all recorded previews, again and again under other names. */
function preview(): string {
  const folder = join(__dirname, "previews");
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  const recorded = files.flatMap(
    (file) => (JSON.parse(readFileSync(join(folder, file), "utf8")) as { steps: Step[] }).steps,
  );
  const stack = recorded.find(({ op }) => op === "same");
  const changes = recorded
    .filter(({ op }) => ["create", "update", "delete", "replace"].includes(op))
    .map((each) => JSON.stringify(each));
  const steps = Array.from({ length: STEPS }, (_, index) => {
    const text = changes[index % changes.length] ?? "";
    const step: Step = JSON.parse(
      text.replaceAll("urn:pulumi:prod::shop::", `urn:pulumi:prod::shop::part:index:Part${index}$`),
    );
    for (const state of [step.oldState, step.newState]) if (state) Object.assign(state, { stackTrace });
    return step;
  });
  const changeSummary: Record<string, number> = { same: 1 };
  for (const { op } of steps) changeSummary[op] = (changeSummary[op] ?? 0) + 1;
  return JSON.stringify({ steps: [stack, ...steps], duration: 1, changeSummary });
}

/** Processor time in microseconds: what else the machine does hardly counts. */
function spent(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const best = (work: () => void): number => Math.min(...[0, 1, 2, 3, 4].map(() => spent(work)));

// The policies have a budget of their own, against the time of a plan.
test("5,000 changes are read and judged in a small multiple of the time of parsing them", () => {
  const text = preview();
  const whole = () => {
    const set = readPreview(text);
    const changes = judge(set);
    return { set, changes, verdict: verdictOf({ changes, findings: [], errors: set.errors }) };
  };
  const { set, changes } = whole();
  expect(changes.length + set.unchanged).toBeGreaterThan(STEPS * 0.95);
  const parsing = best(() => void JSON.parse(text));
  const judging = best(() => void whole());
  expect(judging / parsing).toBeLessThan(MOST);
}, 60_000);
