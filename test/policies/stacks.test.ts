import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../components/core/environment";
import { evaluate } from "../../policies/evaluate";
import { parseExemptions } from "../../policies/exemptions";
import type { Finding, GraphResource, ResourceGraph } from "../../policies/graph";
import { RULES } from "../../policies/registry";
import { readSource } from "../../policies/sources";
import { MUTANTS, type Mutant } from "./mutants";
import { withProperty } from "./program";

const ROOT = join(__dirname, "..", "..");
const COMMAND = join(ROOT, "dist", "ops", "main.js");
const now = new Date("2026-11-21T12:00:00Z");

/** What the untouched stacks are told besides what their register exempts, and why it stays. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  dev: { "docker-image-pinned": "the images of the sample services are stand-ins for the user's own" },
  staging: {},
  prod: {},
};

/** Accepted deviations, each with its reason and its end. */
const exemptions = parseExemptions(readFileSync(join(ROOT, "policies", "exemptions.yaml"), "utf8"), RULES);

function graphOf(stack: string): ResourceGraph {
  if (!existsSync(COMMAND)) throw new Error("npm run build has not run");
  const { stdout, stderr } = spawnSync(process.execPath, [COMMAND, "plan", stack, "--json"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stdout === "") throw new Error(stderr);
  return readSource(stdout).graph;
}

function findings(graph: ResourceGraph, environment: string): readonly Finding[] {
  return evaluate(graph, { environment: environment as Environment, exemptions, now }).filter(
    (each) => each.status !== "exempt",
  );
}

function subjectOf({ of: [type, name] }: Mutant, graph: ResourceGraph): GraphResource {
  const found = graph.resources.filter((each) => each.type.endsWith(type) && each.name === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`there are ${found.length} of ${type} ${name}`);
  return found[0];
}

function mutated(mutant: Mutant, graph: ResourceGraph): ResourceGraph {
  const { urn } = subjectOf(mutant, graph);
  if (mutant.at === undefined) return { resources: graph.resources.filter((each) => each.urn !== urn) };
  if (mutant.at[0] !== "protect") return withProperty(graph, urn, mutant.at, mutant.to);
  return { resources: graph.resources.map((each) => (each.urn === urn ? { ...each, protect: false } : each)) };
}

const key = (finding: Finding) => `${finding.policy} ${finding.status} ${finding.urn} ${finding.message}`;

test("there are at least 60 mutants", () => {
  expect(Object.values(MUTANTS).flat().length).toBeGreaterThanOrEqual(60);
});

describe.each(Object.entries(MUTANTS))("the stack %s", (stack, mutants) => {
  let graph: ResourceGraph;
  let before: ReadonlySet<string>;

  beforeAll(() => {
    graph = graphOf(stack);
    before = new Set(findings(graph, stack).map(key));
  });

  test("has no findings but those that are known, each with its reason", () => {
    const known = EXPECTED[stack] ?? {};
    expect(findings(graph, stack).filter((each) => known[each.policy] === undefined)).toEqual([]);
  });

  test.each(
    mutants.map((mutant) => {
      const what = mutant.at === undefined ? "left out" : `${mutant.at.join(".")} = ${JSON.stringify(mutant.to)}`;
      return [mutant.caughtBy, mutant.of[1], what, mutant] as const;
    }),
  )("%s notices: %s %s", (caughtBy, _name, _what, mutant) => {
    const after = findings(mutated(mutant, graph), stack).filter((each) => !before.has(key(each)));
    const on = mutant.on ?? mutant.of[1];
    expect(after.map((each) => `${each.policy} ${each.status} ${each.urn.split("::").at(-1)}`)).toContain(
      `${caughtBy} fail ${on}`,
    );
  });
});
