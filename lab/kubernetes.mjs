// The API server of Kubernetes, and kubectl unless the host has one. What they say of a manifest is what a cluster says.
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { program } from "./go.mjs";
import { bin, work } from "./paths.mjs";
import { onPath } from "./sh.mjs";

const module = "k8s.io/kubernetes";
const version = "v1.34.4";
const published = version.replace("v1.", "v0.");

/** The module points at folders of its own repository; the same code is published as modules of their own, one minor line lower. */
async function requirements(sh) {
  await mkdir(work, { recursive: true });
  const told = await sh("go", ["mod", "download", "-json", `${module}@${version}`], { cwd: work, quiet: true });
  const text = await readFile(JSON.parse(told).GoMod, "utf8");
  const staged = [...text.matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging\//gm)].map((match) => match[1]);
  return `\nreplace (\n${staged.map((name) => `\t${name} => ${name} ${published}\n`).join("")})\n`;
}

const stamped = ["gitVersion", "gitMajor", "gitMinor"]
  .map((name, index) => `-X=k8s.io/component-base/version.${name}=${[version, "1", "34"][index]}`)
  .join(" ");

function ofKubernetes(name) {
  return program({
    name,
    file: join(bin, name),
    module,
    version,
    main: `k8s.io/kubernetes/cmd/${name}`,
    flags: [`-ldflags=-s -w ${stamped}`],
    env: { CGO_ENABLED: "0" },
    fact: { bin: join(bin, name), version: version.slice(1) },
    requirements,
  });
}

export const apiserver = ofKubernetes("kube-apiserver");

const built = ofKubernetes("kubectl");
export const kubectl = {
  ...built,
  async find(sh) {
    const file = await onPath("kubectl");
    if (file === undefined) return built.find(sh);
    const works = await sh(file, ["version", "--client"], { quiet: true }).catch(() => undefined);
    return works === undefined ? built.find(sh) : { bin: file };
  },
};
