// Preloaded into another program: prints the CPU time it took.
process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  require("node:fs").writeSync(1, `CPU_MS ${Math.round((user + system) / 1000)}\n`);
});
