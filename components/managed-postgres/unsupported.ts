import type { Problem } from "../core/errors";
import type { Network } from "../targets/network";
import type { ManagedPostgresArgs } from "./args";
import { rdsValue } from "./rds";
import { checkRds } from "./rds-spec";

/** What the target cannot give, or not yet. The arguments have passed the schema. */
export function unsupportedPostgres(name: string, args: ManagedPostgresArgs, network: Network): Problem[] {
  switch (network.kind) {
    case "compose":
      return elsewhere(args, network);
    case "microk8s":
      return [...elsewhere(args, network), ...onMicroK8s(name)];
    case "aws":
      return onAws(args);
  }
}

function elsewhere(args: ManagedPostgresArgs, network: Network): Problem[] {
  if (args.aws === undefined) return [];
  return [
    {
      path: "aws",
      given: `an object on ${network.kind}`,
      allowed: "aws only",
      fix: "remove aws: these are settings of Amazon RDS",
    },
  ];
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

/** Names that Amazon RDS keeps for itself, and the one of the master user. */
const TAKEN = /^(admin|rdsadmin|rds_.*|pg_.*|bulwark_master)$/;

function onAws(args: ManagedPostgresArgs): Problem[] {
  const problems: Problem[] = [];
  const owners = Object.entries(args.databases).map(([database, each]) => ({
    path: `databases.${database}.owner`,
    role: each.owner ?? `${database}_user`,
    use: `${database}_user`,
  }));
  const others = Object.keys(args.roles ?? {}).map((role) => ({ path: `roles.${role}`, role, use: "reporting" }));
  for (const { path, role, use } of [...owners, ...others]) {
    if (!TAKEN.test(role)) continue;
    problems.push({
      path,
      given: `"${role}"`,
      allowed: "a name that Amazon RDS does not keep for itself",
      fix: `use "${use}"`,
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
  return [...problems, ...checkRds(args)];
}
