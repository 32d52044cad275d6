import type { AlertRule } from "../../components/core/monitorable";
import { seconds } from "../../components/core/units";
import { parsePromql } from "../../components/monitoring-stack/promql";

/** A rule that was damaged on purpose. */
export interface Mutant {
  /** What was done to it, as part of a metric-safe name. */
  readonly damage: string;
  readonly expr: string;
  /** Seconds. */
  readonly wait: number;
}

const FLIPPED: Readonly<Record<string, string>> = {
  EqlC: "!=",
  Neq: "==",
  Gtr: "<",
  Gte: "<",
  Lss: ">",
  Lte: ">",
};

interface Comparison {
  readonly operator: { readonly name: string; readonly from: number; readonly to: number };
  readonly right: { readonly from: number; readonly to: number };
}

/**
 * Every way in which one typing mistake could spoil a rule: each comparison turned round, each right side times ten (0 becomes 10), and `for`
 * left out. Rules without a comparison lose their `absent` or `unless` instead.
 */
export function mutantsOf(rule: AlertRule): readonly Mutant[] {
  const wait = seconds(rule.for);
  const found = comparisons(rule.expr).flatMap(({ operator, right }, index): Mutant[] => {
    const limit = rule.expr.slice(right.from, right.to);
    return [
      {
        damage: `flip${index}`,
        expr: replaced(rule.expr, operator, FLIPPED[operator.name] ?? ""),
        wait,
      },
      { damage: `ten${index}`, expr: replaced(rule.expr, right, limit === "0" ? "10" : `(10 * ${limit})`), wait },
    ];
  });
  const structural = [
    [/\babsent\(/, "count("],
    [/\bunless\b/, "and"],
    [/^vector\(1\)$/, "vector(1) > 1"],
  ] as const;
  const others = structural.flatMap(([pattern, by], index): Mutant[] =>
    pattern.test(rule.expr) ? [{ damage: `shape${index}`, expr: rule.expr.replace(pattern, by), wait }] : [],
  );
  return [...found, ...others, ...(wait > 0 ? [{ damage: "hasty", expr: rule.expr, wait: 0 }] : [])];
}

function replaced(text: string, part: { readonly from: number; readonly to: number }, by: string): string {
  return `${text.slice(0, part.from)}${by}${text.slice(part.to)}`;
}

function comparisons(expr: string): readonly Comparison[] {
  const found: Comparison[] = [];
  parsePromql(expr).iterate({
    enter(node) {
      if (node.name !== "BinaryExpr") return;
      for (let child = node.node.firstChild; child !== null; child = child.nextSibling) {
        const right = node.node.lastChild;
        if (child.name in FLIPPED && right !== null) found.push({ operator: child, right });
      }
    },
  });
  return found;
}
