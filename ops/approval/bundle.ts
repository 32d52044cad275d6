import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import { OPERATIONS, RISKS } from "../change/model";
import { NotUnderstood } from "../change/not-understood";
import { FACTS, type Facts } from "./facts";
import type { Signature } from "./signature";

const FORMAT = "bulwark-approval";
const moment = z.iso.datetime();
const digest = z.string().min(1);
const digests = z.record(z.string(), digest);

/** What was approved. */
export interface Approval {
  readonly version: 1;
  readonly project: string;
  readonly stack: string;
  readonly created: string;
  /** Moment from which on it no longer holds. */
  readonly expires: string;
  readonly facts: Facts;
  readonly state: { readonly digest: string; readonly resources: Readonly<Record<string, string>> };
  /** All changes, normalised, and each of them by URN. */
  readonly changes: { readonly digest: string; readonly each: Readonly<Record<string, string>> };
  /** What is changed, for whoever reads the bundle. */
  readonly summary: readonly {
    readonly urn: string;
    readonly operation: (typeof OPERATIONS)[number];
    readonly risk: (typeof RISKS)[number];
  }[];
  /** Verdict line that the approver saw. */
  readonly verdict: string;
  /** URNs of which the approver accepts that data is lost. */
  readonly accepted: readonly string[];
  /** Whether a backup has to be made first. */
  readonly backupFirst: boolean;
  /** Expected duration in seconds, where the approver stated one. */
  readonly duration?: number | undefined;
  /** The change calendar as the approver saw it. */
  readonly calendar?: string | undefined;
  /** The engine's update plan, as it saved it: secrets in it are encrypted. */
  readonly plan?: string | undefined;
  /** Folder of a further policy pack for the engine, relative to the project. */
  readonly policyPack?: string | undefined;
  /** Why, for the record. */
  readonly ticket?: string | undefined;
}

/** An approval with its signatures. They are made over the text as it stands, so no reader has to write it again. */
export interface Bundle {
  readonly text: string;
  readonly approval: Approval;
  readonly signatures: readonly Signature[];
}

const approval = z.strictObject({
  version: z.literal(1),
  project: z.string(),
  stack: z.string(),
  created: moment,
  expires: moment,
  facts: z.strictObject(
    Object.fromEntries(Object.keys(FACTS).map((name) => [name, z.string()])) as Record<keyof Facts, z.ZodString>,
  ),
  state: z.strictObject({ digest, resources: digests }),
  changes: z.strictObject({ digest, each: digests }),
  summary: z.array(z.strictObject({ urn: z.string(), operation: z.enum(OPERATIONS), risk: z.enum(RISKS) })),
  verdict: z.string(),
  accepted: z.array(z.string()),
  backupFirst: z.boolean(),
  duration: z.number().optional(),
  calendar: z.string().optional(),
  plan: z.string().optional(),
  policyPack: z.string().optional(),
  ticket: z.string().optional(),
});
const envelope = z.strictObject({
  format: z.literal(FORMAT),
  approval: z.string(),
  signatures: z.array(z.strictObject({ signer: z.string(), signature: z.string() })).min(1),
});

/** Writes a bundle for its owner alone: the plan in it tells of the whole program. */
export function writeBundle(file: string, text: string, signatures: readonly Signature[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ format: FORMAT, approval: text, signatures }, null, 2)}\n`, { mode: 0o600 });
}

/** Reads a bundle. Throws {@link NotUnderstood} for whatever is not surely one; its signatures are still to be verified. */
export function readBundle(file: string): Bundle {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch {
    throw new NotUnderstood(`the bundle ${file} cannot be read`);
  }
  const outer = envelope.safeParse(parsed(content, file));
  if (!outer.success) throw new NotUnderstood(`${file} is no bundle of bulwark approve`);
  const inner = approval.safeParse(parsed(outer.data.approval, file));
  if (!inner.success) {
    const [issue] = inner.error.issues;
    throw new NotUnderstood(`the approval in ${file} is not understood: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  return { text: outer.data.approval, approval: inner.data, signatures: outer.data.signatures };
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotUnderstood(`${file} is not JSON, or it is cut off`);
  }
}
