// Child process: plans prod and prints which modules of @pulumi/aws that took. `node bench/plan-prod.mjs`
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { readStack } = require("../dist/ops/project.js");
const { runProgram } = require("../dist/ops/plan/program.js");
const { standIns } = require("../dist/ops/plan/source.js");

const files = readStack(fileURLToPath(new URL("..", import.meta.url)), "prod");
const { resources } = await runProgram(files, standIns);
const used = new Set(resources.filter((each) => each.type.startsWith("aws:")).map((each) => each.type.split(":")[1]));
const loaded = Object.keys(require.cache).flatMap((path) => /@pulumi[\\/]aws[\\/](.+)\.js$/.exec(path)?.[1] ?? []);
const leaves = loaded.filter((each) => /^[a-z]\w*[\\/][a-z]\w*$/.test(each)).map((each) => each.replace("\\", "/"));
console.log(
  JSON.stringify({
    resources: resources.length,
    types: used.size,
    loaded: loaded.length,
    idle: leaves.filter((each) => !used.has(each)),
    all: readdirSync(dirname(require.resolve("@pulumi/aws/package.json")), { recursive: true }).filter((each) =>
      each.endsWith(".js"),
    ).length,
  }),
);
process.exit(0);
