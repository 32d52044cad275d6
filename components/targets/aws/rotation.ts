import { randomBytes } from "node:crypto";

/** What Secrets Manager asks of a function that rotates a secret. */
export interface RotationEvent {
  readonly Step: "createSecret" | "setSecret" | "testSecret" | "finishSecret";
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

/** The value of a secret that holds a login. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** The part of AWS Secrets Manager that rotation needs. */
export interface Secrets {
  /** A version of a secret, by stage and, where given, by version; `undefined` when there is none. */
  read(id: string, stage: "AWSCURRENT" | "AWSPENDING", version?: string): Promise<Login | undefined>;
  write(id: string, version: string, stage: "AWSCURRENT" | "AWSPENDING", login: Login): Promise<void>;
  /** Makes a version the current one. */
  promote(id: string, version: string): Promise<void>;
}

/** The server whose login is rotated. */
export interface Rotated {
  /** Makes the server accept the new password. */
  set(current: Login | undefined, pending: Login): Promise<void>;
  /** Throws when the new password does not work. */
  test(pending: Login): Promise<void>;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A password of letters and digits, without the bias of a remainder. */
export function newPassword(length = 40): string {
  let password = "";
  while (password.length < length) {
    for (const byte of randomBytes(length))
      if (byte < 248 && password.length < length) password += ALPHABET[byte % ALPHABET.length];
  }
  return password;
}

/** One step of a rotation. Each may be called again after it was done. */
export async function rotate(event: RotationEvent, username: string, secrets: Secrets, server: Rotated): Promise<void> {
  const { SecretId: id, ClientRequestToken: version } = event;
  const current = await secrets.read(id, "AWSCURRENT");
  const pending = await secrets.read(id, "AWSPENDING", version);
  switch (event.Step) {
    case "createSecret":
      if (pending === undefined)
        await secrets.write(id, version, "AWSPENDING", { username, ...current, password: newPassword() });
      return;
    case "setSecret":
      return server.set(current, needed(pending));
    case "testSecret":
      return server.test(needed(pending));
    case "finishSecret":
      return secrets.promote(id, version);
  }
}

function needed(pending: Login | undefined): Login {
  if (pending === undefined) throw new Error("the rotation has no pending version: start it again");
  return pending;
}

/** The commands of the SDK that the runtime of AWS Lambda brings. */
interface Sdk {
  readonly SecretsManagerClient: new (options: object) => { send(command: unknown): Promise<unknown> };
  readonly GetSecretValueCommand: new (input: object) => unknown;
  readonly PutSecretValueCommand: new (input: object) => unknown;
  readonly DescribeSecretCommand: new (input: object) => unknown;
  readonly UpdateSecretVersionStageCommand: new (input: object) => unknown;
}

/** {@link Secrets} by the SDK of the Lambda runtime. */
export function secretsManager(): Secrets {
  const sdk = require("@aws-sdk/client-secrets-manager") as Sdk;
  const client = new sdk.SecretsManagerClient({});
  return {
    read: async (SecretId, VersionStage, VersionId) => {
      try {
        const answer = (await client.send(
          new sdk.GetSecretValueCommand({ SecretId, VersionStage, ...(VersionId === undefined ? {} : { VersionId }) }),
        )) as { SecretString: string };
        return JSON.parse(answer.SecretString) as Login;
      } catch (error) {
        if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
        throw error;
      }
    },
    write: async (SecretId, ClientRequestToken, stage, login) => {
      await client.send(
        new sdk.PutSecretValueCommand({
          SecretId,
          ClientRequestToken,
          SecretString: JSON.stringify(login),
          VersionStages: [stage],
        }),
      );
    },
    promote: async (SecretId, version) => {
      const { VersionIdsToStages } = (await client.send(new sdk.DescribeSecretCommand({ SecretId }))) as {
        VersionIdsToStages: Readonly<Record<string, readonly string[]>>;
      };
      const [old] = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes("AWSCURRENT")) ?? [];
      if (old === version) return;
      await client.send(
        new sdk.UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: "AWSCURRENT",
          MoveToVersionId: version,
          RemoveFromVersionId: old,
        }),
      );
    },
  };
}
