import {
  type Login,
  type Rotated,
  type RotationEvent,
  rotate,
  type Secrets,
  secretsManager,
} from "../targets/aws/rotation";

/** The part of Amazon ElastiCache that rotation needs. */
export interface Users {
  setPasswords(userId: string, passwords: readonly string[]): Promise<void>;
  /** Whether the last change has arrived at the servers. */
  active(userId: string): Promise<boolean>;
}

interface Sdk {
  readonly ElastiCacheClient: new (options: object) => { send(command: unknown): Promise<unknown> };
  readonly ModifyUserCommand: new (input: object) => unknown;
  readonly DescribeUsersCommand: new (input: object) => unknown;
}

/** Runs in AWS Lambda: gives the user of a cache a new password beside the last one, so that nobody is locked out. */
export const handler = (event: RotationEvent): Promise<void> =>
  rotateUser(event, process.env["USER_ID"] ?? "", process.env["USER_NAME"] ?? "", secretsManager(), elastiCache());

/** The rotation itself, over whatever stands for AWS. */
export function rotateUser(
  event: RotationEvent,
  userId: string,
  username: string,
  secrets: Secrets,
  users: Users,
  pause = 5000,
): Promise<void> {
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 100; turn++) {
      if (await users.active(userId)) return;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    throw new Error(`user ${userId} did not become active`);
  };
  const server: Rotated = {
    set: async (current: Login | undefined, pending: Login) => {
      await settled();
      await users.setPasswords(userId, [...(current === undefined ? [] : [current.password]), pending.password]);
    },
    test: settled,
  };
  return rotate(event, username, secrets, server);
}

function elastiCache(): Users {
  const sdk = require("@aws-sdk/client-elasticache") as Sdk;
  const client = new sdk.ElastiCacheClient({});
  return {
    setPasswords: async (UserId, Passwords) => {
      await client.send(new sdk.ModifyUserCommand({ UserId, Passwords }));
    },
    active: async (UserId) => {
      const answer = (await client.send(new sdk.DescribeUsersCommand({ UserId }))) as { Users?: { Status?: string }[] };
      return answer.Users?.[0]?.Status === "active";
    },
  };
}
