// Child process: plans a compose stack of N services, runs every policy over its graph, and prints the CPU time of both.
// `node bench/policies.mjs 900`
import { createRequire } from "node:module";
import { services } from "./services.mjs";

const require = createRequire(import.meta.url);
const { evaluate } = require("../dist/policies/evaluate.js");

const { cpu, registered } = await services(Number(process.argv[2]));
const graph = {
  resources: registered.map(({ type, name, inputs, provider, custom }) => ({
    urn: `urn:pulumi:bench::bulwark::${type}::${name}`,
    type,
    name,
    custom,
    protect: false,
    ...(provider === undefined ? {} : { provider }),
    props: inputs,
    dependencies: [],
    propertyDependencies: {},
  })),
};
const before = process.cpuUsage();
const findings = evaluate(graph, { environment: "prod", now: new Date("2026-11-21") });
const used = process.cpuUsage(before);
console.log(
  JSON.stringify({
    plan: cpu,
    pack: (used.user + used.system) / 1000,
    resources: registered.length,
    findings: findings.length,
  }),
);
