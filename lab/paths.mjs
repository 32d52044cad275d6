// Where the lab keeps everything: one folder outside the tree, so that a clean checkout finds it again.
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const cacheHome = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const cache = process.env.BULWARK_LAB || join(cacheHome, "bulwark-lab");
export const bin = join(cache, "bin");
export const logs = join(cache, "logs");
export const work = join(cache, "work");
export const facts = join(cache, "lab.json");
export const dockerConfig = join(cache, "docker-config");
export const socket = join(cache, "docker.sock");
export const dockerHost = `unix://${socket}`;
