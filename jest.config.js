/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  // A busy machine is no reason to fail.
  testTimeout: 60_000,
  maxWorkers: 2,
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
};
