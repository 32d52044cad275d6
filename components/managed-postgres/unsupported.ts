import type { Problem } from "../core/errors";
import { mebibytes } from "../core/units";
import type { Network } from "../targets/network";
import type { ManagedPostgresArgs } from "./args";
import { instanceClass, rdsValue } from "./rds";

/** What the target cannot give, or not yet. The arguments have passed the schema. */
export function unsupportedPostgres(name: string, args: ManagedPostgresArgs, network: Network): Problem[] {
  switch (network.kind) {
    case "compose":
      return [];
    case "microk8s":
      return onMicroK8s(name);
    case "aws":
      return onAws(args, network);
  }
}

/** Objects are named `<name>-replica-1-configuration-<hash>`, and a label holds 63 characters. */
const LONGEST_NAME = 26;

function onMicroK8s(name: string): Problem[] {
  if (name.length <= LONGEST_NAME) return [];
  return [
    {
      path: "name",
      given: `"${name}"`,
      allowed: `at most ${LONGEST_NAME} characters on microk8s`,
      fix: 'use a shorter name such as "orders-db"',
    },
  ];
}

/** Only Amazon RDS itself can log in from outside the VPC, so what needs SQL cannot be made here. */
const NO_SQL = "Bulwark cannot run SQL inside the VPC yet";

function onAws(args: ManagedPostgresArgs, network: Network): Problem[] {
  const problems: Problem[] = [];
  const databases = Object.entries(args.databases);
  if (databases.length > 1) {
    problems.push({
      path: "databases",
      given: databases.map(([database]) => database).join(", "),
      allowed: "one database on aws, for now",
      fix: `make a ManagedPostgres for each, or create the others in a migration: ${NO_SQL}`,
    });
  }
  if (Object.keys(args.roles ?? {}).length > 0) {
    problems.push({
      path: "roles",
      given: Object.keys(args.roles ?? {}).join(", "),
      allowed: "no roles besides the owner on aws, for now",
      fix: `create them in a migration as the owner: ${NO_SQL}`,
    });
  }
  for (const [database, each] of databases) {
    const owner = each.owner ?? `${database}_user`;
    if (/^(admin|rdsadmin|rds_.*|pg_.*)$/.test(owner)) {
      problems.push({
        path: `databases.${database}.owner`,
        given: `"${owner}"`,
        allowed: "a name that Amazon RDS does not keep for itself",
        fix: `use "${database}_user"`,
      });
    }
    const extensions = (each.extensions ?? []).filter((extension) => extension !== "timescaledb");
    if (extensions.length > 0) {
      problems.push({
        path: `databases.${database}.extensions`,
        given: extensions.join(", "),
        allowed: "no extensions on aws, for now",
        fix: `run CREATE EXTENSION in a migration as the owner: ${NO_SQL}`,
      });
    }
  }
  if ((args.replicas ?? 0) > 0) {
    problems.push({
      path: "replicas",
      given: String(args.replicas),
      allowed: "0 on aws, for now",
      fix: "remove replicas: Amazon RDS makes no read replica of a server whose password it manages itself; in prod a standby takes over in any case",
    });
  }
  if (args.rotation !== undefined) {
    problems.push({
      path: "rotation",
      given: `"${args.rotation}"`,
      allowed: "compose and microk8s only",
      fix: "remove rotation: Amazon RDS gives the owner a new password every 90 days",
    });
  }
  return [...problems, ...sizes(args, network)];
}

function sizes(args: ManagedPostgresArgs, network: Network): Problem[] {
  const problems: Problem[] = [];
  if (instanceClass(network.target.environment, args.cpus, mebibytes(args.memory)) === undefined) {
    problems.push({
      path: "memory",
      given: `"${args.memory}" with ${args.cpus} CPUs`,
      allowed: "at most 512 GiB and 64 CPUs on aws",
      fix: "ask for less, or split the databases over several servers",
    });
  }
  if (mebibytes(args.storage) > 64 * 1024 * 1024) {
    problems.push({
      path: "storage",
      given: `"${args.storage}"`,
      allowed: "at most 64 TiB on aws",
      fix: "split the databases over several servers",
    });
  }
  for (const [setting, value] of Object.entries(args.parameters ?? {})) {
    if (rdsValue(setting, String(value)) !== undefined) continue;
    if (!/^\d+ ?(B|kB|MB|GB|TB|us|ms|s|min|h|d)$/.test(String(value))) continue;
    problems.push({
      path: `parameters.${setting}`,
      given: `"${value}"`,
      allowed: "a number without a unit on aws",
      fix: `write it in the unit that Amazon RDS documents for ${setting}`,
    });
  }
  return problems;
}
