import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Approval, type Bundle, readBundle } from "../approval/bundle";
import { sha256 } from "../approval/digest";
import { Engine } from "../approval/engine";
import { gatherFacts } from "../approval/facts";
import { previewed } from "../approval/preview";
import { pendingIn, resourcesOf, stateDigest } from "../approval/state";
import { processSurroundings, type Surroundings } from "../approval/surroundings";
import { CommandError, EXIT } from "../exit";
import { type Calendar, parseAnyCalendar, readCalendar } from "../gate/calendar/calendar";
import { decide } from "../gate/decide";
import { exemptionsFile, exemptionsOf } from "../gate/findings";
import { readStack } from "../project";
import { type Backup, backupBy, backupNow } from "./backup";
import * as checks from "./checks";
import { healthOf, workloadsIn } from "./health";
import { note, readJournal } from "./journal";
import { rollBack } from "./rollback";

/** Options of `bulwark apply`. */
export interface ApplyOptions {
  /** Folder of the Pulumi project. */
  readonly cwd: string;
  /** Who may approve. Default: `approvers` in the project. */
  readonly signers?: string;
  /** A calendar that has to be open besides the approved one. */
  readonly calendar?: string;
  /** Ticket of an emergency: the signers are its approvers. */
  readonly emergency?: string;
  readonly exemptions?: string;
  /** Reference of a backup that was made otherwise. */
  readonly backedUp?: string;
  /** Command that makes the backup instead of `bulwark backup now`. */
  readonly backup?: string;
  /** Command that has to end with 0 after the update. */
  readonly health?: string;
  /** Seconds that workloads have to become healthy. */
  readonly healthTimeout: string;
  /** `ask`, `always` or `never`. */
  readonly rollback: string;
  /** Check everything, change nothing. */
  readonly check?: boolean;
}

/** `bulwark apply BUNDLE`. Gives the exit code. */
export async function apply(
  file: string,
  options: ApplyOptions,
  around: Surroundings = processSurroundings(),
): Promise<number> {
  if (!["ask", "always", "never"].includes(options.rollback))
    throw new CommandError(`--rollback ${options.rollback} is not known. Use ask, always or never.`);
  const bundle = readBundle(file);
  const root = resolve(options.cwd);
  const engine = new Engine(root, bundle.approval.stack, around.environment);
  const refusals = await refusalsOf(bundle, file, engine, options, around);
  if (refusals.length > 0) {
    around.write(`Refused:\n${refusals.map(({ text }) => `  ${text}\n`).join("")}Nothing was changed.\n`);
    return checks.exitCodeOf(refusals);
  }
  if (options.check === true) {
    around.write("All is as approved. Nothing was changed: --check.\n");
    return EXIT.ok;
  }
  return await carryOut(bundle, engine, options, around);
}

/** Every check, so that a refusal tells all that is wrong at once; those that run the program only when the cheap ones hold. */
async function refusalsOf(
  bundle: Bundle,
  file: string,
  engine: Engine,
  options: ApplyOptions,
  around: Surroundings,
): Promise<checks.Refusal[]> {
  const { approval, signatures } = bundle;
  const { root, stack } = engine;
  const now = around.now();
  const ok = (title: string, found: readonly checks.Refusal[]) => {
    around.write(`${found.length === 0 ? "ok      " : "refused "} ${title}\n`);
    return found;
  };
  const first = [
    ...ok("signatures", checks.signatureRefusals(bundle, options.signers ?? join(root, "approvers"))),
    ...ok("expiry", checks.expiryRefusals(approval, now)),
  ];
  // Nothing that an unsigned text says is acted upon.
  if (first.length > 0) return first;
  const files = readStack(root, stack);
  const exemptions = exemptionsFile(options.exemptions, root);
  const { policyPack } = approval;
  const facts = gatherFacts({ files, engine: await engine.version(), policyPack, exemptions, except: [file] });
  const cheap = [
    ...ok("program, configuration, packages, policies", checks.factRefusals(approval, facts)),
    ...ok("state", checks.stateRefusals(approval, stateDigest(await engine.exported()))),
  ];
  if (cheap.length > 0) return cheap;
  const { set } = await previewed(engine, { savePlan: false, policyPack });
  const approvers = signatures.map(({ signer }) => signer);
  const judged = (calendar?: Calendar) =>
    decide(set, {
      at: now,
      exemptions: exemptionsOf(exemptions),
      ...(calendar === undefined ? {} : { calendar }),
      ...(calendar === undefined || options.emergency === undefined
        ? {}
        : { emergency: { ticket: options.emergency, approvers } }),
      ...(approval.duration === undefined ? {} : { duration: approval.duration }),
    });
  const calendars = [
    ...(approval.calendar === undefined ? [] : [parseAnyCalendar(approval.calendar)]),
    ...(options.calendar === undefined ? [] : [readCalendar(options.calendar)]),
  ];
  return [
    ...ok("changes", checks.changeRefusals(approval, set)),
    ...ok("policies and data", checks.verdictRefusals(approval, judged())),
    ...ok("change window", checks.windowRefusals(calendars.map((each) => judged(each).window))),
  ];
}

async function carryOut(
  { approval, text, signatures }: Bundle,
  engine: Engine,
  options: ApplyOptions,
  around: Surroundings,
): Promise<number> {
  const { root, stack } = engine;
  const previous = readJournal(root, stack).findLast(({ result }) => result === "applied");
  let backup = options.backedUp;
  if (approval.backupFirst && backup === undefined) {
    around.write("Data is at risk: a backup first.\n");
    const make: Backup = options.backup === undefined ? backupNow : backupBy(options.backup);
    const made = await make(stack, root, around);
    if (!made.ok) {
      around.write(`Refused: there is no backup: ${made.reason}. Nothing was changed.\n`);
      return EXIT.failed;
    }
    backup = made.reference;
    around.write(`ok       backup ${backup}\n`);
  }
  const code = await updated(engine, approval, around);
  const problems = code === 0 ? await unhealthy(engine, options, around) : [`the update ended with ${code}`];
  const entry = {
    at: around.now().toISOString(),
    commit: approval.facts.commit,
    approval: sha256(text),
    signers: signatures.map(({ signer }) => signer),
    backup,
    emergency: options.emergency,
  };
  const result = code !== 0 ? "failed" : problems.length > 0 ? "unhealthy" : "applied";
  note(root, stack, { ...entry, result });
  if (problems.length === 0) {
    around.write(`Applied what ${entry.signers.join(" and ")} approved.\n`);
    return EXIT.ok;
  }
  around.write(`Not well after the update:\n${problems.map((each) => `  ${each}\n`).join("")}`);
  if (previous === undefined) {
    around.write("No earlier application is known here to go back to.\n");
    return EXIT.failed;
  }
  const by = `git worktree add ../back ${previous.commit}`;
  if (options.rollback === "never" || (options.rollback === "ask" && !around.interactive)) {
    around.write(`To go back to ${previous.commit.slice(0, 12)}: ${by}, and approve and apply there.\n`);
    return EXIT.failed;
  }
  const { policyPack } = approval;
  const goal = { root, stack, commit: previous.commit, policyPack };
  if (await rollBack(goal, around, options.rollback === "always")) {
    note(root, stack, { ...entry, at: around.now().toISOString(), commit: previous.commit, result: "rolled-back" });
    around.write(`The stack is back at ${previous.commit.slice(0, 12)}.\n`);
  }
  return EXIT.failed;
}

/** Runs the update, bound to its plan where the engine saved one. */
async function updated(engine: Engine, { plan, policyPack }: Approval, around: Surroundings): Promise<number> {
  if (plan === undefined) return await engine.update({ policyPack }, around);
  const folder = mkdtempSync(join(tmpdir(), "bulwark-apply-"));
  try {
    const file = join(folder, "plan.json");
    writeFileSync(file, plan, { mode: 0o600 });
    return await engine.update({ plan: file, policyPack }, around);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function unhealthy(engine: Engine, options: ApplyOptions, around: Surroundings): Promise<string[]> {
  const state = await engine.exported();
  const pending = pendingIn(state);
  const timeout = Number(options.healthTimeout);
  const found = await healthOf(workloadsIn(resourcesOf(state)), timeout, around.environment);
  for (const { status, title, found: how } of found) around.write(`${status.padEnd(8)} ${title}: ${how}\n`);
  const own =
    options.health === undefined
      ? undefined
      : spawnSync("sh", ["-c", options.health], { cwd: engine.root, stdio: "inherit", env: around.environment });
  return [
    ...(pending > 0 ? [`${pending} operations were left open`] : []),
    ...found.filter(({ status }) => status === "failed").map(({ title, found: how }) => `${title}: ${how}`),
    ...(own === undefined || own.status === 0 ? [] : [`${options.health} ended with ${own.status}`]),
  ];
}
