import { writeFileSync } from "node:fs";
import type { KeyStatus } from "../../images/backup/src/keys";
import { CommandError, EXIT } from "../exit";
import { ageText, type Everything, type Listing, listingText, sizeText } from "./listing";
import { progressOn } from "./progress";
import { ask, keyFrom, laneOf, type Reached, reach, runJob, type StackOptions } from "./runner";

/** Options of `bulwark backup now`. */
export interface NowOptions extends StackOptions {
  readonly kind?: string;
  readonly job?: string;
}

/** `bulwark backup now`: runs jobs at once, as the scheduler would. Without a choice: a dump of every database and an incremental of every server. */
export async function now(stack: string, options: NowOptions): Promise<number> {
  const lanes = await reach(stack, options);
  const progress = progressOn(process.stderr);
  const jobs = lanes.flatMap((lane) => lane.about.jobs.map((job) => ({ ...job, lane })));
  const chosen = jobs.filter((job) =>
    options.job !== undefined
      ? job.name === options.job
      : options.kind !== undefined
        ? job.kind === options.kind
        : job.kind === "dump" || job.kind === "incremental",
  );
  if (chosen.length === 0) {
    const known = jobs.map((job) => `${job.name} (${job.kind})`).join(", ");
    throw new CommandError(`No job fits. Jobs: ${known}.`);
  }
  const results = [];
  for (const job of chosen) {
    const result = await runJob(job.lane, job.name, progress);
    results.push({ job: job.name, ...result });
    if (options.json !== true)
      process.stdout.write(
        result.ok
          ? `${job.name}: ${result.id ?? ""}, ${sizeText(result.bytes ?? 0)}\n`
          : `${job.name}: FAILED: ${result.error}\n`,
      );
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify({ jobs: results }, null, 2)}\n`);
  return results.every((each) => each.ok) ? EXIT.ok : EXIT.failed;
}

/** Options of `bulwark backup list` and `verify`. */
export interface ListOptions extends StackOptions {
  readonly source?: string;
  readonly database?: string;
  readonly id?: string;
}

/** `bulwark backup list`: jobs, archives, physical backups and replaced databases. */
export async function list(stack: string, options: ListOptions): Promise<number> {
  const lanes = await reach(stack, options);
  const progress = progressOn(process.stderr);
  const chosen = (["source", "database"] as const).flatMap((each) => {
    const value = options[each];
    return value === undefined ? [] : [`--${each}`, value];
  });
  const listings: Listing[] = [];
  for (const lane of lanes)
    if (options.database === undefined || lane.about.databases.length > 0)
      listings.push(await ask<Listing>(lane, ["list", ...chosen], progress));
  const everything: Everything = {
    schedule: lanes[0].about.schedule,
    environment: lanes[0].about.environment,
    jobs: lanes.flatMap((lane) => lane.about.jobs),
    archives: listings.flatMap((each) => each.archives),
    physical: listings.flatMap((each) => each.physical),
    replaced: listings.flatMap((each) => each.replaced),
    copies: listings.flatMap((each) => each.copies),
  };
  process.stdout.write(
    options.json === true ? `${JSON.stringify(everything, null, 2)}\n` : listingText(everything, new Date()),
  );
  return EXIT.ok;
}

/** `bulwark backup verify`: downloads archives again and reads them back; without a choice the verify jobs of everything. */
export async function verify(stack: string, options: ListOptions): Promise<number> {
  if (options.database === undefined && options.id === undefined)
    return await now(stack, { ...options, kind: "verify" });
  const { lane, args } = laneOf(await reach(stack, options), options);
  const verified = await ask<readonly { database: string; id: string; depth: string }[]>(
    lane,
    ["verify-archive", ...args, ...(options.id === undefined ? [] : ["--id", options.id])],
    progressOn(process.stderr),
  );
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ verified }, null, 2)}\n`
      : verified
          .map(({ database, id, depth }) =>
            depth === "whole"
              ? `${database}/${id}: decrypted and read back whole\n`
              : `${database}/${id}: matches its checksum; its key is not on the host, so it was not decrypted\n`,
          )
          .join(""),
  );
  return EXIT.ok;
}

/** `bulwark backup key export --out FILE`: writes the recovery key to a file that only its owner can read. */
export async function exportKey(stack: string, options: StackOptions & { readonly out: string }): Promise<number> {
  const [reached] = await reach(stack, options);
  const { text } = await ask<{ text: string }>(reached, ["key", "export"], progressOn(process.stderr));
  if (options.out === "-") {
    process.stdout.write(text);
  } else {
    try {
      writeFileSync(options.out, text, { mode: 0o600, flag: "wx" });
    } catch (error) {
      throw new CommandError(`The key was not written: ${error instanceof Error ? error.message : String(error)}`);
    }
    process.stderr.write(
      `Wrote ${options.out}. Whoever has it can read every backup: take it off this machine, to a safe or a password manager, then say so:\n` +
        `  bulwark backup key confirm ${stack} --copy <the copy> --where "<where it is>"\n`,
    );
  }
  return EXIT.ok;
}

/** `bulwark backup key status`: fingerprint, recipients, and who confirmed a copy. */
export async function keyState(stack: string, options: StackOptions): Promise<number> {
  const status = await statusOf((await reach(stack, options))[0]);
  const { confirmed } = status;
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(status, null, 2)}\n`
      : [
          `fingerprint   ${status.fingerprint}`,
          `recipients    ${status.recipients.join(", ")}${status.elsewhere ? " (the site's own: keep their private halves yourself)" : ""}`,
          `reports       signed by ${status.signingKey}`,
          confirmed === undefined
            ? "copy          NOT CONFIRMED: nobody has said that a copy of the key is kept away from the host"
            : `copy          confirmed ${ageText((Date.now() - Date.parse(confirmed.at)) / 1000)} ago by ${confirmed.by}: ${confirmed.where}`,
          "",
        ].join("\n"),
  );
  return confirmed === undefined ? EXIT.failed : EXIT.ok;
}

/** The state of the recovery key. */
export function statusOf(reached: Reached): Promise<KeyStatus> {
  return ask<KeyStatus>(reached, ["key", "status"], progressOn(process.stderr));
}

/** `bulwark backup key confirm --copy FILE --where TEXT`: records that a copy is kept. The copy itself is compared. */
export async function confirmKey(
  stack: string,
  options: StackOptions & { readonly copy: string; readonly where: string; readonly by?: string },
): Promise<number> {
  const copy = keyFrom(options.copy);
  const [reached] = await reach(stack, options);
  const by = options.by ?? process.env["USER"] ?? "unknown";
  const { fingerprint } = await ask<{ fingerprint: string }>(
    reached,
    ["key", "confirm", "--by", by, "--where", options.where],
    progressOn(process.stderr),
    copy,
  );
  process.stdout.write(`Confirmed: a copy of ${fingerprint} is kept in ${options.where}.\n`);
  return EXIT.ok;
}
