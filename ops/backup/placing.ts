import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PATHS } from "../../images/backup/src/paths";
import { CommandError, EXIT } from "../exit";
import type { CopiedSourceOf, Ended, ExecOptions, Placing, Runner } from "./executor";

/** How docker is called. */
type Docker = (args: readonly string[], options: ExecOptions) => Promise<Ended>;

/** What is read of `docker inspect`. */
interface Inspected {
  readonly Name: string;
  readonly Image: string;
  readonly State: { readonly Running: boolean; readonly Health?: { readonly Status: string } };
  readonly HostConfig: { readonly Memory: number };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string; readonly Destination: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> };
}

/** Label of a container that brings a copy back. */
const LABEL = "io.bulwark.restore";
/** Seconds in which a container that was started again has to be healthy. */
const HEALTHY = 180;

/** Copies on a compose host: volumes are found by what mounts them. */
export function composePlacing(host: string, project: string, docker: Docker): Placing {
  const lines = async (...args: readonly string[]): Promise<string[]> => {
    const found: string[] = [];
    const { code, error } = await docker(args, { onLine: (line) => found.push(line) });
    if (code !== 0) throw new CommandError(`docker ${args[0]} on ${host}: ${error}`, EXIT.failed);
    return found;
  };
  const inspect = async (id: string): Promise<Inspected> => {
    const [found] = JSON.parse((await lines("inspect", "--type", "container", id)).join("\n")) as Inspected[];
    if (found === undefined) throw new CommandError(`There is no container ${id}.`, EXIT.failed);
    return found;
  };
  const byService = async (service: string): Promise<Inspected> => {
    const filters = [`label=com.docker.compose.project=${project}`, `label=com.docker.compose.service=${service}`];
    const [id] = await lines("ps", "-aq", ...filters.flatMap((each) => ["--filter", each]));
    if (id === undefined) throw new CommandError(`${service} has no container: roll the stack out first.`, EXIT.failed);
    return await inspect(id);
  };
  const mountAt = (container: Inspected, path: string): string | undefined =>
    container.Mounts.find((each) => each.Type === "volume" && each.Destination === path)?.Name;

  /** The volume that a restorer is given, and whether it writes to it. */
  const volumeOf = async (runner: Runner, { source, kind }: CopiedSourceOf): Promise<string> => {
    switch (kind) {
      case "volume": {
        const volume = mountAt(await inspect(runner.id), `/sources/${source}`);
        if (volume === undefined)
          throw new CommandError(`The runner does not have the volume of ${source}.`, EXIT.failed);
        return volume;
      }
      case "redis": {
        const volume = mountAt(await byService(source), "/data");
        if (volume === undefined)
          throw new CommandError(
            `${source} keeps everything in memory: there is nothing to restore it into. Use --to.`,
          );
        return volume;
      }
      case "bucket": {
        const volume = mountAt(await byService(source), "/run/secrets");
        if (volume === undefined)
          throw new CommandError(`The gateway of ${source} has no key of its own.`, EXIT.failed);
        return volume;
      }
      case "configuration":
        throw new CommandError("The configuration comes from the program: restore it with --to, and put it there.");
    }
  };

  return {
    async find(runner, each) {
      const volume = await volumeOf(runner, each);
      if (each.kind === "bucket") return { what: `the bucket ${each.source}`, holders: [] };
      const own = (await inspect(runner.id)).Name;
      const names = await lines("ps", "--filter", `volume=${volume}`, "--format", "{{.Names}}");
      return { what: `the volume ${volume}`, holders: names.filter((name) => `/${name}` !== own).sort() };
    },
    async stop({ holders }) {
      if (holders.length > 0) await lines("stop", ...holders);
    },
    async start({ holders }) {
      if (holders.length > 0) await lines("start", ...holders);
      const waiting = new Set(holders);
      for (let waited = 0; waiting.size > 0 && waited < HEALTHY; waited++) {
        for (const name of waiting) {
          const { State } = await inspect(name);
          if (State.Running && (State.Health === undefined || State.Health.Status === "healthy")) waiting.delete(name);
        }
        if (waiting.size > 0) await sleep(1000);
      }
      return [...waiting];
    },
    async exec(runner, each, args, options) {
      const own = await inspect(runner.id);
      const volume = await volumeOf(runner, each);
      const [network, ...more] = Object.keys(own.NetworkSettings.Networks);
      const name = `${project}-restore-${randomBytes(4).toString("hex")}`;
      // It has what the runner has, and what no runner has: the right to write to one volume, whoever its files belong to.
      await lines(
        ...["create", "-i", "--name", name, "--label", `${LABEL}=${runner.schedule}`, "--user", "0:0"],
        ...["--volumes-from", runner.id, "-v", `${volume}:${PATHS.target}${each.kind === "bucket" ? ":ro" : ""}`],
        ...["--read-only", "--tmpfs", "/tmp:mode=1777", "--init", "--pids-limit", "256"],
        ...["--memory", String(own.HostConfig.Memory), "--memory-swap", String(own.HostConfig.Memory)],
        ...["--cap-drop", "ALL", "--cap-add", "CHOWN", "--cap-add", "DAC_OVERRIDE", "--cap-add", "FOWNER"],
        ...["--security-opt", "no-new-privileges", "--network", network ?? "none", "-e", "HOME=/tmp"],
        ...[own.Image, ...args],
      );
      try {
        for (const each of more) await lines("network", "connect", each, name);
        return await docker(["start", "-a", "-i", name], options);
      } finally {
        await lines("rm", "-f", name);
      }
    },
  };
}
