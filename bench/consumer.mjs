import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const COMPILER = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const PROBE = fileURLToPath(new URL("./cpu.cjs", import.meta.url));
const BARE = 'import * as pulumi from "@pulumi/pulumi";\nexport const stack = pulumi.output(pulumi.getStack());\n';

/** A project with two programs: one on @pulumi/pulumi alone, and the compose program of the package test. */
export function consumer() {
  const project = mkdtempSync(join(tmpdir(), "bulwark-bench-"));
  const modules = join(project, "node_modules");
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  cpSync(join(ROOT, "dist"), join(modules, "bulwark", "dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(modules, "bulwark", "package.json"));
  const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, "@types/node": "" });
  for (const name of installed.filter((each) => !["@pulumi/aws", "@pulumi/kubernetes"].includes(each))) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true }));
  writeFileSync(join(project, "bare.ts"), BARE);
  cpSync(join(ROOT, "test", "package", "consumer", "program.ts"), join(project, "compose.ts"));
  for (const name of ["bare", "compose"]) {
    const compilerOptions = {
      module: "node16",
      target: "es2022",
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ["node"],
    };
    writeFileSync(join(project, `${name}.json`), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }));
  }
  return project;
}

/** Type-checks one of the two: CPU time of the whole compiler, memory as it reports it in MiB. */
export function typeCheck(project, name) {
  const options = ["-p", join(project, `${name}.json`), "--diagnostics"];
  const shown = execFileSync(process.execPath, ["--require", PROBE, COMPILER, ...options], { encoding: "utf8" });
  return {
    cpu: Number(/CPU_MS (\d+)/.exec(shown)?.[1]),
    memory: Number(/Memory used:\s+(\d+)K/.exec(shown)?.[1]) / 1024,
    files: Number(/Files:\s+(\d+)/.exec(shown)?.[1]),
  };
}
