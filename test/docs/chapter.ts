import type * as z from "zod";
import type { TargetKind } from "../../components/targets/target";

/**
 * One argument, or several that belong together: `aws` stands for `aws.engine` and all others below it. What a target refuses is found by asking
 * it; what it accepts means the same as elsewhere, unless a sentence here says how it differs by nature.
 */
export interface Row<Args, Site> {
  /** The argument with another value than the one of {@link Chapter.base}, and whatever it needs beside it. */
  readonly give: Partial<Args> | ((site: Site) => Partial<Args>);
  readonly compose?: string;
  readonly microk8s?: string;
  readonly aws?: string;
}

/** One component, as docs/support.md tells of it. */
export interface Chapter<Args = unknown, Site = unknown> {
  readonly component: string;
  readonly schema: z.ZodType;
  /** What must be there before the component can be made. */
  readonly site: (kind: TargetKind) => Site;
  readonly base: (site: Site) => Args;
  readonly make: (name: string, args: Args) => unknown;
  readonly rows: Readonly<Record<string, Row<Args, Site>>>;
}

/** Takes the types of one chapter away, so that all of them are one list. */
export function chapter<Args, Site>(own: Chapter<Args, Site>): Chapter {
  return own as unknown as Chapter;
}
