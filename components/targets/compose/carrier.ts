import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { ComposeNetwork } from "../network";
import { ended } from "./ended";
import { oneShot, type VolumeMount } from "./hardened";
import { volume } from "./stores";

/** A file that a container is given. */
export interface CarriedFile {
  /** Absolute path in the consumer, in a folder of its own: `/run/secrets/db-password`. */
  readonly path: string;
  readonly content: pulumi.Input<string>;
  /** Owner `uid:gid`. Default: `0:0`. */
  readonly owner?: string;
  /** Octal mode. Default: `0444`; secrets use `0400`. */
  readonly mode?: string;
}

/** What the consumer of a carrier uses. */
export interface Carried {
  /** Mount these, read-only. */
  readonly mounts: readonly VolumeMount[];
  /** Put these on the consumer: it is restarted when a file has changed. */
  readonly labels: Readonly<Record<string, pulumi.Input<string>>>;
  /** Depend on these: the consumer is not started when the carrier failed. */
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
}

/** How a carrier differs from the usual. */
export interface CarrierOptions {
  readonly parent: pulumi.Resource;
  /** Volume whose `tls.crt` must be there before the carrier ends. */
  readonly awaitTls?: VolumeMount;
  /** Resources that must exist before the carrier runs. */
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
  /** Whether the consumer reads its files again by itself, so that it need not be restarted. Default: no. */
  readonly reloads?: boolean;
}

/**
 * Brings files into named volumes, with owner and mode, by a one-shot container: a container with a read-only root takes no uploads.
 */
export function carry(
  name: string,
  network: ComposeNetwork,
  files: readonly CarriedFile[],
  options: CarrierOptions,
): Carried {
  const service = `${name}-files`;
  const folders = [...new Set(files.map((file) => folderOf(file.path)))].sort();
  const volumes = folders.map((folder) => ({
    folder,
    volume: volume(
      `${name}-${folder === "/etc/bulwark" ? "config" : folder.slice(folder.lastIndexOf("/") + 1)}`,
      network.target,
      {
        parent: options.parent,
        holdsData: false,
      },
    ),
  }));
  const carrier = oneShot(
    service,
    network.target,
    {
      service,
      image: network.target.image("tools"),
      user: "0:0",
      entrypoint: ["/bin/sh", "-eu", "-c"],
      command: [script(files, folders, options.awaitTls !== undefined)],
      // DAC_OVERRIDE: in a rendered project the secret files belong to the user who rendered it.
      capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
      memory: 64,
      cpus: 0.5,
      mounts: [
        ...volumes.map((each) => ({ volume: each.volume.name, target: `/out${each.folder}`, readOnly: false })),
        ...(options.awaitTls === undefined ? [] : [{ ...options.awaitTls, target: "/tls", readOnly: true }]),
      ],
      // The provider refuses an upload without content.
      uploads: files.map((file, index) => ({
        file: `/carry/${index}`,
        content: pulumi.output(file.content).apply((content) => (content === "" ? "\n" : content)),
      })),
    },
    {
      parent: options.parent,
      dependsOn: [...volumes.map((each) => each.volume.resource), ...(options.after ?? [])],
    },
  );
  return {
    mounts: volumes.map((each) => ({ volume: each.volume.name, target: each.folder, readOnly: true })),
    labels: options.reloads === true ? {} : { "io.bulwark.files": contentHash(files) },
    after: [ended(carrier, service)],
  };
}

/** Short hash over names, owners, modes and contents: enough to see a change, not enough to tell a secret. */
function contentHash(files: readonly CarriedFile[]): pulumi.Output<string> {
  const digest = pulumi.all(files.map((file) => file.content)).apply((contents) => {
    const hash = createHash("sha256");
    for (const [index, content] of contents.entries()) {
      const file = files[index];
      hash.update(
        `${file?.path}\0${file?.owner}\0${file?.mode}\0${createHash("sha256").update(content).digest("hex")}\0`,
      );
    }
    return hash.digest("hex").slice(0, 12);
  });
  return pulumi.unsecret(digest);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function script(files: readonly CarriedFile[], folders: readonly string[], awaitTls: boolean): string {
  const install = files.map((file, index) => {
    const out = `/out${file.path}`;
    return `cp /carry/${index} ${out}.new; chmod ${file.mode ?? "0444"} ${out}.new; chown ${file.owner ?? "0:0"} ${out}.new; mv -f ${out}.new ${out}`;
  });
  const clean = folders.map((folder) => {
    const keep = files
      .filter((file) => folderOf(file.path) === folder)
      .map((file) => `! -name ${file.path.slice(folder.length + 1)}`)
      // A folder below is a volume of its own.
      .concat(
        folders.filter((each) => folderOf(each) === folder).map((each) => `! -name ${each.slice(folder.length + 1)}`),
      );
    return `find /out${folder} -mindepth 1 -maxdepth 1 ${keep.join(" ")} -exec rm -rf {} +`;
  });
  const wait = awaitTls
    ? [
        "n=0; until [ -s /tls/tls.crt ]; do n=$((n+1)); [ $n -lt 120 ] || { echo 'no certificate within 60 s' >&2; exit 1; }; sleep 0.5; done",
      ]
    : [];
  return [...install, ...clean, ...wait].join("\n");
}
