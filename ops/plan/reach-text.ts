import { columns, type Paint } from "../terminal";
import type { Reach, Way } from "./reach";

/** The matrix for a reader: one line for each that reaches somebody. */
export function reachText(reach: Reach, paint: Paint): string[] {
  const pods = reach.pods.length;
  if (pods === 0) return [];
  const byTarget = new Map<string, Set<string>>();
  for (const { from, to, port } of reach.ways) {
    const key = `${to}:${port}`;
    byTarget.set(key, (byTarget.get(key) ?? new Set()).add(from));
  }
  const shared = new Set([...byTarget].filter(([, from]) => pods > 1 && from.size === pods).map(([key]) => key));
  const rows = new Map<string, string[]>();
  const add = (from: string, to: string): void => void rows.set(from, [...(rows.get(from) ?? []), to]);
  for (const key of shared) add("every pod", key);
  for (const way of reach.ways) if (!shared.has(`${way.to}:${way.port}`)) add(way.from, shown(way));
  const lines = columns([...rows].map(([from, to]) => [from, `→ ${to.join(", ")}`]));
  return [
    "",
    `${paint.bold("who reaches whom")}  ${paint.dim("nothing else gets through")}`,
    ...lines.map((line) => `  ${line}`),
    ...reach.halves.map(
      ({ from, to, port }) => `${paint.yellow("warning")}  ${from} → ${to}:${port} is open on one side only`,
    ),
  ];
}

function shown({ to, port }: Way): string {
  return port === "any port" ? to : `${to}:${port}`;
}
