import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { GraphResource } from "../../policies/graph";

const root = join(__dirname, "../..");
const plan = spawnSync("node", [join(root, "dist/ops/main.js"), "plan", "prod", "--json"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
}).stdout;
const { resources, findings } = JSON.parse(plan) as {
  resources: GraphResource[];
  findings: { policy: string; level: string; status: string }[];
};

const ofType = (...suffixes: string[]) =>
  resources.filter((each) => suffixes.some((suffix) => each.type.endsWith(suffix)));
const byUrn = new Map(resources.map((each) => [each.urn, each]));

/** What a property of a resource refers to. */
const to = (from: GraphResource, property: string): readonly GraphResource[] =>
  (from.propertyDependencies[property] ?? []).flatMap((urn) => byUrn.get(urn) ?? []);

/** Routing tables of the subnets that a resource, or its subnet group, is in. */
function tablesOf(each: GraphResource): readonly GraphResource[] {
  const groups = ["dbSubnetGroupName", "subnetGroupName"].flatMap((property) => to(each, property));
  const inside = [each, ...groups].flatMap((one) =>
    ["subnets", "subnetIds", "networkConfiguration", "vpcConfig"].flatMap((property) => to(one, property)),
  );
  const subnets = new Set(inside.filter((one) => one.type.endsWith("ec2/subnet:Subnet")));
  return ofType("routeTableAssociation:RouteTableAssociation").flatMap((association) =>
    to(association, "subnetId").some((subnet) => subnets.has(subnet)) ? to(association, "routeTableId") : [],
  );
}

/** Where the tables of a resource lead out of the VPC. */
function waysOut(each: GraphResource): string[] {
  const tables = new Set(tablesOf(each));
  return ofType("ec2/route:Route")
    .filter((route) => to(route, "routeTableId").some((table) => tables.has(table)))
    .map((route) => (to(route, "gatewayId").length > 0 ? "internet" : "nat"));
}

const groupsOf = (each: GraphResource): readonly GraphResource[] =>
  ["securityGroups", "securityGroupIds", "vpcSecurityGroupIds", "networkConfiguration", "vpcConfig"]
    .flatMap((property) => to(each, property))
    .filter((one) => one.type.endsWith("SecurityGroup"));

const stores = ofType("rds/instance:Instance", "elasticache/replicationGroup:ReplicationGroup");
const buckets = ofType("s3/bucket:Bucket");

test("the world can reach the load balancer on 443 and 80, and no other group (VPC-04, VPC-14)", () => {
  const open = ofType("SecurityGroupIngressRule").filter((each) =>
    /^(0\.0\.0\.0|::)\/0$/.test(String(each.props["cidrIpv4"] ?? each.props["cidrIpv6"])),
  );
  const [balancer] = ofType("lb/loadBalancer:LoadBalancer");
  const worn = balancer === undefined ? [] : groupsOf(balancer).map((each) => each.urn);
  expect(worn).toHaveLength(1);
  expect(open.map((each) => each.props["fromPort"]).sort()).toEqual([443, 80]);
  for (const rule of open) {
    expect(rule.props["toPort"]).toBe(rule.props["fromPort"]);
    expect(to(rule, "securityGroupId").map((each) => each.urn)).toEqual(worn);
  }
  const inline = ofType("SecurityGroup").filter(
    (each) => each.props["ingress"] !== undefined || each.props["egress"] !== undefined,
  );
  expect(inline.filter((each) => JSON.stringify([each.props["ingress"], each.props["egress"]]) !== "[[],[]]")).toEqual(
    [],
  );
});

test("no way leads from a public subnet to a store: its subnets have no route out, and who may knock lives in none that has one to the internet", () => {
  expect(stores.length).toBeGreaterThanOrEqual(2);
  const wearers = resources.filter((each) => !each.type.endsWith("SecurityGroup") && groupsOf(each).length > 0);
  for (const store of stores) {
    expect(tablesOf(store).length).toBeGreaterThanOrEqual(3);
    expect(waysOut(store)).toEqual([]);
    const own = new Set(groupsOf(store));
    const rules = ofType("SecurityGroupIngressRule").filter((rule) =>
      to(rule, "securityGroupId").some((each) => own.has(each)),
    );
    expect(rules.length).toBeGreaterThan(0);
    for (const rule of rules) {
      expect(rule.props["cidrIpv4"]).toBeUndefined();
      const knocking = to(rule, "referencedSecurityGroupId");
      expect(knocking).toHaveLength(1);
      const callers = wearers.filter((each) => groupsOf(each).some((group) => knocking.includes(group)));
      for (const caller of callers)
        expect({ caller: caller.urn, ways: waysOut(caller) }).not.toMatchObject({
          ways: expect.arrayContaining(["internet"]),
        });
    }
  }
  expect(ofType("lb/loadBalancer:LoadBalancer").map((each) => waysOut(each).includes("internet"))).toEqual([true]);
});

test("every secret of a task is named and not held, and only its execution role may read it (SD-16, SEC-06)", () => {
  const tasks = ofType("ecs/taskDefinition:TaskDefinition");
  expect(tasks.length).toBeGreaterThanOrEqual(4);
  for (const task of tasks) {
    const [container] = JSON.parse(String(task.props["containerDefinitions"])) as {
      environment: { name: string }[];
      secrets: { name: string; valueFrom: string }[];
    }[];
    expect(container?.environment.filter((each) => /(PASSWORD|SECRET|TOKEN|PRIVATE_KEY)$/.test(each.name))).toEqual([]);
    expect(container?.secrets.length).toBeGreaterThan(0);
    const [role] = to(task, "executionRoleArn").filter((each) => each.type.endsWith("iam/role:Role"));
    const policies = ofType("iam/rolePolicy:RolePolicy").filter(
      (each) => role !== undefined && to(each, "role").includes(role),
    );
    const readable = policies
      .flatMap((each) => statements(each))
      .filter((each) => [each.Action].flat().includes("secretsmanager:GetSecretValue"));
    for (const secret of container?.secrets ?? []) {
      const arn = secret.valueFrom.replace(/:[^:]*::[^:]*$/, "");
      expect(arn).toMatch(/^arn:aws:secretsmanager:/);
      expect(readable.flatMap((each) => each.Resource)).toContain(arn);
    }
    expect(readable.flatMap((each) => each.Resource)).not.toContain("*");
  }
});

test("every store is encrypted with the stack's key, kept, and protected from deletion (PG-03, RC-03, SB-01, SB-09)", () => {
  const key = ofType("kms/key:Key").find((each) => each.name === "network-key");
  expect(key?.protect).toBe(true);
  for (const store of stores) {
    expect(store.protect).toBe(true);
    expect(to(store, "kmsKeyId")).toEqual([key]);
  }
  for (const database of ofType("rds/instance:Instance"))
    expect(database.props).toMatchObject({
      storageEncrypted: true,
      deletionProtection: true,
      skipFinalSnapshot: false,
      backupRetentionPeriod: 35,
      multiAz: true,
      publiclyAccessible: false,
    });
  for (const cache of ofType("elasticache/replicationGroup:ReplicationGroup"))
    expect(cache.props).toMatchObject({
      snapshotRetentionLimit: 30,
      transitEncryptionMode: "required",
      multiAzEnabled: true,
    });
  expect(buckets.length).toBe(2);
  for (const bucket of buckets) {
    expect(bucket.protect).toBe(true);
    const beside = (suffix: string) => ofType(suffix).filter((each) => to(each, "bucket").includes(bucket));
    expect(beside("BucketPublicAccessBlock")).toHaveLength(1);
    expect(beside("BucketVersioning").map((each) => each.props["versioningConfiguration"])).toEqual([
      { status: "Enabled" },
    ]);
    expect(beside("BucketLifecycleConfiguration")).toHaveLength(1);
    expect(beside("BucketPolicy")).toHaveLength(1);
  }
});

/** Actions for which IAM has no finer resource: logins of ECR, network interfaces of functions, delivery of logs. */
const UNDIVIDED =
  /^(ecr:GetAuthorizationToken|ec2:\w+|logs:(\w+LogDeliver(y|ies)|Describe(LogGroups|ResourcePolicies)|PutResourcePolicy))$/;

test("nobody but the functions of the stack may call secrets, tasks or users by a wildcard, and no role may do everything", () => {
  const wide = ofType("iam/rolePolicy:RolePolicy").flatMap((each) =>
    statements(each)
      .filter((one) => [one.Resource].flat().includes("*") && one.Condition === undefined)
      .flatMap((one) => one.Action)
      .filter((action) => !UNDIVIDED.test(String(action))),
  );
  expect(wide).toEqual([]);
  // AWS Backup works with policies that AWS itself writes for it, and nothing else does.
  const attached = ofType("rolePolicyAttachment:RolePolicyAttachment").map((each) => String(each.props["policyArn"]));
  expect(attached.filter((arn) => !/:aws:policy\/(service-role\/)?AWSBackupServiceRolePolicy/.test(arn))).toEqual([]);
});

test("every function is whole: its archive can be loaded with nothing but the runtime", () => {
  const functions = ofType("lambda/function:Function").filter((each) => each.props["runtime"] === "nodejs24.x");
  expect(functions.length).toBeGreaterThanOrEqual(3);
  for (const each of functions) {
    const { assets } = each.props["code"] as { assets: Record<string, { path: string }> };
    const folder = mkdtempSync(join(tmpdir(), "bulwark-archive-"));
    try {
      for (const [path, { path: source }] of Object.entries(assets)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        cpSync(source.replace(/^bulwark:/, root), join(folder, path));
      }
      const [entry] = String(each.props["handler"]).split(".");
      const says = execFileSync(
        process.execPath,
        [
          "-e",
          `console.log(typeof require("./${entry}").handler); if (require("fs").existsSync("node_modules/postgres")) require("postgres")`,
        ],
        { cwd: folder, encoding: "utf8" },
      );
      expect(says.trim()).toBe("function");
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});

test("every store is alarmed: an alarm whose dimensions name it tells somebody (OPS)", () => {
  const alarms = ofType("cloudwatch/metricAlarm:MetricAlarm").filter((each) => to(each, "alarmActions").length > 0);
  const about = alarms.flatMap((each) => [...to(each, "dimensions"), ...to(each, "metricQueries")]);
  for (const store of stores) expect(about).toContain(store);
});

test("the pack finds nothing, and nothing is exempt", () => {
  expect(findings).toEqual([]);
});

function statements(
  policy: GraphResource,
): { Action: string | string[]; Resource: string | string[]; Condition?: unknown }[] {
  return JSON.parse(String(policy.props["policy"])).Statement;
}
