import type { Problems } from "./problems";
import { componentName } from "./schema";

/** Checks the name of a component; it becomes a host name on every target. */
export function checkName(problems: Problems, name: string, example: string, longest = 63): void {
  if (componentName.safeParse(name).success && name.length <= longest) return;
  problems.add({
    path: "name",
    given: `"${name}"`,
    allowed: `lower-case letters, digits and single hyphens, at most ${longest}`,
    fix: `use a name such as "${example}"`,
  });
}

/** Checks that no more CPU is reserved than may be used. */
export function checkReservedCpus(
  problems: Problems,
  args: { readonly cpus: number; readonly reservedCpus?: number },
): void {
  problems.across(["cpus", "reservedCpus"], (add) => {
    if (args.reservedCpus !== undefined && args.reservedCpus > args.cpus) {
      add({
        path: "reservedCpus",
        given: String(args.reservedCpus),
        allowed: `at most cpus, ${args.cpus}`,
        fix: "lower it or raise cpus",
      });
    }
  });
}
