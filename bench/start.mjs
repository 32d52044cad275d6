// Child process: loads modules and prints what that took. `node bench/start.mjs bulwark bulwark/compose`
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const before = process.cpuUsage();
for (const name of process.argv.slice(2)) require(name);
const used = process.cpuUsage(before);
const loaded = Object.keys(require.cache).flatMap((path) => /@pulumi[\\/]([a-z]+)[\\/]/.exec(path)?.[1] ?? []);
console.log(
  JSON.stringify({
    cpu: (used.user + used.system) / 1000,
    memory: process.memoryUsage().rss / 2 ** 20,
    modules: Object.keys(require.cache).length,
    loaded: [...new Set(loaded)].sort(),
  }),
);
