const { existsSync } = require("node:fs");
const { availableParallelism } = require("node:os");

/** @type {() => Promise<import("jest").Config>} */
module.exports = async () => ({
  testEnvironment: "node",
  // The SDK's promises outlive a refused program, and what they touch is no mistake of a test.
  testEnvironmentOptions: { globalsCleanup: "off" },
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  // A busy machine is no reason to fail.
  testTimeout: 60_000,
  // More than two stacks at once have no address left for their networks on the lab's Docker host.
  maxWorkers: existsSync((await import("./lab/paths.mjs")).cache)
    ? 2
    : Math.min(6, Math.max(2, availableParallelism())),
  // A worker that keeps what earlier files left behind runs out of memory.
  workerIdleMemoryLimit: "400MB",
  // The examples import the package by its name.
  moduleNameMapper: { "^bulwark$": "<rootDir>/components/index.ts", "^bulwark/(.*)$": "<rootDir>/components/$1" },
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  setupFilesAfterEnv: ["<rootDir>/test/after-file.ts"],
  reporters: ["<rootDir>/test/reporter.cjs"],
});
