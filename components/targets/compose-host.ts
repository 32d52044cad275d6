import { Provider, type ProviderArgs } from "@pulumi/docker/provider";
import { RemoteImage } from "@pulumi/docker/remoteImage";
import * as pulumi from "@pulumi/pulumi";
import { Provider as RandomProvider } from "@pulumi/random/provider";
import * as z from "zod";
import { Capacity } from "../core/capacity";
import { ENVIRONMENTS, type Environment } from "../core/environment";
import { Problems } from "../core/problems";
import { componentName, leaf, size, text } from "../core/schema";
import { accept, programAccepted } from "../core/tick";
import { mebibytes, type Size } from "../core/units";
import { contextOf, referenceOf } from "./compose/images";
import type { ComposeTarget, OwnImage } from "./target";

/** Certificates for a Docker daemon behind TLS, as PEM text. */
export interface DaemonTls {
  readonly ca: pulumi.Input<string>;
  readonly certificate: pulumi.Input<string>;
  /** Private key; give it as a secret. */
  readonly key: pulumi.Input<string>;
}

/** Arguments of {@link ComposeHost}. */
export interface ComposeHostArgs {
  /** How much safety the stack gets. */
  readonly environment: Environment;
  /** CPUs of the host. The sum of what the workloads reserve is checked against it. */
  readonly cpus: number;
  /** Memory of the host. The sum of the workloads' limits is checked against it. */
  readonly memory: Size;
  /** Memory left to the operating system and Docker. Default: `"512 MiB"`. */
  readonly reservedMemory?: Size;
  /**
   * Address of the Docker daemon: `unix:///var/run/docker.sock`, `ssh://user@host[:port]` or `tcp://host:2376` with {@link tls}.
   * Default: `unix:///var/run/docker.sock`.
   */
  readonly host?: string;
  /** Needed for `tcp://`, refused otherwise. */
  readonly tls?: DaemonTls;
  /** Options of ssh, for `ssh://`: `["-i", "~/.ssh/deploy"]`. */
  readonly sshOptions?: readonly string[];
  /** Prefix of every container, network and volume, and the compose project they belong to. Default: `<project>-<stack>`. */
  readonly prefix?: string;
}

const schema = z.strictObject({
  environment: z.enum(ENVIRONMENTS),
  cpus: z.number().positive(),
  memory: size,
  reservedMemory: size.optional(),
  host: text(
    /^(unix:\/\/\/.+|ssh:\/\/[^@\s]+@[^@\s/]+|tcp:\/\/[^\s/]+:\d+)$/,
    "unix:///path, ssh://user@host or tcp://host:port",
    'use "unix:///var/run/docker.sock", "ssh://deploy@203.0.113.7" or "tcp://203.0.113.7:2376"',
  ).optional(),
  tls: z.strictObject({ ca: leaf(z.string()), certificate: leaf(z.string()), key: leaf(z.string()) }).optional(),
  sshOptions: z.array(z.string()).optional(),
  prefix: componentName.optional(),
});

/**
 * A Docker host, local or remote, as the place where components run.
 *
 * Throws an `ArgumentError` that lists every problem when the arguments cannot be used.
 */
export class ComposeHost implements ComposeTarget {
  readonly kind = "compose";
  readonly environment: Environment;
  readonly prefix: string;
  readonly provider: pulumi.ProviderResource;
  readonly random: pulumi.ProviderResource;
  readonly capacity: Capacity;
  readonly #name: string;
  readonly #images = new Map<OwnImage, RemoteImage>();

  constructor(name: string, args: ComposeHostArgs) {
    const problems = new Problems(`ComposeHost "${name}"`)
      .shape(schema, args, Object.keys(schema.shape))
      .across(["host", "tls"], (add) => {
        const tcp = args.host?.startsWith("tcp://") === true;
        if (tcp && args.tls === undefined) {
          add({
            path: "tls",
            given: "nothing",
            allowed: "ca, certificate and key for a tcp:// host",
            fix: "give the client certificate, or use ssh://: an open Docker port gives away the host",
          });
        }
        if (!tcp && args.tls !== undefined) {
          add({
            path: "tls",
            given: "certificates",
            allowed: "only with a tcp:// host",
            fix: "remove tls, or use tcp://",
          });
        }
      })
      .across(["memory", "reservedMemory"], (add) => {
        const reserved = mebibytes(args.reservedMemory ?? "512 MiB");
        if (reserved >= mebibytes(args.memory)) {
          add({
            path: "memory",
            given: `"${args.memory}"`,
            allowed: `more than the ${reserved} MiB reserved for the system`,
            fix: "describe the host's real memory",
          });
        }
      });
    accept(() => problems.throwIfAny());
    this.#name = name;
    this.environment = args.environment;
    this.prefix = args.prefix ?? `${pulumi.getProject()}-${pulumi.getStack()}`;
    this.capacity = new Capacity(`host "${name}"`, {
      cpus: args.cpus,
      memory: mebibytes(args.memory),
      reserved: mebibytes(args.reservedMemory ?? "512 MiB"),
    });
    const provider: ProviderArgs = {
      host: args.host ?? "unix:///var/run/docker.sock",
      ...(args.sshOptions === undefined ? {} : { sshOpts: [...args.sshOptions] }),
      ...(args.tls === undefined
        ? {}
        : { caMaterial: args.tls.ca, certMaterial: args.tls.certificate, keyMaterial: pulumi.secret(args.tls.key) }),
    };
    this.provider = new Provider(name, provider, { dependsOn: pulumi.output(programAccepted()) });
    this.random = new RandomProvider(`${name}-random`, {}, { dependsOn: pulumi.output(programAccepted()) });
  }

  image(name: OwnImage): pulumi.Input<string> {
    const existing = this.#images.get(name);
    if (existing !== undefined) return existing.name;
    const reference = referenceOf(name);
    // The hash is part of the identity and the build's path is not compared: two checkouts in two folders make the same resource.
    const image = new RemoteImage(
      `${this.#name}-image-${reference.replace(/^.*\//, "").replace(":", "-")}`,
      { name: reference, keepLocally: true, build: { context: contextOf(name) } },
      { provider: this.provider, ignoreChanges: ["build"], dependsOn: pulumi.output(programAccepted()) },
    );
    this.#images.set(name, image);
    return image.name;
  }
}
