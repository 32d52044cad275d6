import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate } from "../../policies/evaluate";
import type { ResourceGraph } from "../../policies/graph";
import type { Program } from "../mocks/program";

/** Lines and imported packages of an example. */
export function sizeOfExample(name: string): { readonly lines: number; readonly imports: string[] } {
  const folder = join(__dirname, "../../examples", name);
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(folder, file), "utf8"));
  const imports = texts.flatMap((text) => [...text.matchAll(/ from "([^"]+)"/g)].map(([, path]) => path ?? ""));
  return {
    lines: texts.join("").split("\n").length,
    imports: [...new Set(imports.filter((path) => !/^\.\/[a-z]+$/.test(path)))],
  };
}

/** A program as policies and plans see it. */
export function graphOf(program: Program): ResourceGraph {
  const resources = program.resources.map((each) => ({
    ...each,
    provider: `${each.provider}::id`,
    props: each.inputs,
  }));
  return { resources };
}

/** Ids of the mandatory rules that a program violates. */
export function mandatory(program: Program): string[] {
  const findings = evaluate(graphOf(program), { environment: "prod", now: new Date(0), secretsMarked: false });
  return [...new Set(findings.filter((each) => each.level === "mandatory").map((each) => each.policy))].sort();
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

/** `consumer -> provider` for every host that a workload's variables name: what the service was told, apart from what the network lets through. */
export function linksOf(program: Program): string[] {
  const workloads = ["apps/v1:Deployment", "apps/v1:StatefulSet", "batch/v1:Job"].flatMap((type) =>
    program.ofType(type),
  );
  const names = new Set(workloads.map((each) => each.name));
  const links = workloads.flatMap(({ name, inputs }) => {
    const { template } = inputs["spec"] as { template: { spec: { containers: Container[] } } };
    const told = template.spec.containers
      .flatMap((each) => each.env)
      .filter((each) => /(_HOST|^PEERS)$/.test(each.name));
    const hosts = told.flatMap((each) => (each.value ?? "").split(",")).map((host) => host.split(".")[0] ?? "");
    return hosts.map((host) => `${name} -> ${names.has(host) ? host : host.replace(/-\d+$/, "")}`);
  });
  return [...new Set(links)].sort();
}
