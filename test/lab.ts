import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** What is known of a real part: how to reach it, or why it is not there. */
export type Part = PresentPart | { readonly present: false; readonly reason: string };

/** A part that can be used. */
export interface PresentPart {
  readonly present: true;
  /** The program, if the part is one. */
  readonly bin?: string;
  /** Folder for PATH, for programs that look for others of their kind. */
  readonly path?: string;
  /** Variables that make programs find the part. */
  readonly env?: Readonly<Record<string, string>>;
  /** The image's reference, if the part is an image. */
  readonly image?: string;
  readonly version?: string;
}

const cache =
  process.env["BULWARK_LAB"] || join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "bulwark-lab");

let known: Readonly<Record<string, Part>> | undefined;

/** A real part by its name in `npm run lab`: `docker`, `compose`, `pulumi`, `psql`, `image-postgres`, … */
export function part(name: string): Part {
  known ??= read();
  return known[name] ?? { present: false, reason: `the lab has not made "${name}" (npm run lab)` };
}

/** The reference of an image that the lab has made: `image-postgres`, … Throws when it has not. */
export function imageOf(name: string): string {
  const found = part(name);
  if (!found.present || found.image === undefined) throw new Error(`the lab has no ${name}`);
  return found.image;
}

/** The environment in which programs find all of these parts, on top of this process's own. */
export function environmentOf(names: readonly string[]): NodeJS.ProcessEnv {
  const found = names.map(part).filter((each): each is PresentPart => each.present);
  const folders = found.flatMap((each) => (each.path === undefined ? [] : [each.path]));
  return {
    ...process.env,
    ...Object.assign({}, ...found.map((each) => each.env ?? {})),
    PATH: [...folders, process.env["PATH"] ?? ""].join(delimiter),
  };
}

/**
 * A suite that needs real parts. Where one is missing, a single test stands for the suite and says why: skipped, or failed when
 * `BULWARK_LAB_REQUIRED` is 1, so that nothing is skipped unnoticed where everything has to be there.
 */
export function describeWith(names: readonly string[], title: string, suite: () => void): void {
  const reasons = names.flatMap((name) => {
    const found = part(name);
    return found.present ? [] : [`${name}: ${found.reason}`];
  });
  if (reasons.length === 0) {
    describe(title, suite);
    return;
  }
  const name = `needs ${reasons.join("; ")}`;
  describe(title, () => {
    if (process.env["BULWARK_LAB_REQUIRED"] === "1") {
      test(name, () => {
        throw new Error(name);
      });
    } else {
      test.skip(name, () => undefined);
    }
  });
}

function read(): Readonly<Record<string, Part>> {
  try {
    return JSON.parse(readFileSync(join(cache, "lab.json"), "utf8")).parts;
  } catch {
    return {};
  }
}
