import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Login } from "./rotation";

/** A connection to one database. */
export interface Session {
  /** Runs a statement and gives the first column of its rows. */
  run(statement: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Opens a connection. */
export type Connect = (login: Login, database: string) => Promise<Session>;

interface Client {
  unsafe(statement: string): { values(): Promise<readonly (readonly unknown[])[]> };
  end(options: { readonly timeout: number }): Promise<void>;
}

/** Where the runtime of AWS Lambda has the authorities of Amazon RDS; it no longer reads the file by itself. */
export const AUTHORITIES = { NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem" } as const;

/** Connections by the package `postgres`, which lies in the archive of the function. */
export function connectTo(host: string, port: number, ssl: "verify-full" | false = "verify-full"): Connect {
  const postgres = require("postgres") as (options: object) => Client;
  return async (login, database) => {
    const client = postgres({
      host,
      port,
      database,
      username: login.username,
      password: login.password,
      ssl: ssl === false ? false : { rejectUnauthorized: true },
      max: 1,
      idle_timeout: 0,
      connect_timeout: 10,
      prepare: false,
      onnotice: () => undefined,
    });
    return {
      run: async (statement) => (await client.unsafe(statement).values()).map((row) => String(row[0])),
      close: () => client.end({ timeout: 5 }),
    };
  };
}

/** Files of a function that connects: this one, and the package `postgres`, as the function loads it. */
export function clientFiles(): Readonly<Record<string, string>> {
  const sources = dirname(require.resolve("postgres"));
  const root = join(sources, "../..");
  const files = readdirSync(sources)
    .filter((file) => file.endsWith(".js"))
    .sort();
  return {
    "targets/aws/database-client.js": require.resolve("./database-client"),
    "targets/aws/rotation.js": require.resolve("./rotation"),
    ...Object.fromEntries(
      ["package.json", "cjs/package.json", ...files.map((file) => `cjs/src/${file}`)].map((file) => [
        `node_modules/postgres/${file}`,
        join(root, file),
      ]),
    ),
  };
}
