import { describeWith } from "../lab";
import { type Deployment, deployment, recover } from "./interrupted";
import { creations, type Kind, readWorld, type World, writeWorld } from "./providers/world";
import { DEV_STACK, Session, well } from "./session";

/** Ten moments, by the number of objects that exist when engine and program are killed; the dev stack has a good sixty. */
const MOMENTS = [2, 9, 16, 23, 30, 37, 44, 51, 58, 64];

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

  /**
   * Whichever of the containers and networks that were being made exist: `docker rm -f`, `docker network rm`. They hold no data. Volumes and
   * images are left: Docker gives an existing one back.
   */
  async function continued(): Promise<void> {
    await recover(session, (resource) => remove(KINDS[resource.type], String(resource.inputs?.["name"])));
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
    const state = await deployment(session);
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

function inState({ resources }: Deployment): string[] {
  return resources
    .flatMap((each) => {
      const kind = KINDS[each.type];
      return kind === undefined ? [] : [`${kind} ${kind === "password" ? each.urn : each.inputs?.["name"]} ${each.id}`];
    })
    .sort();
}

function inWorld(world: World): string[] {
  return world.objects.map((each) => `${each.kind} ${each.name} ${each.id}`).sort();
}
