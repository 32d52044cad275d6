import { readFileSync } from "node:fs";
import type { Environment } from "../../components/core/environment";
import { evaluate } from "../../policies/evaluate";
import { EMPTY_REGISTER, type ExemptionRegister, parseExemptions } from "../../policies/exemptions";
import type { Finding } from "../../policies/graph";
import { RULES } from "../../policies/registry";
import type { ChangeSet } from "../change/model";

/** How the policies are to judge. */
export interface PolicyOptions {
  readonly environment: Environment;
  readonly now: Date;
  readonly exemptions?: ExemptionRegister;
}

/**
 * What the policies say of the program after the change and did not say of it before. Of a preview that leaves unchanged resources out, only
 * the rules that look at one resource are asked.
 */
export function newFindings(set: ChangeSet, options: PolicyOptions): Finding[] {
  const rules = set.partial ? RULES.filter(({ joins }) => !joins) : RULES;
  const run = (resources: ChangeSet["resources"], asked: typeof rules) =>
    asked.length === 0 ? [] : evaluate({ resources }, { ...options, rules: asked });
  const found = [...run(set.resources, rules), ...set.findings];
  // Of the base only what was found in the head is asked: most rules find nothing.
  const finding = new Set(found.map(({ policy }) => policy));
  const before = run(
    set.base,
    rules.filter(({ id }) => finding.has(id)),
  );
  const moved = new Map(
    set.changes.flatMap(({ urn, movedFrom }) => (movedFrom === undefined ? [] : [[movedFrom, urn]])),
  );
  const known = new Set(before.map((each) => identity({ ...each, urn: moved.get(each.urn) ?? each.urn })));
  return found.filter((each) => !known.has(identity(each)));
}

/** Reads the register of exemptions; an empty one where no file is named. */
export function exemptionsOf(file: string | undefined): ExemptionRegister {
  return file === undefined ? EMPTY_REGISTER : parseExemptions(readFileSync(file, "utf8"), RULES);
}

/** The tier of a stack by its name. What names none is judged as `prod`. */
export function environmentOf(stack: string): Environment {
  return (["dev", "staging", "prod"] as const).find((each) => each === stack) ?? "prod";
}

function identity({ policy, urn, status, message }: Finding): string {
  return `${policy}\0${urn}\0${status}\0${message}`;
}
