/** A node of a parsed expression. */
export interface PromqlNode {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly parent: PromqlNode | null;
  readonly firstChild: PromqlNode | null;
  readonly lastChild: PromqlNode | null;
  readonly nextSibling: PromqlNode | null;
}

/** A parsed expression. */
export interface PromqlTree {
  iterate(visitor: {
    enter(node: { readonly name: string; readonly from: number; readonly to: number; readonly node: PromqlNode }): void;
  }): void;
}

/** Parses an expression with the grammar of Prometheus itself. It never throws: what cannot be read is a node with an error. */
export function parsePromql(expr: string): PromqlTree {
  // Loaded only where an expression is checked: a program without rules of its own does not pay for it.
  const { parser } = require("@prometheus-io/lezer-promql") as { parser: { parse(text: string): PromqlTree } };
  return parser.parse(expr);
}

/** Where an expression cannot be read, as text, or nothing when it can. */
export function promqlError(expr: string): string | undefined {
  if (expr.trim() === "") return "nothing to compute";
  let found: string | undefined;
  parsePromql(expr).iterate({
    enter(node) {
      if (node.name !== "⚠" || found !== undefined) return;
      const near = expr.slice(Math.max(0, node.from - 12), node.from + 12);
      found = `cannot be read at character ${node.from + 1}, near "${near}"`;
    },
  });
  return found ?? misused(expr);
}

const OVER_A_RANGE = /^(rate|irate|increase|delta|idelta|deriv|changes|resets|predict_linear|\w+_over_time)$/;

/** A function that wants a range and was given a single moment, which the grammar allows and Prometheus does not. */
function misused(expr: string): string | undefined {
  let found: string | undefined;
  parsePromql(expr).iterate({
    enter(node) {
      if (node.name !== "FunctionCall" || found !== undefined) return;
      const [callee, body] = [node.node.firstChild, node.node.lastChild];
      if (callee === null || body === null) return;
      const name = expr.slice(callee.from, callee.to);
      if (OVER_A_RANGE.test(name) && !hasRange(body)) found = `${name}() needs a range, such as ${name}(metric[5m])`;
    },
  });
  return found;
}

function hasRange(body: PromqlNode): boolean {
  for (let argument = body.firstChild; argument !== null; argument = argument.nextSibling) {
    if (["MatrixSelector", "SubqueryExpr", "OffsetExpr", "StepInvariantExpr"].includes(argument.name)) return true;
  }
  return false;
}

/** Names of the metrics that an expression reads. */
export function metricsOf(expr: string): readonly string[] {
  const names = new Set<string>();
  parsePromql(expr).iterate({
    enter(node) {
      if (node.name !== "VectorSelector") return;
      const first = node.node.firstChild;
      if (first?.name === "Identifier") names.add(expr.slice(first.from, first.to));
    },
  });
  return [...names].sort();
}
