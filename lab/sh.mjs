// Runs commands; everything they say goes to the log of the part that asked.
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { access, constants, mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { logs } from "./paths.mjs";

/** A shell bound to one part: `sh("docker", ["ps"])` resolves to stdout, or throws with the last lines said. */
export async function shellFor(part) {
  await mkdir(logs, { recursive: true });
  const file = join(logs, `${part}.log`);
  const log = createWriteStream(file, { flags: "a" });

  const sh = (command, args = [], { cwd, env, quiet = false } = {}) =>
    new Promise((resolve, reject) => {
      log.write(`$ ${command} ${args.join(" ")}\n`);
      const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
      let out = "";
      let tail = "";
      child.stdout.on("data", (chunk) => {
        out += chunk;
        tail = (tail + chunk).slice(-4000);
        if (!quiet) log.write(chunk);
      });
      child.stderr.on("data", (chunk) => {
        tail = (tail + chunk).slice(-4000);
        log.write(chunk);
      });
      child.on("error", reject);
      child.on("close", (code) => {
        if (code === 0) return resolve(out);
        const said = tail.trim().split("\n").slice(-3).join(" | ");
        reject(new Error(`${command} ${args[0] ?? ""} ended with ${code}: ${said} (all of it: ${file})`));
      });
    });

  sh.file = file;
  sh.close = () => log.end();
  return sh;
}

/** Full path of a command on PATH, or undefined. */
export async function onPath(name, path = process.env.PATH ?? "") {
  for (const folder of path.split(delimiter)) {
    if (folder === "") continue;
    const file = join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

export async function isExecutable(file) {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
