// `npm run lab`: makes, once, every real part that the tests use, and starts the daemon. `--stop` stops the daemon.
// Parts of one lane run one after another; lanes run side by side, so images are built while Go compiles.
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { base } from "./base.mjs";
import { certManager } from "./cert-manager.mjs";
import { docker, stopDaemon } from "./daemon.mjs";
import { debian } from "./debian.mjs";
import { etcd } from "./etcd.mjs";
import { compose, pulumi, versitygw } from "./go.mjs";
import { images } from "./images.mjs";
import { kubeconform } from "./kubeconform.mjs";
import { apiserver, kubectl } from "./kubernetes.mjs";
import { bin, cache, facts, logs, work } from "./paths.mjs";
import { postgresql } from "./postgresql.mjs";
import { prometheus } from "./prometheus.mjs";
import { sarif } from "./sarif.mjs";
import { shellFor } from "./sh.mjs";
import { traefik } from "./traefik.mjs";

const ofKubernetes = [etcd, certManager, traefik, kubeconform, apiserver, kubectl];
const parts = [
  debian,
  postgresql,
  prometheus,
  sarif,
  docker,
  base,
  versitygw,
  compose,
  pulumi,
  ...images,
  ...ofKubernetes,
];

async function runPart(part, outcomes) {
  const started = Date.now();
  const sh = await shellFor(part.name);
  const line = (what, more = "") => {
    const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
    console.log(`${what.padEnd(8)}${part.name.padEnd(16)}${seconds} s${more}`);
  };
  try {
    for (const need of part.needs) {
      if (!(await outcomes.get(need)).present) throw new Error(`needs ${need}`);
    }
    const present = await part.find(sh);
    if (present !== undefined) {
      line("present");
      return { present: true, ...present };
    }
    const made = await part.make(sh);
    line("made");
    return { present: true, ...made };
  } catch (error) {
    line("failed", `  ${error.message}`);
    return { present: false, reason: error.message };
  } finally {
    sh.close();
  }
}

/** One run at a time: a second one waits, then finds everything in place. */
async function withLock(work) {
  const lock = join(cache, "lock");
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const holder = Number.parseInt(await readFile(lock, "utf8").catch(() => ""), 10);
      if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
      else await sleep(1000);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

async function make() {
  const outcomes = new Map();
  const lanes = new Map();
  for (const part of parts) {
    const before = Promise.all([lanes.get(part.lane), ...part.needs.map((need) => outcomes.get(need))]);
    const outcome = before.then(() => runPart(part, outcomes));
    outcomes.set(part.name, outcome);
    lanes.set(part.lane, outcome);
  }
  const found = {};
  for (const [name, outcome] of outcomes) found[name] = await outcome;
  await writeFile(`${facts}.new`, `${JSON.stringify({ parts: found }, null, 2)}\n`, { mode: 0o600 });
  await rename(`${facts}.new`, facts);
  return Object.values(found).every((outcome) => outcome.present);
}

for (const folder of [cache, bin, logs, work]) await mkdir(folder, { recursive: true });
if (process.argv.includes("--stop")) {
  console.log(
    (await withLock(stopDaemon)) ? "stopped the lab's docker daemon" : "the lab's docker daemon was not running",
  );
} else {
  process.exitCode = (await withLock(make)) ? 0 : 1;
}
