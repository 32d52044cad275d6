import { ArgumentError, type Problem } from "../../components/core/errors";
import { TARGET_KINDS, type TargetKind } from "../../components/targets/target";
import { stopped } from "../mocks/program";
import type { Chapter, Row } from "./chapter";

/** What became of one argument on one target. */
export type Cell =
  | {
      readonly kind: "accepted";
      /** How it differs by nature. */
      readonly sentence: string | undefined;
    }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** One argument on all targets. */
export interface Line {
  readonly row: string;
  readonly cells: Readonly<Record<TargetKind, Cell>>;
}

/** A chapter that was tried out. */
export interface Tried {
  readonly chapter: Chapter;
  /** Targets that refuse the component whatever is asked of it. */
  readonly refused: Readonly<Partial<Record<TargetKind, readonly Problem[]>>>;
  readonly lines: readonly Line[];
}

type Arguments = Readonly<Record<string, unknown>>;

type Answer = readonly Problem[];

/** Asks every target for the component, once without and once with each argument. Nothing is registered. */
export async function tried(chapter: Chapter): Promise<Tried> {
  const answers = {} as Record<TargetKind, ReadonlyMap<string, Answer>>;
  for (const kind of TARGET_KINDS) answers[kind] = await asked(chapter, kind);
  const of = (kind: TargetKind, row: string): Answer => {
    const answer = answers[kind].get(row);
    if (answer === undefined) throw new Error(`nobody asked ${kind} for ${row}`);
    return answer;
  };
  const lines = Object.entries(chapter.rows).map(([name, row]): Line => {
    const cells = TARGET_KINDS.map((kind) => [kind, cellOf(name, row, kind, of(kind, BASE), of(kind, name))] as const);
    return {
      row: name,
      cells: Object.fromEntries(cells) as Line["cells"],
    };
  });
  const refused = TARGET_KINDS.flatMap((kind) => {
    const problems = of(kind, BASE);
    return problems.length === 0 ? [] : [[kind, problems] as const];
  });
  return { chapter, lines, refused: Object.fromEntries(refused) };
}

/** Stands for the component without further arguments. */
const BASE = "";

function cellOf(name: string, row: Row<unknown, unknown>, kind: TargetKind, base: Answer, given: Answer): Cell {
  if (base.length > 0) return { kind: "refused", problems: base };
  if (given.length === 0) return { kind: "accepted", sentence: row[kind] };
  const other = given.find((each) => root(each.path) !== root(name));
  if (other !== undefined) throw new Error(`the sample of ${name} on ${kind} is wrong: ${other.path}: ${other.fix}`);
  return { kind: "refused", problems: given };
}

function root(path: string): string {
  return /^\w*/.exec(path)?.[0] ?? "";
}

/** One program asks for everything, and is stopped before it begins. */
async function asked(chapter: Chapter, kind: TargetKind): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  await stopped(() => {
    const site = chapter.site(kind);
    for (const [row, give] of [
      [BASE, {}] as const,
      ...Object.entries(chapter.rows).map(([row, each]) => [row, each.give] as const),
    ]) {
      const args = argumentsOf(chapter, site, give);
      try {
        chapter.make(`sample-${answers.size}`, args);
        answers.set(row, []);
      } catch (error) {
        if (!(error instanceof ArgumentError)) throw error;
        answers.set(row, error.problems);
      }
    }
  });
  return answers;
}

function argumentsOf(chapter: Chapter, site: unknown, give: Row<unknown, unknown>["give"]): Arguments {
  return { ...(chapter.base(site) as object), ...(typeof give === "function" ? give(site) : (give as object)) };
}
