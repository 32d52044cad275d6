import { ABSENCE_RULES, AVAILABILITY_RULES } from "../core/availability";
import type { RuleTable } from "../core/monitorable";
import type { Problems } from "../core/problems";
import { duration } from "../core/schema";
import { nearest } from "../core/suggest";
import { SELF_RULES } from "./alerts";
import type { MonitoringStackArgs } from "./args";
import { CONTAINER_RULES } from "./container-alerts";
import { HOST_RULES } from "./host-alerts";
import { KUBERNETES_RULES } from "./kubernetes-alerts";

const TABLES: Readonly<Record<keyof NonNullable<MonitoringStackArgs["tuning"]>, RuleTable>> = {
  availability: { ...AVAILABILITY_RULES, ...ABSENCE_RULES },
  containers: CONTAINER_RULES,
  host: HOST_RULES,
  kubernetes: KUBERNETES_RULES,
  self: SELF_RULES,
};
const COMMON = ["enabled", "for", "severity", "team"];

/** A tuning comes from a stack's configuration too, where no compiler sees that an alert or a threshold does not exist. */
export function checkTuning(problems: Problems, args: MonitoringStackArgs): void {
  problems.across(["tuning"], (add) => {
    for (const [area, table] of Object.entries(TABLES)) {
      const given = (args.tuning as Readonly<Record<string, object>> | undefined)?.[area] ?? {};
      for (const [alert, change] of Object.entries(given)) {
        const path = `tuning.${area}.${alert}`;
        const rule = table[alert];
        if (rule === undefined) {
          const known = Object.keys(table);
          const meant = nearest(alert, known);
          const fix = meant === undefined ? "use one of these" : `use ${meant}`;
          add({ path, given: "an alert that does not exist", allowed: known.join(", "), fix });
          continue;
        }
        for (const [name, value] of Object.entries(change as object)) {
          const parameters = Object.keys(rule.parameters);
          if (
            name === "for" ? !duration.safeParse(value).success : parameters.includes(name) && typeof value !== "number"
          ) {
            const allowed = name === "for" ? 'a duration such as "5 minutes"' : "a number";
            add({ path: `${path}.${name}`, given: JSON.stringify(value), allowed, fix: `give ${allowed}` });
          } else if (![...COMMON, ...parameters].includes(name)) {
            const allowed = [...parameters, ...COMMON];
            add({
              path: `${path}.${name}`,
              given: "a setting that the alert does not have",
              allowed: allowed.join(", "),
              fix: `use ${nearest(name, allowed) ?? "one of these"}`,
            });
          }
        }
      }
    }
  });
}
