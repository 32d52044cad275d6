import type { Guard } from "../guard";
import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import type { View } from "../view";
import { allows, eachStatement, forEverybody, textsOf } from "./documents";
import { document, one } from "./examples";

const POLICIES = ["policy:Policy", "rolePolicy:RolePolicy", "groupPolicy:GroupPolicy"].flatMap((kind) =>
  aws(`iam/${kind}`),
);
const OF_USERS = ["userPolicy:UserPolicy", "userPolicyAttachment:UserPolicyAttachment", "accessKey:AccessKey"].flatMap(
  (kind) => aws(`iam/${kind}`),
);
const ROLE = aws("iam/role:Role");
const ATTACHMENTS = [
  "rolePolicyAttachment:RolePolicyAttachment",
  "groupPolicyAttachment:GroupPolicyAttachment",
  "policyAttachment:PolicyAttachment",
].flatMap((kind) => aws(`iam/${kind}`));

function judge(policy: View, guard: Guard): void {
  eachStatement(policy, guard, (statement) => {
    if (!allows(statement)) return undefined;
    const everything = textsOf(statement.at("Action")).some((each) => each === "*" || each === "*:*");
    return (everything || statement.at("NotAction").present()) && `${statement.path} allows every action`;
  });
}

/** A stolen credential opens one door, not all. */
export const iamLeast = rule({
  id: "aws-iam-least",
  title: "Permissions are narrow and belong to roles",
  severity: "high",
  level: EVERYWHERE,
  types: [...POLICIES, ...OF_USERS, ...ROLE, ...ATTACHMENTS],
  remedy: "List the actions that are needed, and give them to a role that one service may assume.",
  references: [
    "FSBP IAM.1",
    "FSBP IAM.2",
    "FSBP IAM.21",
    "CKV_AWS_62",
    "CKV_AWS_63",
    "CKV_AWS_355",
    "CKV_AWS_40",
    "CKV_AWS_60",
    "CKV_AWS_61",
  ],
  check(resource, guard) {
    if (OF_USERS.includes(resource.type)) guard.check(() => "a user holds permissions or keys of its own");
    if (POLICIES.includes(resource.type)) judge(resource.at("policy"), guard);
    guard.each(resource.at("inlinePolicies"), (each) => {
      judge(each.at("policy"), guard);
      return undefined;
    });
    if (ROLE.includes(resource.type)) {
      eachStatement(
        resource.at("assumeRolePolicy"),
        guard,
        (each) => forEverybody(each) && `${each.path} lets everybody assume the role`,
      );
    }
    const administrator = (arn: View) =>
      /\/AdministratorAccess$/.test(arn.text() ?? "") && `${arn.path} is AdministratorAccess`;
    guard.check(() => administrator(resource.at("policyArn")));
    guard.each(resource.at("managedPolicyArns"), administrator);
  },
  examples: {
    compliant: [
      [one("iam/policy:Policy", { policy: document({ Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" }) })],
      [one("iam/role:Role", { assumeRolePolicy: trust({ Service: "ecs-tasks.amazonaws.com" }) })],
      [one("iam/groupPolicyAttachment:GroupPolicyAttachment", { policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" })],
    ],
    violating: [
      ...["policy:Policy", "rolePolicy:RolePolicy", "groupPolicy:GroupPolicy"].map(
        (kind) => [one(`iam/${kind}`, { policy: document({ Effect: "Allow", Action: "*", Resource: "*" }) })] as const,
      ),
      [one("iam/policy:Policy", { policy: { Statement: [{ Effect: "Allow", NotAction: ["iam:*"], Resource: "*" }] } })],
      [one("iam/role:Role", { assumeRolePolicy: trust("*") })],
      [one("iam/role:Role", { assumeRolePolicy: trust({ AWS: "*" }) })],
      [
        one("iam/role:Role", {
          assumeRolePolicy: trust({ Service: "ecs-tasks.amazonaws.com" }),
          inlinePolicies: [{ name: "all", policy: document({ Effect: "Allow", Action: ["*"], Resource: "*" }) }],
        }),
      ],
      ...["rolePolicyAttachment:RolePolicyAttachment", "policyAttachment:PolicyAttachment"].map(
        (kind) => [one(`iam/${kind}`, { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" })] as const,
      ),
      [one("iam/userPolicy:UserPolicy", { user: "ann", policy: "{}" })],
      [one("iam/userPolicyAttachment:UserPolicyAttachment", { user: "ann" })],
      [one("iam/accessKey:AccessKey", { user: "ann" })],
    ],
  },
});

function trust(Principal: unknown) {
  return document({ Effect: "Allow", Principal, Action: "sts:AssumeRole" });
}
