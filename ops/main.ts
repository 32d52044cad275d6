#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { EXIT, ending } from "./exit";

/** The `bulwark` command. Each subcommand is loaded when it is called, so that `--help` costs nothing. */
export function program(finish: (exitCode: number) => void): Command {
  const bulwark = new Command("bulwark")
    .description("Plan, render, check and bring up Bulwark stacks.")
    .version(version(), "--version")
    .exitOverride()
    .showHelpAfterError("(--help says how to use it)");

  bulwark
    .command("plan")
    .description("show every resource of a stack; needs no account, no CLI, no network and changes nothing")
    .argument("<stack>", "name of the stack: Pulumi.<stack>.yaml")
    .option("--json", "print the plan as JSON: sorted, without secrets, the same every time")
    .option("--out <file>", "write the JSON to a file as well")
    .option("--cwd <dir>", "folder of the Pulumi project", ".")
    .addHelpText("after", "\nExit codes: 0, 2 bad configuration, 22 a mandatory policy is violated")
    .action(async (stack, options) => finish(await (await import("./plan/command.js")).plan(stack, options)));

  bulwark
    .command("render")
    .description(
      "write a stack as files that run without Pulumi: a compose project, or Kubernetes manifests with a kustomization",
    )
    .argument("<stack>", "name of the stack: Pulumi.<stack>.yaml")
    .requiredOption("--out <dir>", "folder to write to")
    .option("--secrets <generate|file>", "write the secrets too: made up and kept in the folder, or from a JSON file")
    .option("--cwd <dir>", "folder of the Pulumi project", ".")
    .addHelpText("after", "\nExit codes: 0, 2 bad configuration or a stack on AWS")
    .action(async (stack, options) => finish(await (await import("./render/command.js")).render(stack, options)));

  bulwark
    .command("doctor")
    .description("check tools, Docker and the host, or a cluster, and say what to do")
    .argument("[stack]", "also check what this stack asks of the host")
    .option("--json", "print the results as JSON")
    .option("--cwd <dir>", "folder of the Pulumi project", ".")
    .addHelpText("after", "\nExit codes: 0 all is well, 1 something is not")
    .action(async (stack, options) => finish(await (await import("./doctor/command.js")).doctor(stack, options)));

  bulwark
    .command("check")
    .description("judge plans, `pulumi stack export` or `pulumi preview --json` files by the policy pack")
    .argument("<files...>", "files to judge")
    .option("--format <format>", "text, json, markdown or sarif", "text")
    .option("--environment <tier>", "dev, staging or prod; otherwise what the stack's components say")
    .option("--base <file>", "show only what this file, from before the change, does not have")
    .option("--cwd <dir>", "folder of the Pulumi project, for policies/exemptions.yaml", ".")
    .addHelpText("after", "\nExit codes: 0, 22 a mandatory policy is violated, 25 a file is not understood")
    .action(async (files, options) => finish((await import("./check/command.js")).check(files, options)));

  bulwark
    .command("diff")
    .description("compare two plans, or two git refs, by what the change puts at risk")
    .argument("<base>", "plan file of `bulwark plan --json`, or git ref")
    .argument("<head>", "plan file, or git ref")
    .option("--stack <name>", "stack to plan, when refs are compared")
    .option("--policies", "end with 22 when a mandatory policy is newly violated")
    .option("--format <format>", "text, markdown, json, sarif or junit", "text")
    .option("--exemptions <file>", "register of exemptions from policies")
    .option("--cwd <dir>", "folder of the Pulumi project", ".")
    .addHelpText(
      "after",
      "\nExit codes: 0 the same, 20 needs approval, 21 data can be lost, 22 with --policies, 25 not understood",
    )
    .action(async (base, head, options) => finish(await (await import("./diff/command.js")).diff(base, head, options)));

  bulwark
    .command("gate")
    .description("decide whether the changes of `pulumi preview --json` may be made")
    .argument("<preview>", "its output, as one document or streamed; - reads standard input")
    .option("--calendar <file>", "change windows and freezes, as YAML or iCalendar")
    .option("--at <time>", "moment of the change, with its offset; now when left out")
    .option("--duration <duration>", 'how long it takes: "30 minutes"; estimated when left out')
    .option("--max-age <duration>", "age from which on the preview is stale")
    .option("--emergency <ticket>", "let it through outside of windows; takes two approvers")
    .option("--approved-by <name...>", "who approves the emergency")
    .option("--format <format>", "text, markdown, json, sarif or junit", "text")
    .option("--exemptions <file>", "register of exemptions from policies")
    .addHelpText(
      "after",
      "\nExit codes: 0 allow, 20 needs approval, 21 data can be lost, 22 policy, 23 outside of a window, 24 stale, 25 not understood",
    )
    .action(async (preview, options) => finish(await (await import("./gate/command.js")).gate(preview, options)));

  bulwark
    .command("approve")
    .description("approve exactly the changes of a fresh preview, for `bulwark apply`; signed with an SSH key")
    .argument("[stack]", "name of the stack: Pulumi.<stack>.yaml")
    .requiredOption("--as <name>", "who approves, as the file of signers calls them")
    .option("--key <file>", "SSH key to sign with; ~/.ssh/id_ed25519 when left out")
    .option("--signers <file>", "who may approve, in OpenSSH's format; approvers in the project when left out")
    .option("--calendar <file>", "change windows and freezes that apply has to keep")
    .option("--expires <duration>", "how long the approval holds", "24 hours")
    .option("--duration <duration>", 'how long the change takes: "30 minutes"; estimated when left out')
    .option("--accept-loss <urn...>", "what may lose its data, one by one")
    .option("--ticket <ticket>", "why, for the record")
    .option("--policy-pack <dir>", "a further policy pack for the engine")
    .option("--exemptions <file>", "register of exemptions; policies/exemptions.yaml when left out")
    .option("--no-plan", "bind by a digest of the preview alone, where the engine's update plans misfire")
    .option("--out <file>", "where to write the bundle; below .bulwark/approvals when left out")
    .option("--yes", "approve without a question")
    .option("--countersign <bundle>", "sign a bundle that somebody else approved")
    .option("--format <format>", "text, markdown, json, sarif or junit", "text")
    .option("--cwd <dir>", "folder of the Pulumi project", ".")
    .addHelpText(
      "after",
      "\nExit codes: 0, 1 not approved, 2 bad input, 21 a loss of data is not accepted, 22 policy, 23 no window in time, 25 not understood",
    )
    .action(async (stack, options) => finish(await (await import("./approve/command.js")).approve(stack, options)));

  bulwark
    .command("apply")
    .description("make exactly the changes that were approved, and nothing when anything differs")
    .argument("<bundle>", "file of `bulwark approve`")
    .option("--signers <file>", "who may approve, in OpenSSH's format; approvers in the project when left out")
    .option("--calendar <file>", "windows and freezes to keep besides those that were approved")
    .option("--emergency <ticket>", "outside of windows; takes signatures of two of the calendar's approvers")
    .option("--exemptions <file>", "register of exemptions; policies/exemptions.yaml when left out")
    .option("--backup <command>", "makes the backup instead of `bulwark backup now`, when data is at risk")
    .option("--backed-up <reference>", "a backup was made already: this one")
    .option("--health <command>", "has to end with 0 after the update, besides the workloads being healthy")
    .option("--health-timeout <seconds>", "time for workloads to become healthy", "300")
    .option("--rollback <when>", "to the program that was applied before, after a failure: ask, always or never", "ask")
    .option("--check", "check everything, change nothing")
    .option("--cwd <dir>", "folder of the Pulumi project", ".")
    .addHelpText(
      "after",
      "\nExit codes: 0 applied, 1 the update, the backup or the health failed, 21 data can be lost, 22 policy, 23 outside of a window, 24 something differs or expired, 25 not understood or not signed",
    )
    .action(async (bundle, options) => finish(await (await import("./apply/command.js")).apply(bundle, options)));
  backupCommands(bulwark, finish);

  for (const [name, description] of [
    ["up", "create or update a stack with Pulumi"],
    ["preview", "show what `up` would change"],
    ["destroy", "remove a stack; protected data stays"],
  ] as const) {
    bulwark
      .command(name)
      .description(`${description}; state and passphrase in .bulwark/ unless PULUMI_* variables say otherwise`)
      .argument("[stack]", "name of the stack", "dev")
      .argument("[arguments...]", "after --: arguments for Pulumi")
      .option("--cwd <dir>", "folder of the Pulumi project", ".")
      .addHelpText("after", "\nExit codes: those of Pulumi, 2 when it cannot be started")
      .action(async (stack, rest, options) =>
        finish(await (await import("./up/command.js")).runPulumi(name, stack, rest, options)),
      );
  }
  return bulwark;
}

/** Everything about backups runs in the stack's own runner; the command asks it, and the user where that is due. */
function backupCommands(bulwark: Command, finish: (exitCode: number) => void): void {
  const withStack = (command: Command): Command =>
    command
      .argument("[stack]", "name of the stack", "dev")
      .option("--schedule <name>", "BackupSchedule, where the stack has several")
      .option("--json", "print the result as JSON")
      .option("--cwd <dir>", "folder of the Pulumi project", ".");
  const withDatabase = (command: Command): Command =>
    command
      .option("--database <name>", "database, where there are several")
      .option("--source <name>", "ManagedPostgres, where several have a database of that name; or another source");
  const backup = bulwark.command("backup").description("make, list and verify backups, and keep their key");
  const load = async () => await import("./backup/command.js");

  withStack(
    backup.command("now").description("run backups at once: a dump of each database and an incremental of each server"),
  )
    .option("--kind <kind>", "full, incremental, dump, copy, verify, prune, drill or offsite")
    .option("--job <name>", "one job by its name")
    .addHelpText("after", "\nExit codes: 0, 1 a job failed, 2 bad arguments")
    .action(async (stack, options) => finish(await (await load()).now(stack, options)));
  withDatabase(withStack(backup.command("list").description("what there is to restore from, and how the jobs went")))
    .addHelpText("after", "\nExit codes: 0, 1 the runner cannot be asked, 2 bad arguments")
    .action(async (stack, options) => finish(await (await load()).list(stack, options)));
  withDatabase(
    withStack(backup.command("verify").description("read backups back whole; with --database only its archives")),
  )
    .option("--id <id>", "one archive")
    .addHelpText("after", "\nExit codes: 0, 1 a backup is broken, 2 bad arguments")
    .action(async (stack, options) => finish(await (await load()).verify(stack, options)));

  const key = backup.command("key").description("the recovery key: without it no backup can be read");
  withStack(key.command("export").description("write the recovery key to a file, to be taken off this machine"))
    .requiredOption("--out <file>", "file to write, which must not be there yet; - is standard output")
    .action(async (stack, options) => finish(await (await load()).exportKey(stack, options)));
  withStack(key.command("status").description("fingerprint of the key, and whether a copy elsewhere was confirmed"))
    .addHelpText("after", "\nExit codes: 0, 1 no copy was confirmed")
    .action(async (stack, options) => finish(await (await load()).keyState(stack, options)));
  withStack(key.command("confirm").description("record that a copy is kept elsewhere; the copy itself is compared"))
    .requiredOption("--copy <file>", "the copy, read from where it is kept; - is standard input")
    .requiredOption("--where <text>", 'where it is kept: "safe of the office"')
    .option("--by <name>", "who confirms; the user's name when left out")
    .action(async (stack, options) => finish(await (await load()).confirmKey(stack, options)));

  withDatabase(
    withStack(
      bulwark
        .command("restore")
        .description(
          "restore a database beside the present one, check it, swap the names; or a copy of another source, to a folder or in place",
        ),
    ),
  )
    .option("--id <id>", "archive, the newest when left out; of another source, its copy")
    .option("--at <time>", "point in time, with its offset: 2026-11-21T14:30:00Z")
    .option("--dry-run", "say what would be done")
    .option("--keep-beside", "leave the restored database beside, do not swap")
    .option("--swap <name>", "give a database that was left beside its name")
    .option("--undo", "put back the database that the last restore replaced, within 72 hours")
    .option(
      "--identity <file>",
      "key to read with, where it is not on the host: a recovery key, an age identity or a GPG private key; - is standard input",
    )
    .option("--identity-passphrase <file>", "file with the passphrase that protects the GPG private key")
    .option(
      "--to <folder>",
      "with --source of a cache, bucket, volume or configuration: write the copy --id to a folder",
    )
    .option("--in-place", "with such a --source: bring the copy --id back to where it came from")
    .option("--without-copy", "with --in-place: do not copy first what is replaced, where that cannot be read any more")
    .option("--confirm <environment>", "name of the environment, typed here where nobody can be asked")
    .addHelpText("after", "\nExit codes: 0, 1 nothing was changed or the restore failed, 2 bad arguments")
    .action(async (stack, options) => finish(await (await import("./restore/command.js")).restore(stack, options)));
  withStack(bulwark.command("drill").description("rehearse restores in a server of their own and measure them"))
    .option("--source <name>", "one ManagedPostgres; all when left out")
    .option("--last", "show the report of the last drill instead of a new one")
    .option("--out <file>", "write the signed reports as JSON")
    .addHelpText("after", "\nExit codes: 0 all came back within the objectives, 1 not, 2 bad arguments")
    .action(async (stack, options) => finish(await (await import("./drill/command.js")).drill(stack, options)));
}

function version(): string {
  const { packageRoot } = require("./package-root") as typeof import("./package-root");
  return (require(`${packageRoot()}/package.json`) as { version: string }).version;
}

async function main(): Promise<void> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? EXIT.ok : 1));
  try {
    await program((exitCode) => {
      process.exitCode = exitCode;
    }).parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
      return;
    }
    const { message, exitCode } = ending(error);
    process.stderr.write(`${message}\n`);
    process.exitCode = exitCode;
  }
}

if (require.main === module) void main();
