import { rmSync } from "node:fs";
import { filesBelow } from "./expectations";
import type { Session } from "./session";

/** A resource as `pulumi stack export` shows it. */
export interface Exported {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly custom?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** What `pulumi stack export` writes, as far as these tests read it. */
export interface Deployment {
  readonly resources: readonly Exported[];
  readonly pending_operations?: readonly { readonly type: string; readonly resource: Exported }[];
}

/** The state of a session's stack. */
export async function deployment(session: Session): Promise<Deployment> {
  const { output } = await session.pulumi("stack", "export");
  return (JSON.parse(output) as { readonly deployment: Deployment }).deployment;
}

/**
 * What the operator does after an update was killed, before the next `pulumi up`:
 * 1. `find .pulumi -name '*.attrs' -size 0 -delete` where `pulumi` says "failed to load checkpoint: EOF": the file backend replaces the state
 *    at one blow, but not the small file of attributes beside it.
 * 2. `pulumi cancel`: the dead run still holds the lock.
 * 3. `pulumi stack export` lists, under `pending_operations`, what was being made; see `pending`.
 * 4. `pulumi refresh --clear-pending-creates`: forgets the open ends.
 */
export async function recover(
  session: Session,
  pending: (resource: Exported) => void = () => undefined,
): Promise<void> {
  for (const { path, text } of filesBelow(session.state)) if (path.endsWith(".attrs") && text === "") rmSync(path);
  expect(await session.pulumi("cancel", "--yes")).toMatchObject({ ok: true });
  for (const { resource } of (await deployment(session)).pending_operations ?? []) pending(resource);
  const refresh = await session.pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
  expect(refresh).toMatchObject({ ok: true });
}
