// Stand-ins for the docker, kubernetes, random and aws providers and for the language host, in one process that prints their ports, the language host's first.
// They keep their world in the folder given as argument.
import * as provider from "@pulumi/pulumi/provider";
import { serveLanguage } from "../language-host";
import { createAws, diffAws, madeUp } from "./aws";
import { createDocker, deleteDocker, diffDocker, type Made } from "./docker";
import { createObject, deleteObject, diffObject, updateObject } from "./kubernetes";
import { diffPassword, makePassword } from "./random";
import { clear, type Properties } from "./wire";
import { creations, type Kind, readOrders, readWorld, type World, writeWorld } from "./world";

const KINDS: Readonly<Record<string, Kind>> = {
  "docker:index/container:Container": "container",
  "docker:index/network:Network": "network",
  "docker:index/volume:Volume": "volume",
  "docker:index/remoteImage:RemoteImage": "image",
  "random:index/randomPassword:RandomPassword": "password",
};

const folder = String(process.argv[2]);

function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

function kindOf(urn: string): Kind {
  const type = typeOf(urn);
  const kind = type.startsWith("aws:") ? "aws" : type.startsWith("kubernetes:") ? "object" : KINDS[type];
  if (kind === undefined) throw new Error(`the stand-ins know no ${type}`);
  return kind;
}

/** Never answers: the engine is about to be killed. */
function noAnswer(): Promise<never> {
  return new Promise(() => {});
}

async function create(urn: string, inputs: Properties): Promise<provider.CreateResult> {
  const kind = kindOf(urn);
  const world = readWorld(folder);
  const orders = readOrders(folder);
  const hold = orders.holdAt ?? Number.POSITIVE_INFINITY;
  if (creations(world) >= hold) return noAnswer();
  const made = make();
  writeWorld(folder, made.changes);
  if (made.failed !== undefined) throw made.failed;
  return creations(made.changes) >= hold ? noAnswer() : { id: made.id, outs: made.outs };

  function make(): Made {
    switch (kind) {
      case "password":
        return password(urn, inputs, world);
      case "aws":
        return createAws(urn, inputs, world);
      case "object":
        return createObject(inputs, world, orders);
      default:
        return docker(kind, inputs, world);
    }
  }

  function docker(each: Kind, properties: Properties, before: World) {
    try {
      return createDocker(each, properties, before, orders);
    } catch (error) {
      const name = String(clear(properties["name"]));
      writeWorld(folder, { ...before, journal: [...before.journal, { action: "conflict", kind: each, name }] });
      throw error;
    }
  }
}

function password(urn: string, inputs: Properties, world: World) {
  const { made, outs } = makePassword(urn, inputs);
  const changes: World = {
    objects: [...world.objects.filter((each) => each.name !== urn), made],
    journal: [...world.journal, { action: "create", kind: "password", name: urn }],
    secrets: [...world.secrets, String(outs["result"])],
  };
  return { id: made.id, outs, changes };
}

async function remove(id: string, urn: string, props: Properties): Promise<void> {
  const kind = kindOf(urn);
  const world = readWorld(folder);
  if (kind === "password" || kind === "aws") {
    writeWorld(folder, { ...world, journal: [...world.journal, { action: "delete", kind, name: urn }] });
    return;
  }
  if (kind === "object") {
    writeWorld(folder, deleteObject(id, world));
    return;
  }
  const name = String(clear(props["name"]));
  const after = deleteDocker(kind, id, name, props, world);
  writeWorld(folder, after);
  if (after.journal.at(-1)?.action === "delete-missing") throw new Error(`No such ${kind}: ${name}`);
}

async function update(_id: string, urn: string, olds: Properties, news: Properties): Promise<provider.UpdateResult> {
  const kind = kindOf(urn);
  const world = readWorld(folder);
  if (kind === "aws") {
    writeWorld(folder, { ...world, journal: [...world.journal, { action: "update", kind, name: urn }] });
    return { outs: { ...madeUp(urn), ...news } };
  }
  if (kind === "object") {
    const { changes, failed } = updateObject(news, world);
    writeWorld(folder, changes);
    if (failed !== undefined) throw failed;
    return { outs: news };
  }
  const name = String(clear(news["name"]));
  const made = ["exitCode", "containerLogs", "mountpoint", "imageId"];
  const kept = Object.fromEntries(Object.entries(olds).filter(([key]) => made.includes(key)));
  const { uploads: _, ...inputs } = clear(news) as Properties;
  const objects = world.objects.map((each) => (each.kind === kind && each.name === name ? { ...each, inputs } : each));
  writeWorld(folder, { ...world, objects, journal: [...world.journal, { action: "update", kind, name }] });
  return { outs: { ...news, ...kept } };
}

async function read(id: string, urn: string, props: Properties): Promise<provider.ReadResult> {
  const kind = kindOf(urn);
  if (kind === "password" || kind === "aws") return { id, props };
  const found = readWorld(folder).objects.some((each) => each.kind === kind && each.id === id);
  return found ? { id, props } : { id: "", props: {} };
}

async function diff(_id: string, urn: string, olds: Properties, news: Properties): Promise<provider.DiffResult> {
  const kind = kindOf(urn);
  if (kind === "aws") return diffAws(urn, olds, news);
  if (kind === "object") return diffObject(typeOf(urn), olds, news, readWorld(folder));
  return kind === "password" ? diffPassword(olds, news) : diffDocker(kind, olds, news);
}

void serveLanguage(folder).then((port) => {
  console.log(String(port));
  return provider.main({ version: "99.0.0", create, delete: remove, update, read, diff }, []);
});
