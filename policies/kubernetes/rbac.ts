import type { Guard, Verdict } from "../guard";
import type { Subject } from "../join";
import { kubernetes } from "../tokens";
import type { View } from "../view";
import { eachObject } from "./workloads";

/** Roles of either scope. */
export const ROLES: readonly string[] = [...kubernetes("Role"), ...kubernetes("ClusterRole")];

/** Bindings of either scope. */
export const BINDINGS: readonly string[] = [...kubernetes("RoleBinding"), ...kubernetes("ClusterRoleBinding")];

/** What one rule of a role allows. */
export interface Grant {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
  readonly groups: readonly string[];
}

/** Runs one check for each rule of a role. */
export function eachGrant(resource: Subject, guard: Guard, test: (grant: Grant, at: View) => Verdict): void {
  eachObject(resource, guard, (role) => {
    guard.each(role.at("rules"), (each) =>
      test(
        { verbs: words(each.at("verbs")), resources: words(each.at("resources")), groups: words(each.at("apiGroups")) },
        each,
      ),
    );
    return undefined;
  });
}

function words(list: View): string[] {
  return list.list().map((each) => each.text() ?? "");
}
