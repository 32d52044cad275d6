import { spawn } from "node:child_process";
import { need, secret } from "./settings.mjs";

/** Runs SQL through psql; values are psql variables, quoted by psql itself. */
function query(sql, variables = {}) {
  const args = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];
  for (const [name, value] of Object.entries(variables)) args.push("-v", `${name}=${value}`);
  const child = spawn("psql", args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      HOME: "/tmp",
      PGHOST: need("DB_HOST"),
      PGPORT: need("DB_PORT"),
      PGDATABASE: need("DB_NAME"),
      PGUSER: need("DB_USER"),
      PGPASSWORD: secret(need("DB_PASSWORD_FILE")),
      PGSSLMODE: need("DB_SSLMODE"),
      PGSSLROOTCERT: need("DB_CA_FILE"),
      PGCONNECT_TIMEOUT: "5",
    },
  });
  return new Promise((resolve, reject) => {
    let out = "";
    let said = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (said += chunk));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(out.trim()) : reject(new Error(`psql: ${said.trim()}`))));
    child.stdin.end(sql);
  });
}

export async function migrate() {
  if (process.env.DB_HOST === undefined) {
    console.log("no database is linked: nothing to migrate");
    return;
  }
  await query("CREATE TABLE IF NOT EXISTS roundtrip (id uuid PRIMARY KEY, made timestamptz NOT NULL DEFAULT now());");
  console.log("migrated");
}

export async function roundtrip(value) {
  if (process.env.DB_HOST === undefined) return undefined;
  return query("INSERT INTO roundtrip (id) VALUES (:'value'); SELECT id FROM roundtrip WHERE id = :'value';", {
    value,
  });
}
