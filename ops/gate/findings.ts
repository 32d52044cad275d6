import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../components/core/environment";
import { inOrder, unsorted } from "../../policies/evaluate";
import { EMPTY_REGISTER, type ExemptionRegister, parseExemptions } from "../../policies/exemptions";
import type { Finding } from "../../policies/graph";
import { RULES } from "../../policies/registry";
import type { Rule } from "../../policies/rule";
import { NOT_KNOWN } from "../../policies/view";
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
  const changed = new Set(set.changes.map(({ urn }) => urn));
  // A rule that looks at one resource says nothing new of one that stays as it is.
  const asks = (rule: Rule, urn: string) => rule.joins || changed.has(urn);
  const head = set.resources.length === 0 ? [] : unsorted(set, { ...options, rules, asks });
  const said = saidAnyway(head);
  const found = [...head, ...set.findings.filter((each) => !said(each))];
  if (found.length === 0) return [];
  const now = new Map(set.changes.flatMap(({ urn, movedFrom }) => (movedFrom === undefined ? [] : [[movedFrom, urn]])));
  const after = (urn: string) => now.get(urn) ?? urn;
  // Of the base only what was found in the head is asked.
  const by = new Map<string, Set<string>>();
  for (const { policy, urn } of found) {
    const urns = by.get(policy);
    if (urns === undefined) by.set(policy, new Set([urn]));
    else urns.add(urn);
  }
  const before = unsorted(
    { resources: set.base },
    {
      ...options,
      rules: rules.filter(({ id }) => by.has(id)),
      asks: ({ id }, urn) => by.get(id)?.has(after(urn)) === true,
    },
  );
  const known = new Set(before.map((each) => identity(each, after(each.urn))));
  const news = found.filter((each) => !known.has(identity(each, each.urn)));
  return news.map((each) => leftToTheUpdate(each, set, changed)).sort(inOrder);
}

/** What the engine's policies could not decide either: said once. */
function saidAnyway(findings: readonly Finding[]): (finding: Finding) => boolean {
  const open = new Set(
    findings.filter(({ status }) => status === "undetermined").map(({ policy, urn }) => policy + urn),
  );
  return ({ policy, urn, status }) => status === "undetermined" && open.has(policy + urn);
}

/** Name of Bulwark's own policy pack. */
const PACK = "bulwark";

/**
 * What only the update knows is asked again by it, before it touches the resource, where it runs with the policy pack as the preview did. There the
 * finding advises. It blocks where nobody would ask again: without the pack, of a rule that looks at several resources, of one that stays as it is.
 */
function leftToTheUpdate(finding: Finding, set: ChangeSet, changed: ReadonlySet<string>): Finding {
  const { policy, status, level, message, urn } = finding;
  if (status !== "undetermined" || level !== "mandatory" || !message.endsWith(NOT_KNOWN)) return finding;
  const alone = RULES.some((rule) => rule.id === policy && !rule.joins);
  if (!alone || !changed.has(urn)) return finding;
  if (set.packs.includes(PACK)) return { ...finding, level: "advisory" };
  return {
    ...finding,
    remedy: `Preview and update with --policy-pack, which asks again before anything is touched. ${finding.remedy}`,
  };
}

/** Reads the register of exemptions; an empty one where no file is named. */
export function exemptionsOf(file: string | undefined): ExemptionRegister {
  return file === undefined ? EMPTY_REGISTER : parseExemptions(readFileSync(file, "utf8"), RULES);
}

/** The register that is named, else the one that a project keeps, if it does. */
export function exemptionsFile(named: string | undefined, project: string): string | undefined {
  if (named !== undefined) return named;
  const own = join(project, "policies", "exemptions.yaml");
  return existsSync(own) ? own : undefined;
}

/** The tier of a stack by its name. What names none is judged as `prod`. */
export function environmentOf(stack: string): Environment {
  return (["dev", "staging", "prod"] as const).find((each) => each === stack) ?? "prod";
}

function identity({ policy, status, message }: Finding, urn: string): string {
  return `${policy}\0${urn}\0${status}\0${message}`;
}
