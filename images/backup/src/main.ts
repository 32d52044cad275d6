import { drill, dump, pruneAll, verifyArchives } from "./archive-jobs";
import { command as answer, COMMANDS } from "./commands";
import type { SourceConfig } from "./config";
import { contextOf, type JobContext, type JobResult, jobNamed, readConfig } from "./context";
import { copy, verifyCopy } from "./copy";
import { COPY_COMMANDS, copyCommand } from "./copy-commands";
import { offsite } from "./offsite";
import { physical, verifyPhysical } from "./pgbackrest";
import { run } from "./process";
import { prune } from "./prune";
import { RCLONE, writeRemotes } from "./remotes";
import { runJob } from "./runner";
import { itsTurn, schedule } from "./scheduler";

const USAGE = `bulwark-backup schedule          runs every job when it is due, and serves /metrics
bulwark-backup serve             where a cluster starts the jobs: makes the first copies, repeats what failed, and serves /metrics
bulwark-backup run JOB [due]     runs a job now: under its lock, with its time limit, and writes down how it went; \`due\`: after its jitter
bulwark-backup job JOB           the job itself; for \`run\`
bulwark-backup rclone ARGS…      rclone with the store as \`store:\` and the encrypted copies as \`sealed:\`
bulwark-backup about|list|restore|swap|undo|verify-archive|key|drill-report|copy-plan|copy-export|copy-keep|copy-place
                                 what the command \`bulwark\` asks for
bulwark-backup healthy           whether the scheduler of this container is at work`;

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...args] = argv;
  switch (command) {
    case "schedule":
      await schedule(readConfig(), "own");
      return 0;
    case "serve":
      await schedule(readConfig(), "cluster");
      return 0;
    case "run": {
      const config = readConfig();
      const job = jobNamed(config, args[0] ?? "");
      const scheduled = args[1] === "due" ? await itsTurn(job, config) : args[1];
      return runJob(config, job, scheduled === undefined ? undefined : Number(scheduled));
    }
    case "job": {
      const config = readConfig();
      const context = await contextOf(config, jobNamed(config, args[0] ?? ""));
      context.log({ step: "start", job: context.job.name });
      console.log(JSON.stringify({ ok: true, ...(await work(context)) }));
      return 0;
    }
    case "rclone": {
      process.env["RCLONE_CONFIG"] = await writeRemotes(readConfig());
      process.stdout.write(await run("rclone", [...args, ...RCLONE]));
      return 0;
    }
    default:
      if (command !== undefined && COPY_COMMANDS.has(command)) {
        await copyCommand(readConfig(), argv);
        return 0;
      }
      if (command !== undefined && COMMANDS.has(command)) {
        await answer(readConfig(), argv);
        return 0;
      }
      console.error(USAGE);
      return command === "help" ? 0 : 2;
  }
}

async function work(context: JobContext): Promise<JobResult> {
  const { job, source } = context;
  if (job.kind === "prune") return pruneAll(context, await prune(context));
  if (job.kind === "offsite") return offsite(context);
  if (source === undefined) throw new Error(`job ${job.name} is about "${job.source}", which is no source`);
  switch (job.kind) {
    case "full":
      return physical(context, "full");
    case "incremental":
      return physical(context, "incr");
    case "copy":
      return copy(context, source);
    case "verify":
      return source.kind === "postgres" ? verifyServer(context, source) : verifyCopy(context, source);
    case "dump":
      return dump(context);
    case "drill":
      return drill(context);
  }
}

/** Reads back what there is of a server: base backups and WAL, dumps, or both. */
async function verifyServer(
  context: JobContext,
  source: Extract<SourceConfig, { kind: "postgres" }>,
): Promise<JobResult> {
  const dumps = context.config.jobs.some((job) => job.kind === "dump" && job.source === source.name);
  const physicalPart = source.wal ? await verifyPhysical(context) : undefined;
  const archives = dumps ? await verifyArchives(context) : undefined;
  return { bytes: (physicalPart?.bytes ?? 0) + (archives?.bytes ?? 0), id: physicalPart?.id ?? archives?.id ?? "" };
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
    if (process.argv[2] === "schedule" || process.argv[2] === "serve") process.exit(code);
  },
  (error: unknown) => {
    // One line, without a stack: it becomes the reason that the operator reads.
    console.error((error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, " · "));
    process.exitCode = 1;
  },
);
