import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system in a file, mounted for the time of a test. */
export class SmallDisk {
  readonly #folder = mkdtempSync(join(tmpdir(), "small-disk-"));
  readonly mountpoint = join(this.#folder, "disk");

  constructor(mebibytes = 32) {
    const image = join(this.#folder, "image");
    writeFileSync(image, "");
    truncateSync(image, mebibytes * 1024 * 1024);
    execFileSync("mkfs.ext4", ["-q", "-m", "0", image]);
    mkdirSync(this.mountpoint);
    // The exporter is an ordinary user: it sees no file system in a folder that is closed to it.
    chmodSync(this.#folder, 0o755);
    execFileSync("mount", ["-o", "loop", image, this.mountpoint]);
  }

  /** Writes until this share of the space is free, in percent. */
  fillTo(percentFree: number): void {
    const { bavail, blocks, bsize } = statfsSync(this.mountpoint);
    const bytes = Math.floor((bavail - (blocks * percentFree) / 100) * bsize);
    writeFileSync(join(this.mountpoint, `filler-${percentFree}`), Buffer.alloc(bytes));
    execFileSync("sync", ["-f", this.mountpoint]);
  }

  /** Writes until not one more block can be had. */
  fill(): void {
    const file = openSync(this.#filler, "a");
    try {
      for (const chunk of [1024 * 1024, 4096, 1].map((bytes) => Buffer.alloc(bytes))) writeAll(file, chunk);
    } finally {
      closeSync(file);
    }
    execFileSync("sync", ["-f", this.mountpoint]);
  }

  /** Gives back what {@link fill} took. */
  free(): void {
    rmSync(this.#filler, { force: true });
  }

  get #filler(): string {
    return join(this.mountpoint, "filler");
  }

  remove(): void {
    execFileSync("umount", [this.mountpoint]);
    rmSync(this.#folder, { recursive: true });
  }
}

/** Appends a chunk again and again, until the disk is full. */
function writeAll(file: number, chunk: Buffer): void {
  for (;;) {
    try {
      writeSync(file, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") return;
      throw error;
    }
  }
}
