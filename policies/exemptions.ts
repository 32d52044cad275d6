import { parseDocument } from "yaml";
import * as z from "zod";
import { nearest } from "../components/core/suggest";
import type { Finding, ResourceGraph } from "./graph";
import type { Rule } from "./rule";

/** One accepted deviation: one rule on one resource, for a while, with a reason. */
export interface Exemption {
  readonly id: string;
  /** Rule id. */
  readonly policy: string;
  /** URN of the one resource. */
  readonly urn: string;
  /** Why it is right, in at least 20 characters. */
  readonly reason: string;
  readonly ticket: string;
  readonly approver: string;
  /** Who carries the risk; not the approver. */
  readonly owner?: string | undefined;
  /** First day, `2026-11-21`. */
  readonly created: string;
  /** Last day on which it holds. */
  readonly expires: string;
}

/** The register as read: what can be used, and what is wrong with the rest. */
export interface ExemptionRegister {
  readonly entries: readonly Exemption[];
  readonly problems: readonly { readonly entry: string; readonly message: string }[];
}

/** A register without entries. */
export const EMPTY_REGISTER: ExemptionRegister = { entries: [], problems: [] };

/** Id of the rule that speaks about the register itself. */
export const REGISTER_RULE = "xs-exemption-valid";

const LONGEST_DAYS = 180;
const LONGEST_CRITICAL_DAYS = 30;
const SOON_DAYS = 14;

const filled = z.string().trim().min(1, "must not be empty");
const day = z.iso.date("must be a day such as 2026-11-21");
const entry = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][\w-]*$/, "must be letters, digits and hyphens"),
  policy: filled,
  urn: z
    .string()
    .startsWith("urn:pulumi:", "must be the whole URN of one resource")
    .regex(/^[^*]+$/, "must not hold *"),
  reason: z.string().trim().min(20, "must say why, in at least 20 characters"),
  ticket: filled,
  approver: filled,
  owner: filled.optional(),
  created: day,
  expires: day,
});

/** Reads `exemptions.yaml`: `exemptions:` followed by a list. Each entry that cannot be used gives one problem and exempts nothing. */
export function parseExemptions(yaml: string, rules: readonly Rule[]): ExemptionRegister {
  const document = parseDocument(yaml, { schema: "core", prettyErrors: false });
  const broken = (message: string): ExemptionRegister => ({ entries: [], problems: [{ entry: "the file", message }] });
  if (document.errors.length > 0) return broken("is not valid YAML");
  const content: unknown = document.toJS() ?? {};
  const file = z.strictObject({ exemptions: z.array(z.unknown()).nullish() }).safeParse(content);
  if (!file.success) return broken("must hold nothing but a list named exemptions");
  const entries: Exemption[] = [];
  const problems: { entry: string; message: string }[] = [];
  for (const [index, given] of (file.data.exemptions ?? []).entries()) {
    const result = entry.safeParse(given);
    const messages = result.success
      ? across(result.data, entries, rules)
      : result.error.issues.map((issue) => `${issue.path.join(".") || "entry"}: ${inWords(issue)}`);
    if (result.success && messages.length === 0) entries.push(result.data);
    else problems.push({ entry: nameOf(given, index), message: messages.join("; ") });
  }
  return { entries, problems };
}

/** Marks what is exempt, and notes in `used` which entries did so. */
export function markExempt(
  findings: readonly Finding[],
  register: ExemptionRegister,
  now: Date,
  used: Set<Exemption> = new Set(),
): Finding[] {
  if (register.entries.length === 0) return [...findings];
  const valid = new Map(
    register.entries.filter((each) => daysLeft(each, now) >= 0).map((each) => [`${each.policy} ${each.urn}`, each]),
  );
  return findings.map((finding): Finding => {
    const exemption = valid.get(`${finding.policy} ${finding.urn}`);
    if (exemption === undefined || new Date(exemption.created) > now) return finding;
    used.add(exemption);
    const why = `exempt until ${exemption.expires} by ${exemption.approver} (${exemption.id}, ${exemption.ticket}): ${exemption.reason}`;
    return { ...finding, level: "advisory", status: "exempt", message: `${finding.message}; ${why}` };
  });
}

/** What the register itself deserves. Entries of other stacks are left alone; without `used`, nothing is said about use. */
export function registerFindings(
  register: ExemptionRegister,
  now: Date,
  rules: readonly Rule[],
  graph: ResourceGraph,
  used?: ReadonlySet<Exemption>,
): Finding[] {
  const remedy = rules.find((each) => each.id === REGISTER_RULE)?.remedy ?? "";
  const own = (urn: string, level: Finding["level"], message: string): Finding => ({
    policy: REGISTER_RULE,
    severity: level === "mandatory" ? "high" : "low",
    level,
    urn,
    status: "fail",
    message,
    remedy,
  });
  const stacks = new Set(graph.resources.map((each) => stackOf(each.urn)));
  return [
    ...register.problems.map((each) => own(`exemption:${each.entry}`, "mandatory", each.message)),
    ...register.entries
      .filter((each) => stacks.has(stackOf(each.urn)))
      .flatMap((each) => {
        const left = daysLeft(each, now);
        const about = `exemption ${each.id} from ${each.policy}`;
        if (left < 0)
          return [own(each.urn, "mandatory", `${about} ended on ${each.expires}: what it covered counts again`)];
        if (used?.has(each) === false) return [own(each.urn, "advisory", `${about} covers nothing: remove it`)];
        return left <= SOON_DAYS ? [own(each.urn, "advisory", `${about} ends in ${left} days`)] : [];
      }),
  ];
}

function across(given: Exemption, before: readonly Exemption[], rules: readonly Rule[]): string[] {
  const rule = rules.find((each) => each.id === given.policy);
  if (rule === undefined) {
    const meant = nearest(
      given.policy,
      rules.map((each) => each.id),
    );
    return [`policy: there is no such policy${meant === undefined ? "" : `; did you mean ${meant}?`}`];
  }
  const longest = rule.severity === "critical" ? LONGEST_CRITICAL_DAYS : LONGEST_DAYS;
  const length = (Date.parse(given.expires) - Date.parse(given.created)) / 86_400_000;
  return [
    ...(rule.exemptable ? [] : [`policy: ${rule.id} cannot be exempted`]),
    ...(length < 0 ? ["expires: must not be before created"] : []),
    ...(length > longest ? [`expires: at most ${longest} days after created for a ${rule.severity} policy`] : []),
    ...(given.owner === given.approver ? ["approver: must be somebody else than the owner"] : []),
    ...(before.some((each) => each.id === given.id) ? ["id: is used twice"] : []),
    ...(before.some((each) => each.policy === given.policy && each.urn === given.urn)
      ? ["urn: the same policy and resource are exempt already"]
      : []),
  ];
}

function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return `unknown ${issue.keys.join(", ")}`;
  return issue.code === "invalid_type" ? `must be a ${issue.expected}` : issue.message;
}

function nameOf(given: unknown, index: number): string {
  const id = typeof given === "object" && given !== null && "id" in given ? given.id : undefined;
  return typeof id === "string" && /^[\w-]{1,60}$/.test(id) ? id : `#${index + 1}`;
}

/** Whole days after today on which the exemption still holds; negative when it has ended. */
function daysLeft(exemption: Exemption, now: Date): number {
  const today = Date.parse(now.toISOString().slice(0, 10));
  return Math.round((Date.parse(exemption.expires) - today) / 86_400_000);
}

function stackOf(urn: string): string {
  return urn.split("::", 2).join("::");
}
