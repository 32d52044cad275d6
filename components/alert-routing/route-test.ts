import { isOpen } from "../core/change-window";
import type { RoutingSpec } from "./spec";
import { type Matcher, type RouteNode, routeNodes } from "./tree";

/** Who is told of an alert that fires now. */
export interface RouteResult {
  /** Told at once. */
  readonly receivers: readonly string[];
  /** Told later, unless the alert has ended or was silenced by then. */
  readonly later: readonly { readonly after: number; readonly receivers: readonly string[] }[];
  /** Told only after a window, and the window that holds it back. */
  readonly held: readonly { readonly receivers: readonly string[]; readonly window: string }[];
  /** What is wrong with the alert's labels; such alerts go to the default receiver. */
  readonly flags: readonly string[];
}

/**
 * What Alertmanager does with an alert at a moment, windows included. amtool knows no time; for the rest the tests compare the two.
 */
export function routeTest(spec: RoutingSpec, labels: Readonly<Record<string, string>>, at: Date): RouteResult {
  const nodes = matching(routeNodes(spec), labels);
  if (nodes.length === 0) {
    return {
      receivers: [spec.default],
      later: [],
      held: [],
      flags: [`no row for severity "${labels["severity"] ?? ""}"`],
    };
  }
  const held = nodes.flatMap((node) => {
    const window = heldBy(node, at);
    return window === undefined ? [] : [{ receivers: node.receivers, window }];
  });
  const sent = nodes.filter((node) => heldBy(node, at) === undefined);
  const now = sent.filter((node) => (node.wait ?? 0) === 0);
  return {
    receivers: [...new Set(now.flatMap((node) => node.receivers))],
    later: sent
      .filter((node) => (node.wait ?? 0) > 0)
      .map((node) => ({ after: node.wait ?? 0, receivers: node.receivers })),
    held,
    flags: nodes.flatMap((node) => (node.flag === undefined ? [] : [`${node.flag} "${labels["team"] ?? ""}"`])),
  };
}

function matching(nodes: readonly RouteNode[], labels: Readonly<Record<string, string>>): readonly RouteNode[] {
  const found: RouteNode[] = [];
  for (const node of nodes) {
    if (!node.matchers.every((matcher) => matches(matcher, labels[matcher.label] ?? ""))) continue;
    found.push(node);
    if (!node.goesOn) break;
  }
  return found;
}

function matches(matcher: Matcher, value: string): boolean {
  if (matcher.operator === "=") return value === matcher.value;
  const whole = new RegExp(`^(?:${matcher.value})$`).test(value);
  return matcher.operator === "=~" ? whole : !whole;
}

function heldBy(node: RouteNode, at: Date): string | undefined {
  const muted = (node.muted ?? []).find((window) => isOpen(window, at));
  if (muted !== undefined) return muted.name;
  return node.active !== undefined && !isOpen(node.active, at) ? `outside ${node.active.name}` : undefined;
}
