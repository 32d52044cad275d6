import type { Problem } from "../../components/core/errors";
import { TARGET_KINDS, type TargetKind } from "../../components/targets/target";
import { table } from "../../policies/documentation";
import type { Cell, Line, Tried } from "./cells";
import { owns, strip } from "./rows";
import { argumentPaths } from "./schema-paths";

/** One value, or several together, that a target refuses although it takes the arguments. */
export interface RefusedValue {
  readonly target: TargetKind;
  readonly what: string;
  readonly problems: readonly Problem[];
}

/** The text of docs/support.md, made of what the components did when they were asked. */
export function page(chapters: readonly Tried[], values: readonly RefusedValue[]): string {
  return [
    "# What each target supports",
    "",
    "Made by asking: every argument of every component is given to all three targets. `npm run docs` writes this page, and a test fails when it is old.",
    "",
    "- **same**: it means the same as on the other targets.",
    "- **differs**: it is taken, and means something else by nature, as the last column says.",
    "- **refused**: giving it is an error that says so before anything is made; the last column has what the error advises.",
    "",
    ...chapters.flatMap(section),
    "## Values and combinations",
    "",
    "Refused where the arguments themselves are taken.",
    "",
    ...table([
      ["target", "what", "instead"],
      ...values.map(({ target, what, problems }) => [target, what, cell(instead(problems))]),
    ]),
    "",
  ].join("\n");
}

function section({ chapter, lines, refused }: Tried): string[] {
  const never = TARGET_KINDS.flatMap((kind) => {
    const problems = refused[kind];
    return problems === undefined ? [] : [`Not on ${kind}: ${instead(problems)}.`, ""];
  });
  const paths = argumentPaths(chapter.schema);
  return [
    `## ${chapter.component}`,
    "",
    ...never,
    ...table([
      ["argument", ...TARGET_KINDS, ""],
      ...lines.map((line) => [
        named(line.row, lines, paths),
        ...TARGET_KINDS.map((kind) => (refused[kind] === undefined ? verdict(line.cells[kind]) : "refused")),
        cell(inWords(line, refused)),
      ]),
    ]),
    "",
  ];
}

/** The argument, with the parts that it stands for. */
function named(row: string, lines: readonly Line[], paths: readonly string[]): string {
  const parts = paths.filter(
    (path) =>
      path !== row &&
      owns(
        row,
        path,
        lines.map((each) => each.row),
      ),
  );
  const shown = `\`${strip(row)}\``;
  const kind = /<([\w-]+)>$/.exec(row)?.[1];
  const suffix = kind === undefined ? "" : ` "${kind}"`;
  const below = parts
    .map((path) => path.slice(row.length).replace(/^[.*[\]]+/, ""))
    .filter((each) => each !== "kind" && each !== "mode");
  return parts.length === 0 ? shown : `${shown}${suffix}: ${below.join(", ")}`;
}

function verdict(each: Cell): string {
  if (each.kind === "refused") return "refused";
  return each.sentence === undefined ? "same" : "differs";
}

/** Each sentence once, after the targets that it is true of. */
function inWords({ cells }: Line, refused: Tried["refused"]): string {
  const said = new Map<string, TargetKind[]>();
  for (const kind of TARGET_KINDS) {
    const each = cells[kind];
    const sentence =
      each.kind === "refused" ? (refused[kind] === undefined ? instead(each.problems) : undefined) : each.sentence;
    if (sentence !== undefined) said.set(sentence, [...(said.get(sentence) ?? []), kind]);
  }
  return [...said].map(([sentence, kinds]) => `${kinds.join(", ")}: ${sentence}`).join("; ");
}

function instead(problems: readonly Problem[]): string {
  return [...new Set(problems.map((each) => each.fix))].join("; ");
}

/** Text that a cell of a table can hold. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
