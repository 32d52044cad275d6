// A Docker daemon of our own: its data, socket and pid lie in the lab's folder, so it meets no other daemon.
import { spawn } from "node:child_process";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cache, dockerConfig, dockerHost, logs, socket } from "./paths.mjs";

const pidFile = join(cache, "docker.pid");
const fact = { bin: "docker", env: { DOCKER_HOST: dockerHost, DOCKER_CONFIG: dockerConfig, DOCKER_BUILDKIT: "0" } };

export const dockerEnv = fact.env;

const answers = (sh) =>
  sh("docker", ["version", "--format", "{{.Server.Version}}"], { env: dockerEnv }).then(
    (version) => version.trim(),
    () => undefined,
  );

export const docker = {
  name: "docker",
  lane: "host",
  needs: ["debian"],
  async find(sh) {
    const version = await answers(sh);
    return version === undefined ? undefined : { ...fact, version };
  },
  async make(sh) {
    await stopDaemon();
    await mkdir(dockerConfig, { recursive: true });
    const log = await open(join(logs, "dockerd.log"), "a");
    const child = spawn(
      "dockerd",
      [
        "--host",
        dockerHost,
        "--data-root",
        join(cache, "docker"),
        "--exec-root",
        join(cache, "docker-run"),
        "--pidfile",
        pidFile,
      ],
      { detached: true, stdio: ["ignore", log.fd, log.fd] },
    );
    const failed = new Promise((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`dockerd ended with ${code} (see ${join(logs, "dockerd.log")})`)));
    });
    failed.catch(() => undefined);
    for (let tries = 0; tries < 60; tries++) {
      const version = await Promise.race([answers(sh), failed]);
      if (version !== undefined) {
        child.removeAllListeners();
        child.unref();
        await log.close();
        return { ...fact, version };
      }
      await Promise.race([sleep(500), failed]);
    }
    throw new Error(`dockerd did not answer within 30 s (see ${join(logs, "dockerd.log")})`);
  },
};

/** Stops the daemon that the pid file names, and nothing else. Returns whether there was one. */
export async function stopDaemon() {
  const pid = Number.parseInt(await readFile(pidFile, "utf8").catch(() => ""), 10);
  if (!Number.isInteger(pid) || !(await isDaemon(pid))) {
    await rm(socket, { force: true });
    await rm(pidFile, { force: true });
    return false;
  }
  process.kill(pid, "SIGTERM");
  for (let tries = 0; tries < 120 && (await isDaemon(pid)); tries++) await sleep(250);
  if (await isDaemon(pid)) throw new Error(`dockerd (${pid}) did not stop within 30 s`);
  return true;
}

async function isDaemon(pid) {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return command.includes("dockerd") && command.includes(pidFile);
}
