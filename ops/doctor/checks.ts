import { sizeOf } from "../../components/core/units";
import type { Facts } from "./facts";

/** Days after which somebody should look again whether the copy of a recovery key is still there. */
const CONFIRM_DAYS = 365;

/** How a check went. */
export interface Outcome {
  readonly status: "ok" | "failed" | "unknown";
  /** What was found, in a few words. */
  readonly found: string;
}

/** One thing to look at. It reads facts and does nothing else. */
export interface Check {
  readonly title: string;
  readonly run: (facts: Facts) => Outcome;
  /** What to do when it failed. */
  readonly advice: (facts: Facts) => string;
}

const ok = (found: string): Outcome => ({ status: "ok", found });
const failed = (found: string): Outcome => ({ status: "failed", found });
const unknown = (found: string): Outcome => ({ status: "unknown", found });

/** All checks, in the order of the output: what makes others fail comes first. */
export const CHECKS: readonly Check[] = [
  {
    title: "Docker daemon",
    run: ({ docker, dockerError, host }) =>
      docker === undefined
        ? failed(`no answer from ${host}${dockerError === undefined ? "" : ` (${dockerError})`}`)
        : ok(host),
    advice: ({ host, dockerError }) =>
      /permission denied/i.test(dockerError ?? "")
        ? "you may not use the daemon: join the group docker (usermod -aG docker <you>), then log in again"
        : host.startsWith("unix://")
          ? "start it: systemctl start docker; or set DOCKER_HOST to the daemon you mean"
          : "check the address, the key and the firewall, then try: docker -H <address> version",
  },
  {
    title: "Remote host",
    run: ({ remote, host }) =>
      /^(ssh|tcp):/.test(host)
        ? remote === true
          ? ok("answers")
          : remote === false
            ? failed("does not answer")
            : unknown("not tried")
        : ok("not needed"),
    advice: ({ host }) =>
      host.startsWith("ssh:")
        ? "the key must be accepted without a question: ssh -o BatchMode=yes <user>@<host> true"
        : "open the port for this machine only, and give the client certificate",
  },
  {
    title: "Node.js",
    run: ({ node }) => (major(node) >= 20 ? ok(node) : failed(node)),
    advice: () => "install Node.js 20 or newer",
  },
  {
    title: "Pulumi CLI",
    run: ({ pulumi }) =>
      pulumi === "path"
        ? ok("on PATH")
        : pulumi === "wrapper"
          ? ok("npm package, downloads itself on first use")
          : failed("not found"),
    advice: () => "run npm ci here, or install the Pulumi CLI; plan and render work without it",
  },
  {
    title: "Docker Engine",
    run: ({ docker }) => {
      if (docker === undefined) return unknown("no daemon");
      return atLeast(docker.version, 20, 10) ? ok(docker.version) : failed(docker.version);
    },
    advice: () => "upgrade to Docker Engine 20.10 or newer",
  },
  {
    title: "Compose plugin",
    run: ({ compose }) =>
      compose === undefined ? failed("not found") : atLeast(compose, 2, 20) ? ok(compose) : failed(compose),
    advice: () => "install the package docker-compose-plugin, 2.20 or newer; only rendered projects need it",
  },
  {
    title: "CPUs",
    run: ({ docker, stack }) => {
      if (docker === undefined) return unknown("no daemon");
      if (stack?.cpus === undefined) return ok(String(docker.cpus));
      const found = `${docker.cpus}, the stack says ${stack.cpus}`;
      return docker.cpus >= stack.cpus ? ok(found) : failed(found);
    },
    advice: () => "set cpus in the stack's configuration to what the host has, and see what no longer fits",
  },
  {
    title: "Memory",
    run: ({ docker, stack }) => {
      if (docker === undefined) return unknown("no daemon");
      if (stack?.memory === undefined) return ok(sizeOf(docker.memory));
      const found = `${sizeOf(docker.memory)}, the stack says ${sizeOf(stack.memory)}`;
      // The kernel keeps a few percent for itself, so an "8 GiB" machine shows less.
      return docker.memory >= stack.memory * 0.93 ? ok(found) : failed(found);
    },
    advice: () => "set memory in the stack's configuration to what the host has, and see what no longer fits",
  },
  {
    title: "Disk space",
    run: ({ diskFree }) => {
      if (diskFree === undefined) return unknown("cannot be seen from here");
      const found = `${Math.floor(diskFree * 100)} % free`;
      return diskFree >= 0.2 ? ok(found) : failed(found);
    },
    advice: () => "free space until 20 % are left (HOST-15): docker system df shows what Docker holds",
  },
  {
    title: "Clock",
    run: ({ timeInSync }) =>
      timeInSync === undefined
        ? unknown("cannot be seen from here")
        : timeInSync
          ? ok("in sync")
          : failed("not in sync"),
    advice: () => "turn on time synchronisation: timedatectl set-ntp true; certificates and tokens depend on it",
  },
  {
    title: "Networks",
    run: ({ docker, stack }) => {
      if (docker === undefined) return unknown("no daemon");
      const more = (stack?.networks ?? []).filter((name) => !docker.networks.includes(name)).length;
      // `host` and `none` take no addresses.
      const used = docker.networks.filter((name) => name !== "host" && name !== "none").length;
      const found = `${used} in use, ${more} to come, room for ${docker.networkRoom}`;
      return used + more <= docker.networkRoom ? ok(found) : failed(found);
    },
    advice: () =>
      'widen "default-address-pools" in /etc/docker/daemon.json, for example base 10.201.0.0/16 with size 24, and restart the daemon',
  },
  {
    title: "Edge ports",
    run: ({ stack }) => {
      if (stack === undefined || stack.ports.length === 0) return ok("none asked for");
      const found = stack.ports.map((each) => `${each.ip}:${each.port} ${each.owner}`).join(", ");
      if (stack.ports.some((each) => each.owner === "other")) return failed(found);
      return stack.ports.some((each) => each.owner === "unknown") ? unknown(found) : ok(found);
    },
    advice: () => "stop what listens there (ss -ltnp shows it), or give the stack other ports with publish",
  },
  {
    title: "Recovery key",
    run: ({ stack }) => {
      const keys = stack?.keys ?? [];
      if (keys.length === 0) return ok("no backups to read");
      const unconfirmed = keys.filter((each) => each.fingerprint !== undefined && !isFresh(each.confirmed?.at));
      if (unconfirmed.length > 0)
        return failed(
          unconfirmed
            .map(({ schedule, confirmed }) =>
              confirmed === undefined
                ? `nobody has confirmed a copy of the key of ${schedule} away from this host`
                : `the copy of the key of ${schedule} was last seen on ${confirmed.at.slice(0, 10)}`,
            )
            .join("; "),
        );
      const unasked = keys.filter((each) => each.fingerprint === undefined);
      if (unasked.length > 0) return unknown(`${unasked.map((each) => each.schedule).join(", ")}: no runner is up`);
      return ok(
        keys
          .map(({ schedule, confirmed, recipients }) =>
            [
              `${schedule}: ${confirmed?.where}, confirmed by ${confirmed?.by}`,
              ...(recipients === undefined ? [] : [`dumps need a private key of ${recipients.join(", ")} as well`]),
            ].join("; "),
          )
          .join("; "),
      );
    },
    advice: ({ stack }) =>
      `run bulwark backup key export ${stack?.name} --out FILE, take the file off this machine, then bulwark backup key confirm ${stack?.name}: without the key a lost host means lost backups`,
  },
];

/** Whether a copy was seen within a year. */
function isFresh(at: string | undefined): boolean {
  return at !== undefined && Date.now() - Date.parse(at) < CONFIRM_DAYS * 86_400_000;
}

function major(version: string): number {
  return Number.parseInt(version.replace(/^v/, ""), 10);
}

function atLeast(version: string, wantMajor: number, wantMinor: number): boolean {
  const [, first, second] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const has = [Number(first), Number(second)] as const;
  return has[0] > wantMajor || (has[0] === wantMajor && has[1] >= wantMinor);
}

/** Networks that address pools have room for. Without pools of its own a daemon has 31. */
export function networkRoom(
  pools: readonly { readonly Base: string; readonly Size: number }[] | null | undefined,
): number {
  if (!pools?.length) return 31;
  return pools.reduce((sum, pool) => sum + 2 ** Math.max(0, pool.Size - Number(pool.Base.split("/")[1])), 0);
}
