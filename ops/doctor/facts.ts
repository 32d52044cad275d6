/** A published port and who has it. */
export interface PortFact {
  readonly ip: string;
  readonly port: number;
  /** `other`: a program or container that is not this stack's. */
  readonly owner: "free" | "own" | "other" | "unknown";
}

/** What Docker says of itself. */
export interface DockerFacts {
  readonly version: string;
  readonly cpus: number;
  /** In MiB. */
  readonly memory: number;
  /** Names of the networks there are. */
  readonly networks: readonly string[];
  /** Networks that the address pools have room for. */
  readonly networkRoom: number;
}

/** The recovery key of a BackupSchedule. */
export interface KeyFact {
  readonly schedule: string;
  /** Left out when the runner could not be asked. */
  readonly fingerprint?: string;
  /** The last time that somebody said where a copy is kept, away from the host. */
  readonly confirmed?: { readonly at: string; readonly by: string; readonly where: string };
  /** Recipients of the dumps, where they are the site's own. */
  readonly recipients?: readonly string[];
}

/** What a stack asks of its host. */
export interface StackFacts {
  readonly name: string;
  readonly host: string;
  /** CPUs that the configuration says the host has. */
  readonly cpus?: number;
  /** Memory in MiB that the configuration says the host has. */
  readonly memory?: number;
  /** Physical names of its networks. */
  readonly networks: readonly string[];
  readonly ports: readonly PortFact[];
  /** Of each schedule. */
  readonly keys?: readonly KeyFact[];
}

/** Everything that the checks look at. What could not be found out is left out. */
export interface Facts {
  readonly node: string;
  /** How the Pulumi CLI is found. */
  readonly pulumi: "path" | "wrapper" | "none";
  /** Address of the daemon that is meant. */
  readonly host: string;
  /** Present when the daemon answered. */
  readonly docker?: DockerFacts;
  /** Why the daemon did not answer. */
  readonly dockerError?: string;
  readonly compose?: string;
  /** For ssh:// and tcp:// hosts: whether the machine answers at all. */
  readonly remote?: boolean;
  /** Free share of the disk with Docker's data, 0 to 1. */
  readonly diskFree?: number;
  readonly timeInSync?: boolean;
  readonly stack?: StackFacts;
}
