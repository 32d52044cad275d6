import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Manifest, manifestsOf, templateOf } from "../kubernetes/manifests";
import { imageOf } from "../lab";
import type { Program } from "../mocks/program";
import { type Ended, run, until } from "./rig";

interface Items {
  readonly items?: readonly { readonly key: string; readonly path: string; readonly mode?: number }[];
}

interface Source extends Items {
  readonly secret?: Items & { readonly secretName?: string; readonly name?: string; readonly defaultMode?: number };
  readonly configMap?: Items & { readonly name: string; readonly defaultMode?: number };
  readonly projected?: { readonly defaultMode?: number; readonly sources: readonly Source[] };
  readonly emptyDir?: { readonly sizeLimit: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

interface Pod {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  readonly volumes: readonly (Source & { readonly name: string })[];
  readonly containers: readonly {
    readonly image: string;
    readonly command?: readonly string[];
    readonly args?: readonly string[];
    readonly env: readonly { readonly name: string; readonly value: string }[];
    readonly resources: { readonly limits: { readonly memory: string } };
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly: boolean }[];
    readonly readinessProbe?: { readonly exec?: { readonly command: readonly string[] } };
  }[];
}

/**
 * A node of a cluster, with Docker in the kubelet's place: it runs the pods of a program exactly as their manifests say, with their user, mounts,
 * variables, memory and the restricted profile. Claims are volumes, Secrets and ConfigMaps are files of the group of the pod.
 */
export class Node {
  readonly name = `bulwark-node-${process.pid}-${randomBytes(2).toString("hex")}`;
  readonly #folder = mkdtempSync(join(tmpdir(), "bulwark-node-"));
  readonly #manifests: readonly Manifest[];
  readonly #started: string[] = [];
  #certified = new Map<string, Record<string, string>>();

  constructor(program: Program) {
    this.#manifests = manifestsOf(program);
  }

  /** Makes the network, the volumes, and the certificates that cert-manager would issue. */
  async prepare(): Promise<void> {
    await this.docker("network", "create", "--internal", this.name);
    const claims = this.#manifests.filter((each) => each.kind === "PersistentVolumeClaim");
    for (const { metadata } of claims) await this.docker("volume", "create", this.#volume(metadata.name));
    // A volume of `microk8s-hostpath` is a folder that everybody may write to.
    const mounts = claims.flatMap(({ metadata }) => ["-v", `${this.#volume(metadata.name)}:/v/${metadata.name}`]);
    const names = claims.map(({ metadata }) => `/v/${metadata.name}`);
    await this.docker("run", "--rm", "--user", "0:0", ...mounts, imageOf("image-tools"), "chmod", "0777", ...names);
    await this.#certify();
  }

  /** Starts the pod of a workload and waits until it is ready. */
  async start(kind: string, name: string): Promise<void> {
    const { args, pod } = this.#pod(kind, name);
    const aliases = this.#manifests
      .filter((each) => each.kind === "Service" && each.metadata.name === name)
      .flatMap(({ metadata }) => [metadata.name, `${metadata.name}.${metadata.namespace}.svc`]);
    this.#started.push(name);
    await this.docker(
      ...["run", "-d", "--name", this.container(name)],
      ...[...aliases.flatMap((each) => ["--network-alias", each]), ...args],
    );
    const probe = pod.containers[0]?.readinessProbe?.exec?.command;
    if (probe !== undefined)
      await until(120, async () => (await run("docker", ["exec", this.container(name), ...probe])).code === 0);
  }

  /** Runs the pod of a Job or CronJob to its end. */
  async job(kind: string, name: string): Promise<Ended> {
    return await run("docker", ["run", "--rm", ...this.#pod(kind, name).args]);
  }

  /** Runs a program in a pod, as `kubectl exec` does. */
  async exec(name: string, command: readonly string[]): Promise<Ended> {
    return await run("docker", ["exec", this.container(name), ...command]);
  }

  async docker(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await run("docker", args);
    if (code !== 0) throw new Error(`docker ${args.slice(0, 2).join(" ")} ended with ${code}: ${err}`);
    return out.trim();
  }

  container(name: string): string {
    return `${this.name}-${name}`;
  }

  async remove(): Promise<void> {
    if (this.#started.length > 0)
      await run("docker", ["rm", "-fv", ...this.#started.map((each) => this.container(each))]);
    const claims = this.#manifests.filter((each) => each.kind === "PersistentVolumeClaim");
    await run("docker", ["volume", "rm", "-f", ...claims.map(({ metadata }) => this.#volume(metadata.name))]);
    await run("docker", ["network", "rm", this.name]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #volume(claim: string): string {
    return `${this.name}-${claim}`;
  }

  /** Arguments of `docker run` that do what the manifest of a workload says. */
  #pod(kind: string, name: string): { readonly args: readonly string[]; readonly pod: Pod } {
    // A job's name ends with a hash of its content.
    const wanted = new RegExp(`^${name}(-[0-9a-f]{8,10})?$`);
    const found = this.#manifests.find((each) => each.kind === kind && wanted.test(each.metadata.name));
    const pod = (found === undefined ? undefined : templateOf(found)?.spec) as Pod | undefined;
    const [container] = pod?.containers ?? [];
    if (pod === undefined || container === undefined) throw new Error(`there is no ${kind} ${name}`);
    const { runAsUser, runAsGroup } = pod.securityContext;
    const [entrypoint, ...more] = container.command ?? [];
    const volumes = container.volumeMounts.flatMap(({ name: volume, mountPath, readOnly }) => {
      const source = pod.volumes.find((each) => each.name === volume);
      if (source === undefined) throw new Error(`${name} mounts ${volume}, which is no volume`);
      if (source.emptyDir !== undefined) {
        // An ordinary tmpfs of Docker takes the mode of the image's folder; an emptyDir does not.
        const size = source.emptyDir.sizeLimit.replace("Mi", "m");
        const tmpfs = ["type=tmpfs", "device=tmpfs", `o=size=${size},mode=0777`].map((each) => `"volume-opt=${each}"`);
        return [
          "--mount",
          ["type=volume", `dst=${mountPath}`, "volume-nocopy", "volume-driver=local", ...tmpfs].join(","),
        ];
      }
      const from =
        source.persistentVolumeClaim === undefined
          ? this.#files(`${name}-${volume}`, source, runAsGroup)
          : this.#volume(source.persistentVolumeClaim.claimName);
      return ["-v", `${from}:${mountPath}:${readOnly ? "ro" : "rw"}${from.startsWith("/") ? "" : ",nocopy"}`];
    });
    const args = [
      ...["--network", this.name, "--user", `${runAsUser}:${runAsGroup}`, "--read-only", "--cap-drop", "ALL"],
      ...["--security-opt", "no-new-privileges", "--memory", container.resources.limits.memory.replace("Mi", "m")],
      ...container.env.flatMap((each) => ["-e", `${each.name}=${each.value}`]),
      ...volumes,
      ...(entrypoint === undefined ? [] : ["--entrypoint", entrypoint]),
      container.image.replace(/^localhost:32000\//, "localhost/"),
      ...more,
      ...(container.args ?? []),
    ];
    return { args, pod };
  }

  /** A folder with the files of a Secret, a ConfigMap, or several of them; the group of the pod may read them. */
  #files(folder: string, source: Source, group: number): string {
    const path = join(this.#folder, folder);
    const mode = source.projected?.defaultMode ?? source.secret?.defaultMode ?? source.configMap?.defaultMode ?? 0o644;
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
    chmodSync(path, 0o755);
    for (const each of source.projected?.sources ?? [source]) {
      const name = each.secret?.secretName ?? each.secret?.name ?? each.configMap?.name ?? "";
      const data = this.#data(each.configMap === undefined ? "Secret" : "ConfigMap", name);
      const items = (each.secret ?? each.configMap)?.items;
      for (const item of items ?? Object.keys(data).map((key) => ({ key, path: key, mode: undefined }))) {
        const file = join(path, item.path);
        const content = data[item.key];
        if (content === undefined) throw new Error(`${name} has no ${item.key}`);
        writeFileSync(file, content);
        chownSync(file, 0, group);
        chmodSync(file, item.mode ?? mode);
      }
    }
    return path;
  }

  #data(kind: "Secret" | "ConfigMap", name: string): Record<string, string> {
    const issued = this.#certified.get(name);
    if (issued !== undefined) return issued;
    const found = this.#manifests.find((each) => each.kind === kind && each.metadata.name === name);
    const data = found?.[kind === "Secret" ? "stringData" : "data"] as Record<string, string> | undefined;
    if (data === undefined) throw new Error(`there is no ${kind} ${name}`);
    return data;
  }

  /** Issues what the Certificates ask for, all from one CA. */
  async #certify(): Promise<void> {
    const script = [
      "cd /tmp; key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }",
      "key ca; openssl req -x509 -new -key ca.key -subj /CN=CA -days 2 -out ca.crt",
    ];
    const orders = this.#manifests.filter((each) => each.kind === "Certificate");
    const names = orders.map((each) => each["spec"] as { secretName: string; dnsNames?: readonly string[] });
    for (const { secretName, dnsNames = [] } of names) {
      const hosts = dnsNames.map((each) => `DNS:${each}`).join(",");
      script.push(
        `echo "subjectAltName=${hosts === "" ? "DNS:none" : hosts}" >ext; key ${secretName}`,
        `openssl req -new -key ${secretName}.key -subj /CN=server | openssl x509 -req -CA ca.crt -CAkey ca.key -days 2 -extfile ext -out ${secretName}.crt 2>/dev/null`,
      );
    }
    script.push('for f in *.crt *.key; do echo "=== $f"; cat "$f"; done');
    const said = await this.docker(
      "run",
      "--rm",
      "--tmpfs",
      "/tmp",
      imageOf("image-tools"),
      "sh",
      "-euc",
      script.join("\n"),
    );
    const files = new Map(
      said
        .split("=== ")
        .slice(1)
        .map((each) => [each.slice(0, each.indexOf("\n")), `${each.slice(each.indexOf("\n") + 1).trim()}\n`]),
    );
    this.#certified = new Map(
      names.map(({ secretName }) => [
        secretName,
        {
          "ca.crt": files.get("ca.crt") ?? "",
          "tls.crt": files.get(`${secretName}.crt`) ?? "",
          "tls.key": files.get(`${secretName}.key`) ?? "",
        },
      ]),
    );
  }
}
