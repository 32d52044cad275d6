import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve } from "node:path";
import { dataAtRisk } from "../approval/at-risk";
import { type Approval, readBundle, writeBundle } from "../approval/bundle";
import { changeDigests, changesDigest } from "../approval/digest";
import { Engine } from "../approval/engine";
import { gatherFacts } from "../approval/facts";
import { previewed } from "../approval/preview";
import { sign, signersIn, unverified } from "../approval/signature";
import { stateDigest } from "../approval/state";
import { processSurroundings, type Surroundings } from "../approval/surroundings";
import { judge } from "../change/judge";
import { DECISIONS, type Report } from "../change/model";
import { CommandError, EXIT } from "../exit";
import { parseAnyCalendar } from "../gate/calendar/calendar";
import { durationOf, formatOf } from "../gate/command";
import { decide } from "../gate/decide";
import { exemptionsFile, exemptionsOf } from "../gate/findings";
import { written } from "../gate/output";
import { readStack } from "../project";
import { paint, wantsColour } from "../terminal";
import { ownFolder } from "../up/command";

/** Options of `bulwark approve`. */
export interface ApproveOptions {
  /** Folder of the Pulumi project. */
  readonly cwd: string;
  readonly format: string;
  /** Name of the signer, as the file of signers has it. */
  readonly as?: string;
  /** Key to sign with. */
  readonly key?: string;
  /** Who may approve. Default: `approvers` in the project. */
  readonly signers?: string;
  readonly calendar?: string;
  /** How long the approval holds. */
  readonly expires: string;
  readonly duration?: string;
  /** URNs or names of what may lose its data. */
  readonly acceptLoss?: readonly string[];
  readonly ticket?: string;
  readonly policyPack?: string;
  readonly exemptions?: string;
  /** False: bind by the digest of a preview alone. */
  readonly plan?: boolean;
  readonly out?: string;
  readonly yes?: boolean;
  /** Bundle that gets one more signature. */
  readonly countersign?: string;
}

/** `bulwark approve STACK`, or `bulwark approve --countersign BUNDLE`. Gives the exit code. */
export async function approve(
  stack: string | undefined,
  options: ApproveOptions,
  around: Surroundings = processSurroundings(),
): Promise<number> {
  if (options.countersign !== undefined) return countersign(options.countersign, options, around);
  if (stack === undefined) throw new CommandError("Say which stack: bulwark approve <stack>.");
  const format = formatOf(options.format);
  const signer = signerOf(options);
  const root = resolve(options.cwd);
  const files = readStack(root, stack);
  const calendar = options.calendar === undefined ? undefined : contents(options.calendar, "The calendar");
  const duration = options.duration === undefined ? undefined : durationOf(options.duration, "--duration");
  const created = around.now();
  const expires = new Date(created.getTime() + durationOf(options.expires, "--expires") * 1000);

  const engine = new Engine(root, stack, around.environment);
  const exemptions = exemptionsFile(options.exemptions, root);
  const policyPack = options.policyPack === undefined ? undefined : relative(root, resolve(options.policyPack));
  const version = await engine.version();
  await engine.select();
  const facts = gatherFacts({ files, engine: version, policyPack, exemptions });
  if (facts.uncommitted !== "none")
    throw new CommandError(`Commit first what is to be approved. Not committed: ${facts.uncommitted}.`);
  const state = stateDigest(await engine.exported());
  const { set, plan } = await previewed(engine, { savePlan: options.plan !== false, policyPack });
  const report = decide(set, {
    at: created,
    exemptions: exemptionsOf(exemptions),
    ...(calendar === undefined ? {} : { calendar: parseAnyCalendar(calendar) }),
    ...(duration === undefined ? {} : { duration }),
  });
  around.write(written(report, format, paint(wantsColour(process.stdout, around.environment))));
  if (report.changes.length === 0) {
    around.write("There is nothing to approve.\n");
    return refusedBy(report, [], expires)?.exitCode ?? EXIT.ok;
  }
  const accepted = acceptedIn(report, options.acceptLoss ?? []);
  const refusal = refusedBy(report, accepted, expires);
  if (refusal !== undefined) {
    around.write(`Not approved: ${refusal.text}.\n`);
    return refusal.exitCode;
  }
  const signed = options.yes === true || (around.interactive && (await around.confirm("Approve these changes?")));
  if (!signed) {
    around.write(around.interactive ? "Not approved.\n" : "Not approved: nobody can be asked here; --yes approves.\n");
    return EXIT.failed;
  }
  const approval: Approval = {
    version: 1,
    project: set.project,
    stack,
    created: created.toISOString(),
    expires: expires.toISOString(),
    facts,
    state,
    changes: { digest: changesDigest(set), each: changeDigests(set) },
    summary: report.changes.map(({ urn, operation, risk }) => ({ urn, operation, risk })),
    verdict: report.verdict.line,
    accepted,
    backupFirst: judge(set).some(dataAtRisk),
    duration,
    calendar,
    plan,
    policyPack,
    ticket: options.ticket,
  };
  const text = JSON.stringify(approval);
  const file = options.out ?? fileFor(root, approval);
  writeBundle(file, text, [signature(text, signer, options)]);
  around.write(`Approved by ${signer.name} until ${approval.expires}: ${file}\nApply it with: bulwark apply ${file}\n`);
  return EXIT.ok;
}

function countersign(file: string, options: ApproveOptions, around: Surroundings): number {
  const { text, approval, signatures } = readBundle(file);
  const signer = signerOf(options);
  if (signatures.some((each) => each.signer === signer.name))
    throw new CommandError(`${signer.name} has signed ${file} already.`);
  for (const { urn, operation, risk } of approval.summary) around.write(`${risk}: ${operation} ${urn}\n`);
  writeBundle(file, text, [...signatures, signature(text, signer, options)]);
  around.write(`${approval.verdict}\nSigned by ${signer.name} too: ${file}\n`);
  return EXIT.ok;
}

interface Signer {
  readonly name: string;
  readonly key: string;
}

function signerOf({ as, key, signers, cwd }: ApproveOptions): Signer {
  const file = signers ?? join(cwd, "approvers");
  if (as === undefined) {
    const known = existsSync(file) ? signersIn(file) : [];
    throw new CommandError(`Say who approves: --as <name>.${known.length > 0 ? ` Signers: ${known.join(", ")}.` : ""}`);
  }
  return { name: as, key: resolve(key ?? join(homedir(), ".ssh", "id_ed25519")) };
}

/** Signs, and checks at once that the signature will be accepted. */
function signature(text: string, signer: Signer, options: ApproveOptions) {
  const made = sign(text, signer.name, signer.key);
  const problem = unverified(text, made, options.signers ?? join(options.cwd, "approvers"));
  if (problem !== undefined) throw new CommandError(`This signature would not be accepted: ${problem}.`);
  return made;
}

/** URNs of what may lose its data, checked against what would. */
function acceptedIn({ changes }: Report, given: readonly string[]): string[] {
  const losing = changes.filter(({ risk }) => risk === "data-loss");
  return given.map((each) => {
    const found = losing.filter(({ urn, name }) => urn === each || name === each);
    const [only] = found;
    if (only !== undefined && found.length === 1) return only.urn;
    const known = losing.map(({ urn }) => `\n  ${urn}`).join("");
    throw new CommandError(
      `--accept-loss ${each} names ${found.length === 0 ? "nothing that can lose data" : "several resources"}.${known}`,
    );
  });
}

/** What stands in the way of an approval. That nobody approved yet does not, nor a window that is still to open. */
function refusedBy(
  { verdict, changes, window }: Report,
  accepted: readonly string[],
  expires: Date,
): { readonly exitCode: number; readonly text: string } | undefined {
  const refuse = (decision: keyof typeof DECISIONS, text: string) => ({ exitCode: DECISIONS[decision], text });
  const never = verdict.because.find(({ decision }) => ["not-understood", "stale", "policy"].includes(decision));
  if (never !== undefined) return refuse(never.decision, never.text);
  const lost = changes.filter(({ risk, urn }) => risk === "data-loss" && !accepted.includes(urn));
  if (lost.length > 0)
    return refuse(
      "stateful",
      `data can be lost; accept it for each: ${lost.map(({ urn }) => `--accept-loss '${urn}'`).join(" ")}`,
    );
  if (window === undefined || window.open) return undefined;
  return window.next !== undefined && new Date(window.next) < expires
    ? undefined
    : refuse("outside-window", `no window opens before the approval expires: ${window.text}`);
}

function fileFor(root: string, { stack, created }: Approval): string {
  return join(ownFolder(root), "approvals", `${stack}-${created.replace(/[-:]|\.\d+/g, "")}.json`);
}

function contents(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new CommandError(`${what} ${file} cannot be read.`);
  }
}
