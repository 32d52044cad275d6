import type * as pulumi from "@pulumi/pulumi";
import type { Archiving } from "../core/backup-source";
import { ArgumentError } from "../core/errors";
import { LateList } from "../core/late";
import { accept } from "../core/tick";
import type { VolumeMount } from "../targets/compose/hardened";
import { archiveSettings } from "./configuration";
import type { Settings } from "./tuning";

/** What a BackupSchedule adds to a server that was made before it: content and ways only, so that the server's resources are always the same. */
export class LateArchiving {
  // Apart from the rest, because keys stand in it: the networks of a container are no secret.
  readonly #configuration: LateList<pulumi.Input<string>>;
  readonly #how: LateList<{
    readonly timeout: number;
    readonly networks: readonly string[];
    readonly volumes: Archiving["volumes"];
  }>;
  readonly #after: pulumi.Input<pulumi.Resource>[] = [];
  #taken = false;

  constructor(private readonly name: string) {
    this.#configuration = new LateList(`ManagedPostgres "${name}"`);
    this.#how = new LateList(`ManagedPostgres "${name}"`);
  }

  /** Takes the place; only one schedule can have it, because a server archives its WAL to one repository. */
  set(how: Archiving): void {
    accept(() => this.#take());
    const { after, configuration, ...rest } = how;
    this.#configuration.add(configuration);
    this.#how.add(rest);
    this.#after.push(...after);
  }

  #take(): void {
    if (this.#taken) {
      throw new ArgumentError(`ManagedPostgres "${this.name}"`, [
        {
          path: "sources",
          given: `${this.name} in a second schedule with base backups`,
          allowed: "one: a server archives its WAL to one repository",
          fix: 'give { full: "off" } in the second schedule',
        },
      ]);
    }
    this.#taken = true;
  }

  /** Lines of `postgresql.conf`; none without a schedule. */
  get settings(): pulumi.Output<Settings> {
    return this.#how.items.apply(([how]) => (how === undefined ? {} : archiveSettings(this.name, how.timeout)));
  }

  /** pgBackRest's configuration. */
  get configuration(): pulumi.Output<string> {
    return this.#configuration.items.apply(([text]) => text ?? "# WAL is not archived\n");
  }

  /** Networks and volumes of the server's container. */
  get additions(): {
    readonly networks: pulumi.Output<readonly string[]>;
    readonly mounts: pulumi.Output<readonly VolumeMount[]>;
  } {
    return {
      networks: this.#how.items.apply(([how]) => how?.networks ?? []),
      mounts: this.#how.items.apply(([how]) => (how?.volumes ?? []).map((each) => ({ ...each, readOnly: false }))),
    };
  }

  /** What has to be there before the server can archive. */
  get after(): pulumi.Output<readonly pulumi.Input<pulumi.Resource>[]> {
    return this.#how.items.apply(() => this.#after);
  }
}
