import { rmSync } from "node:fs";
import { describeWith } from "../lab";
import { filesBelow } from "./expectations";
import { creations, type Kind, readWorld, type World, writeWorld } from "./providers/world";
import { DEV_STACK, Session, well } from "./session";

/** Ten moments, by the number of objects that exist when engine and program are killed; the dev stack has a good sixty. */
const MOMENTS = [2, 9, 16, 23, 30, 37, 44, 51, 58, 64];

/** A resource as `pulumi stack export` shows it. */
interface Exported {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly custom?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

interface Deployment {
  readonly resources: readonly Exported[];
  readonly pending_operations?: readonly { readonly type: string; readonly resource: Exported }[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  "docker:index/container:Container": "container",
  "docker:index/network:Network": "network",
  "docker:index/volume:Volume": "volume",
  "docker:index/remoteImage:RemoteImage": "image",
  "random:index/randomPassword:RandomPassword": "password",
};

describeWith(["pulumi"], "an update that is killed on its way, in the real engine", () => {
  const session = new Session(DEV_STACK);
  const removed: string[] = [];

  beforeAll(() => session.start(), 60_000);
  afterAll(() => session.close());

  async function deployment(): Promise<Deployment> {
    const { output } = await session.pulumi("stack", "export");
    return (JSON.parse(output) as { readonly deployment: Deployment }).deployment;
  }

  /**
   * What the operator does before the next `pulumi up`:
   * 1. `find .pulumi -name '*.attrs' -size 0 -delete` where `pulumi` says "failed to load checkpoint: EOF": the file backend replaces the state
   *    at one blow, but not the small file of attributes beside it.
   * 2. `pulumi cancel`: the dead run still holds the lock.
   * 3. `pulumi stack export` lists, under `pending_operations`, what was being made. Whichever of these containers and networks exist:
   *    `docker rm -f`, `docker network rm`. They hold no data. Volumes and images are left: Docker gives an existing one back.
   * 4. `pulumi refresh --clear-pending-creates`: forgets the open ends.
   */
  async function continued(): Promise<void> {
    for (const { path, text } of filesBelow(session.state)) if (path.endsWith(".attrs") && text === "") rmSync(path);
    expect(await session.pulumi("cancel", "--yes")).toMatchObject({ ok: true });
    const pending = (await deployment()).pending_operations ?? [];
    for (const { resource } of pending) remove(KINDS[resource.type], String(resource.inputs?.["name"]));
    const refresh = await session.pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
    expect(refresh).toMatchObject({ ok: true });
  }

  /** `docker rm -f` and `docker network rm`. */
  function remove(kind: Kind | undefined, name: string): void {
    const world = readWorld(session.host);
    const found = world.objects.find((each) => each.kind === kind && each.name === name);
    if (found === undefined || (kind !== "container" && kind !== "network")) return;
    removed.push(`${kind} ${name}`);
    writeWorld(session.host, { ...world, objects: world.objects.filter((each) => each !== found) });
  }

  test.each(MOMENTS)(
    "killed when %i objects were made, one of them without the engine's knowledge",
    async (moment) => {
      const count = moment + removed.length;
      session.order({ holdAt: count });
      await session.upKilled((world) => creations(world) >= count);
      await continued();
    },
    240_000,
  );

  test("the next update ends well, with nothing duplicated, lost or made twice", async () => {
    session.order({});
    await well(session.up());
    const world = session.world();
    const state = await deployment();
    expect(inState(state)).toEqual(inWorld(world));
    expect(state.pending_operations ?? []).toEqual([]);
    const wrong = world.journal.filter((event) => !["create", "adopt"].includes(event.action));
    expect(wrong).toEqual([]);
    const made = world.journal.filter((event) => event.action === "create" && event.kind !== "password");
    const twice = made
      .map((event) => `${event.kind} ${event.name}`)
      .filter((each, index, all) => all.indexOf(each) !== index);
    expect(twice.sort()).toEqual([...removed].sort());
    await well(session.preview({}, "--expect-no-changes"));
  }, 240_000);
});

function inState(deployment: Deployment): string[] {
  return deployment.resources
    .flatMap((each) => {
      const kind = KINDS[each.type];
      return kind === undefined ? [] : [`${kind} ${kind === "password" ? each.urn : each.inputs?.["name"]} ${each.id}`];
    })
    .sort();
}

function inWorld(world: World): string[] {
  return world.objects.map((each) => `${each.kind} ${each.name} ${each.id}`).sort();
}
