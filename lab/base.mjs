// `debian:trixie-slim` from Debian's own packages, for machines that cannot pull it.
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { dockerEnv } from "./daemon.mjs";
import { work } from "./paths.mjs";

export const baseImage = "debian:trixie-slim";

export const base = {
  name: "base",
  lane: "host",
  needs: ["docker"],
  async find(sh) {
    const id = await sh("docker", ["image", "ls", "-q", baseImage], { env: dockerEnv });
    return id.trim() === "" ? undefined : { image: baseImage };
  },
  async make(sh) {
    const tree = join(work, "trixie");
    await rm(tree, { recursive: true, force: true });
    await mkdir(work, { recursive: true });
    await sh("debootstrap", ["--variant=minbase", "trixie", tree]);
    for (const folder of [
      "var/cache/apt",
      "var/lib/apt/lists",
      "usr/share/doc",
      "usr/share/man",
      "usr/share/locale",
      "var/log",
    ]) {
      for (const entry of await readdir(join(tree, folder)).catch(() => [])) {
        await rm(join(tree, folder, entry), { recursive: true, force: true });
      }
    }
    // What the public image does as well: no manuals and no package archives in any layer above.
    await sh("sh", [
      "-c",
      `set -e
printf '%s\\n' 'path-exclude /usr/share/doc/*' 'path-exclude /usr/share/man/*' 'path-exclude /usr/share/locale/*' > "$1/etc/dpkg/dpkg.cfg.d/slim"
printf '%s\\n' 'Dir::Cache::pkgcache "";' 'Dir::Cache::srcpkgcache "";' 'APT::Install-Recommends "false";' 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };' > "$1/etc/apt/apt.conf.d/slim"
tar -C "$1" --numeric-owner -cf "$1.tar" .`,
      "sh",
      tree,
    ]);
    await sh("docker", ["import", "--change", 'CMD ["bash"]', `${tree}.tar`, baseImage], { env: dockerEnv });
    await rm(tree, { recursive: true, force: true });
    await rm(`${tree}.tar`, { force: true });
    return { image: baseImage };
  },
};
