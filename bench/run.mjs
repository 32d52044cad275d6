// `npm run bench`: ratios within one run, medians over interleaved runs, CPU time. Ends with 0 unless BENCH_STRICT=1 and a budget is missed.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { consumer, typeCheck } from "./consumer.mjs";

const rows = [];
const notes = [];
const folder = mkdtempSync(join(tmpdir(), "bulwark-bench-"));
const project = consumer();
try {
  start();
  prod();
  dev();
  types();
  services();
  policies();
  judging();
} finally {
  for (const each of [folder, project]) rmSync(each, { recursive: true, force: true });
}
print();
process.exitCode = process.env.BENCH_STRICT === "1" && rows.some((row) => row.ratio > row.budget) ? 1 : 0;

function start() {
  const [bare, core, compose] = interleaved(9, [
    () => child("start.mjs", "@pulumi/pulumi"),
    () => child("start.mjs", "bulwark"),
    () => child("start.mjs", "bulwark", "bulwark/compose"),
  ]);
  row('require("bulwark") to @pulumi/pulumi', "cpu", core, bare, 1.2);
  notes.push(
    `bulwark loads of @pulumi: ${core[0].loaded.join(", ")} (${core[0].modules - bare[0].modules} modules more)`,
  );
  notes.push(
    `bulwark/compose loads of @pulumi: ${compose[0].loaded.join(", ")}; start-up ${ratio(compose, bare, "cpu").toFixed(2)} of bare`,
  );
}

function prod() {
  const { resources, types, loaded, idle, all } = child("plan-prod.mjs");
  notes.push(
    `prod, ${resources} resources of ${types} types of AWS, loads ${loaded} of the ${all} modules of @pulumi/aws; without a resource of theirs: ${idle.join(", ")}`,
  );
}

function dev() {
  const recorded = join(folder, "dev.json");
  child("plan-dev.mjs", "record", recorded);
  const [library, flat] = interleaved(7, [
    () => child("plan-dev.mjs", "library"),
    () => child("plan-dev.mjs", "flat", recorded),
  ]);
  if (library[0].resources !== flat[0].resources)
    throw new Error(`${library[0].resources} resources against ${flat[0].resources}`);
  row(`plan of dev to a flat program (${flat[0].resources} resources)`, "cpu", library, flat, 1.5);
}

function types() {
  const [compose, bare] = interleaved(5, [() => typeCheck(project, "compose"), () => typeCheck(project, "bare")]);
  row("consumer tsc to @pulumi/pulumi alone: time", "cpu", compose, bare, 1.3);
  row("consumer tsc to @pulumi/pulumi alone: memory", "memory", compose, bare, 1.3);
  notes.push(`consumer tsc reads ${compose[0].files} files against ${bare[0].files}`);
}

function services() {
  // The SDK writes down a stack for each property of each resource: linear, most of the time, and not ours.
  const [whole, half] = interleaved(3, [
    () => child("--stack-trace-limit=0", "services.mjs", "500"),
    () => child("--stack-trace-limit=0", "services.mjs", "250"),
  ]);
  row("plan of 500 services to 250", "cpu", whole, half, 2.2);
  notes.push(
    `500 services are ${whole[0].resources} resources, ${(median(whole, "cpu") / whole[0].resources).toFixed(1)} ms each`,
  );
}

function policies() {
  const [whole, half] = ["1960", "980"].map((count) => child("--stack-trace-limit=0", "policies.mjs", count));
  const of = (run, name) => [{ cpu: run[name] }];
  row(`all policies to the plan of ${whole.resources} resources`, "cpu", of(whole, "pack"), of(whole, "plan"), 0.25);
  row(
    `all policies over ${whole.resources} resources to ${half.resources}`,
    "cpu",
    of(whole, "pack"),
    of(half, "pack"),
    2.4,
  );
}

function judging() {
  const runs = [child("judge.mjs"), child("judge.mjs"), child("judge.mjs")];
  const of = (name) => runs.map((run) => ({ cpu: run[name] }));
  row("preview of 5,000 changes judged to parsed", "cpu", of("judge"), of("parse"), 3);
  notes.push(
    `the whole gate, with all policies over every change and its base, takes ${ratio(of("gate"), of("parse"), "cpu").toFixed(1)} of parsing ${(runs[0].size / 1e6).toFixed(0)} MB`,
  );
}

/** Runs each measurement in turn, several times over, so that a slow moment of the machine meets all of them. */
function interleaved(runs, measurements) {
  const results = measurements.map(() => []);
  for (let run = 0; run < runs; run++) for (const [index, each] of measurements.entries()) results[index].push(each());
  return results;
}

function child(...words) {
  const flags = words.filter((word) => word.startsWith("--"));
  const [script, ...rest] = words.filter((word) => !word.startsWith("--"));
  const path = fileURLToPath(new URL(script, import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [...flags, path, ...rest], { encoding: "utf8" }));
}

function row(what, unit, measured, base, budget) {
  rows.push({
    what,
    measured: median(measured, unit),
    base: median(base, unit),
    ratio: ratio(measured, base, unit),
    budget,
    unit,
  });
}

function ratio(measured, base, unit) {
  return median(measured, unit) / median(base, unit);
}

function median(results, unit) {
  const sorted = results.map((each) => each[unit]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function print() {
  const shown = (value, unit) => `${Math.round(value)} ${unit === "memory" ? "MiB" : "ms"}`;
  const table = [["", "measured", "against", "ratio", "budget", ""]].concat(
    rows.map((each) => [
      each.what,
      shown(each.measured, each.unit),
      shown(each.base, each.unit),
      each.ratio.toFixed(2),
      each.budget.toFixed(2),
      each.ratio > each.budget ? "over" : "ok",
    ]),
  );
  const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
  for (const cells of table)
    console.log(
      cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  "),
    );
  console.log(["", ...notes].join("\n"));
}
