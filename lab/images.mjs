// Our own images. The tag is a hash of what the image is built from, so a changed file is a new image and an
// unchanged one is never built twice.
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { dockerEnv } from "./daemon.mjs";
import { bin, root, work } from "./paths.mjs";

export const gatewayImage = "ghcr.io/versity/versitygw:v1.8.0";

/** sha256 over the sorted relative paths and contents of a folder; for every file: path, NUL, content, NUL. */
export async function contentHash(folder) {
  const hash = createHash("sha256");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(folder.length + 1)
        .split("\\")
        .join("/"),
    )
    .sort();
  for (const path of paths) {
    hash
      .update(path)
      .update("\0")
      .update(await readFile(join(folder, path)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** The name under which the image of `images/<name>` is known: `localhost/bulwark/<name>:<first 12 digits of its hash>`. */
export async function imageOf(name) {
  return `localhost/bulwark/${name}:${(await contentHash(join(root, "images", name))).slice(0, 12)}`;
}

const build = (sh, folder, tag, options = []) =>
  sh("docker", ["build", "--network", "host", "--force-rm", ...options, "-t", tag, folder], { env: dockerEnv });

const labelOf = (sh, image, label) =>
  sh("docker", ["image", "inspect", "-f", `{{index .Config.Labels "${label}"}}`, image], { env: dockerEnv }).then(
    (value) => value.trim(),
    () => undefined,
  );

const exists = (sh, image) =>
  sh("docker", ["image", "ls", "-q", image], { env: dockerEnv }).then((id) => id.trim() !== "");

function image(name, { needs = [], lane = "host" } = {}) {
  return {
    name: `image-${name}`,
    lane,
    needs: ["base", ...needs],
    async find(sh) {
      const tag = await imageOf(name);
      return (await exists(sh, tag)) ? { image: tag } : undefined;
    },
    async make(sh) {
      const tag = await imageOf(name);
      await build(sh, join(root, "images", name), tag);
      return { image: tag };
    },
  };
}

/** The gateway's public image, made here from the same version of its Go module, with the binary at the same path. */
export const gateway = {
  name: "image-gateway",
  lane: "late",
  needs: ["base", "versitygw"],
  async find(sh) {
    return (await exists(sh, gatewayImage)) ? { image: gatewayImage } : undefined;
  },
  async make(sh) {
    const folder = join(work, "gateway");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await cp(join(bin, "versitygw"), join(folder, "versitygw"));
    await cp(join(root, "lab", "gateway.Dockerfile"), join(folder, "Dockerfile"));
    await build(sh, folder, gatewayImage);
    return { image: gatewayImage };
  },
};

const sampleFolder = join(root, "test", "sample-service");
const sampleTags = ["v1", "v2"];

/** The service that the tests deploy, in two versions that differ in what they answer to GET /version. */
export const sample = {
  name: "image-sample",
  lane: "late",
  needs: ["base"],
  async find(sh) {
    const hash = await contentHash(sampleFolder);
    for (const tag of sampleTags) {
      if ((await labelOf(sh, `bulwark/sample-service:${tag}`, "bulwark.content")) !== hash) return undefined;
    }
    return { images: sampleTags.map((tag) => `bulwark/sample-service:${tag}`) };
  },
  async make(sh) {
    const hash = await contentHash(sampleFolder);
    for (const tag of sampleTags) {
      const options = ["--build-arg", `VERSION=${tag}`, "--label", `bulwark.content=${hash}`];
      await build(sh, sampleFolder, `bulwark/sample-service:${tag}`, options);
    }
    return { images: sampleTags.map((tag) => `bulwark/sample-service:${tag}`) };
  },
};

export const images = [
  image("tools"),
  image("backup"),
  image("postgres"),
  image("valkey"),
  image("edge"),
  image("monitoring"),
  image("collector"),
  gateway,
  image("s3", { needs: ["image-gateway"], lane: "late" }),
  sample,
];
