// etcd for the API server: Debian's program unpacked beside the lab's others, so that no service of it starts on the host.
import { copyFile, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { bin, work } from "./paths.mjs";
import { isExecutable } from "./sh.mjs";

const file = join(bin, "etcd");

export const etcd = {
  name: "etcd",
  lane: "host",
  needs: ["debian"],
  async find() {
    return (await isExecutable(file)) ? { bin: file } : undefined;
  },
  async make(sh) {
    const folder = join(work, "etcd");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    // As root, apt hands the download to a user of its own, who cannot write here and says so without harm.
    await sh("apt-get", ["download", "-q", "etcd-server"], { cwd: folder });
    const archive = (await readdir(folder)).find((name) => name.endsWith(".deb"));
    await sh("dpkg-deb", ["-x", archive, "."], { cwd: folder });
    await copyFile(join(folder, "usr", "bin", "etcd"), `${file}.new`);
    await rename(`${file}.new`, file);
    return { bin: file };
  },
};
