import { randomUUID } from "node:crypto";
import { type Connect, connectTo } from "../targets/aws/database-client";
import {
  type Login,
  newPassword,
  type RotationEvent,
  rotate,
  type Secrets,
  secretsManager,
} from "../targets/aws/rotation";
import { scramVerifier } from "./provision";
import { readScript, verifierMark } from "./script";

/** What {@link handler} is asked to bring in step. */
export interface ProvisionRequest {
  /** A script of `provision.ts`, with a mark in place of each verifier. */
  readonly sql: string;
  readonly roles: readonly { readonly role: string; readonly database: string; readonly secret: string }[];
  /** Another text gives every role a new password. */
  readonly rotation: string;
}

/** The value of a role's secret. */
export interface RoleLogin extends Login {
  readonly database: string;
  readonly rotation: string;
}

/** Runs in AWS Lambda, inside the VPC: brings roles and databases in step, or gives one role a new password. */
export const handler = async (event: ProvisionRequest | RotationEvent): Promise<object> => {
  const secrets = secretsManager();
  const master = await secrets.read(process.env["MASTER_SECRET"] ?? "", "AWSCURRENT");
  if (master === undefined) throw new Error("the secret of the master user has no value");
  const connect = connectTo(process.env["HOST"] ?? "", Number(process.env["PORT"]));
  if ("Step" in event) await rotateRole(event, secrets, connect, master);
  else await provision(event, secrets, connect, master);
  return { done: true };
};

/** Gives every role a password that has none, and runs the script. Doing it again changes nothing. */
export async function provision(
  request: ProvisionRequest,
  secrets: Secrets,
  connect: Connect,
  master: Login,
): Promise<void> {
  let script = request.sql;
  for (const { role, database, secret } of request.roles) {
    const known = (await secrets.read(secret, "AWSCURRENT")) as RoleLogin | undefined;
    let password = known?.password;
    if (password === undefined || known?.rotation !== request.rotation || known.username !== role) {
      password = newPassword();
      const login: RoleLogin = { username: role, password, database, rotation: request.rotation };
      await secrets.write(secret, randomUUID(), "AWSCURRENT", login);
    }
    script = script.replaceAll(verifierMark(role), scramVerifier(role, password));
  }
  let session = await connect(master, "postgres");
  try {
    for (const step of readScript(script)) {
      if (step.kind === "connect") {
        await session.close();
        session = await connect(master, step.database);
        continue;
      }
      const rows = await session.run(step.statement);
      if (step.kind === "execute-result") for (const statement of rows) await session.run(statement);
    }
  } finally {
    await session.close();
  }
}

/** One step of the rotation of a role's password. */
export function rotateRole(event: RotationEvent, secrets: Secrets, connect: Connect, master: Login): Promise<void> {
  return rotate(event, "", secrets, {
    set: async (_, pending) => {
      const session = await connect(master, "postgres");
      try {
        await session.run(
          `ALTER ROLE "${pending.username}" PASSWORD '${scramVerifier(pending.username, pending.password)}'`,
        );
      } finally {
        await session.close();
      }
    },
    test: async (pending) => {
      const session = await connect(pending, (pending as RoleLogin).database);
      await session.run("SELECT 1").finally(() => session.close());
    },
  });
}
