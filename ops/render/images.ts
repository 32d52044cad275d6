import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { GraphResource } from "../../policies/graph";
import type { RenderedFile } from "./files";
import type { Rendering } from "./rendering";
import type { Fields } from "./service";

interface BuildProps {
  readonly context: string;
  readonly dockerfile?: string;
  readonly target?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
}

/** The images that the host builds. */
export interface Builds {
  /** Image reference to the folder in the project, as `images/tools`. */
  readonly folders: ReadonlyMap<string, string>;
  /** Image reference to the folder on this machine. */
  readonly contexts: ReadonlyMap<string, string>;
  /** What a service of this image says of its build. The first service of an image builds it for all. */
  fieldsOf(image: string, service: string): Fields;
}

/** Finds the images of a graph that are built. */
export function buildsOf(resources: readonly GraphResource[]): Builds {
  const images = new Map<string, BuildProps>();
  for (const resource of resources) {
    const build = resource.props["build"] as BuildProps | undefined;
    if (resource.type === "docker:index/remoteImage:RemoteImage" && build !== undefined)
      images.set(String(resource.props["name"]), build);
  }
  const folders = new Map([...images].map(([image, build]) => [image, `images/${basename(build.context)}`]));
  const builders = new Map<string, string>();
  return {
    folders,
    contexts: new Map([...images].map(([image, build]) => [image, build.context])),
    fieldsOf(image, service) {
      const build = images.get(image);
      if (build === undefined) return {};
      if (!builders.has(image)) builders.set(image, service);
      // `never`: the image is in no registry. Only one service builds it, or every one of them would, at the same time.
      if (builders.get(image) !== service) return { pull_policy: "never" };
      return {
        pull_policy: "never",
        build: {
          context: `./${folders.get(image)}`,
          ...(build.dockerfile === undefined ? {} : { dockerfile: build.dockerfile }),
          ...(build.target === undefined ? {} : { target: build.target }),
          ...(build.buildArgs === undefined ? {} : { args: build.buildArgs }),
        },
      };
    },
  };
}

/** The files of build contexts. */
export function contextFiles(contexts: Rendering["contexts"]): RenderedFile[] {
  return contexts.flatMap(({ folder, context }) =>
    readdirSync(context, { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(context, path)).isFile())
      .sort()
      .map((path) => ({
        path: `${folder}/${path}`,
        content: readFileSync(join(context, path)),
        secret: false,
        executable: (statSync(join(context, path)).mode & 0o100) !== 0,
      })),
  );
}
