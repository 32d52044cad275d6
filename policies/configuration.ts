import type { Environment } from "../components/core/environment";
import { ArgumentError, type Problem } from "../components/core/errors";
import { nearest } from "../components/core/suggest";
import type { Level, Rule } from "./rule";
import { fits, type Settings, shapeOf, type Values } from "./setting";

/** What a program's owner changes about one rule: its level, or values of its settings. */
export type RuleConfiguration = Readonly<Record<string, unknown>> & { readonly level?: Exclude<Level, "off"> };

/** Changes by rule id. A rule cannot be switched off here: that takes an exemption, with a reason. */
export type PolicyConfiguration = Readonly<Record<string, RuleConfiguration>>;

/** The configuration, checked. */
export interface Configured {
  readonly of: (rule: Rule, environment: Environment) => { readonly level: Level; readonly settings: Values<Settings> };
}

/** Checks a configuration against the rules and throws one error that lists all that is wrong. */
export function configured(configuration: PolicyConfiguration, rules: readonly Rule[]): Configured {
  const problems = Object.entries(configuration).flatMap(([id, given]) => problemsOf(id, given, rules));
  if (problems.length > 0) throw new ArgumentError("policy configuration", problems, "CONFIGURATION");
  return {
    of: (rule, environment) => {
      const given = configuration[rule.id] ?? {};
      const settings = Object.entries(rule.settings).map(([name, setting]) => [name, given[name] ?? setting.default]);
      return { level: given.level ?? rule.level[environment], settings: Object.fromEntries(settings) };
    },
  };
}

function problemsOf(id: string, given: RuleConfiguration, rules: readonly Rule[]): Problem[] {
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined)
    return [
      unknown(
        id,
        "policy",
        rules.map((each) => each.id),
      ),
    ];
  return Object.entries(given).flatMap(([name, value]) => {
    const path = `${id}.${name}`;
    if (name === "level") {
      return value === "mandatory" || value === "advisory"
        ? []
        : [{ path, given: "another level", allowed: "mandatory, advisory", fix: "to silence it, write an exemption" }];
    }
    const setting = rule.settings[name];
    if (setting === undefined) return [unknown(path, "setting", Object.keys(rule.settings), name)];
    const allowed = shapeOf(setting);
    return fits(setting, value) ? [] : [{ path, given: "something else", allowed, fix: `give ${allowed}` }];
  });
}

function unknown(path: string, what: string, known: readonly string[], name = path): Problem {
  const meant = nearest(name, known);
  return {
    path,
    given: `an unknown ${what}`,
    allowed: what === "policy" ? "the ids in docs/policies.md" : known.join(", ") || "no settings",
    fix: meant === undefined ? "remove it" : `did you mean \`${meant}\`?`,
  };
}
