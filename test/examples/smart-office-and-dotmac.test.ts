import { dotmac } from "../../examples/dotmac/system";
import { smartOffice } from "../../examples/smart-office/system";
import { withMocks } from "../mocks/program";
import { mandatory, sizeOfExample } from "./reading";

const release = `sha256:${"a".repeat(64)}`;

const office = () =>
  void smartOffice({
    domain: "smartoffice.example.com",
    region: "us-east-1",
    secondRegion: "us-west-2",
    account: "123456789012",
    certificate: "arn:aws:acm:us-east-1:123456789012:certificate/1",
    release,
    pagerDutyKey: "hunter2",
    mail: { team: "ops-team@example.com", onCall: "oncall@example.com" },
    heartbeatUrl: "https://ping.example.com/hunter2",
  });
const isp = () =>
  void dotmac({
    domain: "dotmac.example.com",
    email: "ops-team@example.com",
    host: "ssh://deploy@dotmac.example.com",
    registry: "registry.example.com/dotmac",
    release,
    backups: {
      endpoint: "https://s3.example.com",
      bucket: "dotmac-backups",
      region: "eu-central-1",
      accessKey: "dotmac-backups",
      secretKey: "hunter2",
    },
    passphrase: "hunter2-hunter2-hunter2",
    alerts: {
      slack: "https://hooks.example.com/hunter2",
      onCall: "https://page.example.com/hunter2",
      second: "https://mail.example.com/hunter2",
      heartbeat: "https://ping.example.com/hunter2",
    },
  });

test.each([
  ["smart-office", "bulwark/aws"],
  ["dotmac", "bulwark/compose"],
])("%s is written in fewer than 250 lines on the public API", (name, target) => {
  const { lines, imports } = sizeOfExample(name);
  expect(lines).toBeLessThan(250);
  expect(imports.sort()).toEqual(["@pulumi/pulumi", "bulwark", target]);
});

test("smart-office has the figures of the guide (VPC-01, PG-02, PG-03, RC-02, SB-01, SB-03, SD-15, SD-18)", async () => {
  const program = await withMocks(office);
  expect(program.one("ec2/vpc:Vpc", "vpc").inputs["cidrBlock"]).toBe("10.0.0.0/16");
  expect(program.one("rds/instance:Instance", "db").inputs).toMatchObject({
    identifier: "smartoffice-db",
    instanceClass: "db.t3.large",
    storageType: "gp3",
    allocatedStorage: 100,
    multiAz: true,
    backupWindow: "03:00-04:00",
  });
  expect(program.one("elasticache/replicationGroup:ReplicationGroup", "redis").inputs).toMatchObject({
    nodeType: "cache.t3.medium",
    snapshotRetentionLimit: 5,
    snapshotWindow: "03:00-05:00",
  });
  expect(program.one("ecs/taskDefinition:TaskDefinition", "auth-service").inputs).toMatchObject({
    cpu: "512",
    memory: "1024",
  });
  expect(program.one("ecs/service:Service", "auth-service").inputs["desiredCount"]).toBe(3);
  expect(program.ofType("s3/bucket:Bucket").map((each) => each.inputs["bucket"])).toEqual(
    expect.arrayContaining(["smartoffice-recordings", "smartoffice-storage-prod"]),
  );
});

test("dotmac runs three of the framework, each platform with a database of its own (PG-13, SD-29, SD-30)", async () => {
  const program = await withMocks(isp);
  const names = program.ofType("container:Container").map((each) => each.name);
  expect(names).toEqual(
    expect.arrayContaining(["isp-framework-1", "isp-framework-2", "isp-framework-3", "postgres-shared"]),
  );
  const of = (name: string) =>
    (program.one("container:Container", name).inputs["envs"] as string[]).find((each) => each.startsWith("DB_NAME="));
  expect([of("isp-framework-1"), of("management-platform-1")]).toEqual([
    "DB_NAME=isp_framework",
    "DB_NAME=management_platform",
  ]);
});

test.each([
  ["smart-office", office, []],
  // On a Docker host: upstream images of the monitoring have no digest that is known offline, volumes and containers carry no tags, and what
  // holds metrics, logs and certificates is not backed up.
  ["dotmac", isp, ["docker-image-pinned", "xs-data-class-tags", "xs-db-has-backup"]],
])(
  "%s is watched and backed up (BK-01, BK-05, BK-19), and nothing else of it is against the policies",
  async (_, make, expected) => {
    const program = await withMocks(make);
    expect(program.ofType("bulwark:index:BackupSchedule")).toHaveLength(1);
    expect(program.ofType("bulwark:index:MonitoringStack")).toHaveLength(1);
    expect(mandatory(program)).toEqual(expected);
  },
);
