import {
  AlertRouting,
  BackupSchedule,
  type BackupScheduleArgs,
  ManagedPostgres,
  type ManagedPostgresArgs,
  RedisCache,
  type RedisCacheArgs,
  ServiceDeployment,
  type ServiceDeploymentArgs,
  StorageBucket,
  type StorageBucketArgs,
  SurveillanceVpc,
  type SurveillanceVpcArgs,
} from "../../components";
import { AwsRegion, type AwsRegionArgs } from "../../components/aws";
import { refused, withMocks } from "../mocks/program";

jest.setTimeout(60_000);

/** A value that the types forbid, as a JavaScript user or a JSON file would give it. */
const wrong = <T>(value: unknown): T => value as T;

const region = (args: Partial<AwsRegionArgs> = {}, name = "region") =>
  new AwsRegion(name, {
    environment: "prod",
    region: "us-east-1",
    zones: ["us-east-1a", "us-east-1b"],
    allowedAccountIds: ["123456789012"],
    ...args,
  });
const certificate = (place: string) => ({ mode: "acm", arn: `arn:aws:acm:${place}:certificate/1` }) as const;
const network = (args: Partial<SurveillanceVpcArgs> = {}) =>
  new SurveillanceVpc("network", {
    target: args.target ?? region(),
    certificates: certificate("us-east-1:123456789012"),
    ...args,
  });
const postgres = (args: Partial<ManagedPostgresArgs> = {}, vpc = network()) =>
  new ManagedPostgres("db", { vpc, databases: { orders: {} }, memory: "8 GiB", cpus: 2, storage: "100 GiB", ...args });
const cache = (args: Partial<RedisCacheArgs> = {}) =>
  new RedisCache("cache", { vpc: network(), purpose: "session", memory: "4 GiB", cpus: 1, ...args });
const bucket = (args: Partial<StorageBucketArgs> = {}) =>
  new StorageBucket("recordings", { vpc: network(), storage: "1 TiB", ...args });
const IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:1.0.0";
const service = (args: Partial<ServiceDeploymentArgs> = {}) =>
  new ServiceDeployment("orders", { vpc: network(), image: IMAGE, cpus: 1, ...args });
const backups = (args: Partial<BackupScheduleArgs> = {}, db: Partial<ManagedPostgresArgs> = {}) => {
  const vpc = network();
  const zones = ["us-west-2a", "us-west-2b"];
  const copyTo = region({ region: "us-west-2", zones }, "second");
  return new BackupSchedule("backups", { vpc, sources: [postgres(db, vpc)], copyTo, ...args });
};

interface Case {
  readonly title: string;
  readonly make: () => unknown;
  /** Paths of the problems that must be listed, all of them. */
  readonly paths: readonly string[];
  /** Text that the message must hold. */
  readonly says: string;
}

const CASES: readonly Case[] = [
  {
    title: "region: an account id with eleven digits",
    make: () => region({ allowedAccountIds: ["12345678901"] }),
    paths: ["allowedAccountIds.0"],
    says: "twelve digits",
  },
  {
    title: "region: no account at all",
    make: () => region({ allowedAccountIds: [] }),
    paths: ["allowedAccountIds"],
    says: "at least 1",
  },
  {
    title: "region: a zone of another region",
    make: () => region({ zones: ["us-east-1a", "eu-west-1a"] }),
    paths: ["zones.1"],
    says: "availability zones of us-east-1",
  },
  {
    title: "region: one zone",
    make: () => region({ zones: ["us-east-1a"] }),
    paths: ["zones"],
    says: "at least 2",
  },
  {
    title: "network: too few addresses for the tiers and zones",
    make: () => network({ cidr: "10.0.0.0/24" }),
    paths: ["cidr"],
    says: "from /16 to /22",
  },
  {
    title: "network: more addresses than a VPC has",
    make: () => network({ cidr: "10.0.0.0/8" }),
    paths: ["cidr"],
    says: "from /16 to /22",
  },
  {
    title: "network: a certificate of another region",
    make: () => network({ certificates: certificate("eu-west-1:123456789012") }),
    paths: ["certificates.arn"],
    says: "of us-east-1",
  },
  {
    title: "network: a certificate of another account",
    make: () => network({ certificates: certificate("us-east-1:999999999999") }),
    paths: ["certificates.arn"],
    says: "of account 123456789012",
  },
  {
    title: "database: backups for longer than Amazon RDS keeps them",
    make: () => postgres({ aws: { backupDays: 36 } }),
    paths: ["aws.backupDays"],
    says: "at most 35",
  },
  {
    title: "database: timescaledb (X-04)",
    make: () => postgres({ databases: { orders: { extensions: ["timescaledb"] } } }),
    paths: ["databases.orders.extensions"],
    says: "run this database on compose or MicroK8s",
  },
  {
    title: "database: maintenance during the backup",
    make: () => postgres({ aws: { backupWindow: "04:00-05:00", maintenanceWindow: "sun:04:30-sun:05:30" } }),
    paths: ["aws.maintenanceWindow"],
    says: "meets the backup at 04:00-05:00",
  },
  {
    title: "database: maintenance during the backup, across midnight",
    make: () => postgres({ aws: { backupWindow: "23:30-00:30", maintenanceWindow: "mon:00:00-mon:01:00" } }),
    paths: ["aws.maintenanceWindow"],
    says: "a time without a backup",
  },
  {
    title: "database: a class that is none",
    make: () => postgres({ aws: { instanceClass: "large" } }),
    paths: ["aws.instanceClass"],
    says: "db.m7g.large",
  },
  {
    title: "cache: maintenance during the snapshot",
    make: () => cache({ aws: { snapshotWindow: "05:00-06:00", maintenanceWindow: "sun:05:30-sun:06:30" } }),
    paths: ["aws.maintenanceWindow"],
    says: "a time without snapshots",
  },
  {
    title: "cache: snapshots for longer than Amazon ElastiCache keeps them",
    make: () => cache({ aws: { snapshotDays: 36 } }),
    paths: ["aws.snapshotDays"],
    says: "at most 35",
  },
  {
    title: "cache: a node that is too small for the data (X-06)",
    make: () => cache({ aws: { nodeType: "cache.t3.micro" } }),
    paths: ["aws.nodeType"],
    says: "lower maxMemory",
  },
  {
    title: "bucket: a cold tier that is colder than the end",
    make: () => bucket({ lifecycle: { expireAfter: "30 days" }, aws: { coldAfter: "60 days" } }),
    paths: ["aws.coldAfter"],
    says: "less than lifecycle.expireAfter",
  },
  {
    title: "bucket: a lock without objectLock",
    make: () => bucket({ aws: { lockFor: "30 days" } }),
    paths: ["aws.lockFor"],
    says: "objectLock: true",
  },
  {
    title: "service: more CPUs than Fargate sells",
    make: () => service({ cpus: 17 }),
    paths: ["memory"],
    says: "at most 16 CPUs and 120 GiB",
  },
  {
    title: "service: more memory than Fargate sells",
    make: () => service({ memory: "121 GiB" }),
    paths: ["memory"],
    says: "at most 16 CPUs and 120 GiB",
  },
  {
    title: "service: a share on spot capacity above all",
    make: () => service({ aws: { spotPercent: 101 } }),
    paths: ["aws.spotPercent"],
    says: "at most 100",
  },
  {
    title: "service: secrets as files",
    make: () => service({ secretsAs: "file" }),
    paths: ["secretsAs"],
    says: "remove secretsAs",
  },
  {
    title: "backups: points in time for longer than the database keeps them",
    make: () => backups({ retention: { pointInTime: "36 days" } }),
    paths: ["retention.pointInTime"],
    says: "raise aws.backupDays of db, at most 35",
  },
  {
    title: "backups: less lost than Amazon RDS can promise (X-17)",
    make: () => backups({ rpo: "1 minute" }),
    paths: ["rpo"],
    says: "5 minutes",
  },
  {
    title: "backups: a second region that is the first",
    make: () => backups({ copyTo: region({}, "again") }),
    paths: ["copyTo"],
    says: "another region",
  },
  {
    title: "routing: a mail server",
    make: () =>
      new AlertRouting("alerts", {
        vpc: network(),
        receivers: { ops: { kind: "email", to: "ops@example.com" }, pulse: { kind: "webhook", url: "https://x" } },
        routes: [{ severity: "warning", receivers: ["ops"] }],
        default: "ops",
        heartbeat: { receiver: "pulse" },
        selfMonitoring: { receivers: ["ops"] },
        smtp: wrong({ host: "mail.example.com", from: "a@example.com", username: "a", password: "b" }),
      }),
    paths: ["smtp"],
    says: "Amazon SNS sends e-mail itself",
  },
];

describe("bad input on AWS", () => {
  test.each(CASES)("$title", async ({ make, paths, says }) => {
    const error = await refused(make);
    expect(error.problems.map((each) => each.path)).toEqual(paths);
    for (const { given, allowed, fix } of error.problems)
      for (const text of [given, allowed, fix]) expect(text.length).toBeGreaterThan(0);
    expect(error.message).toContain(says);
  });

  test("each case is wrong for one reason only: what they start from is accepted", async () => {
    for (const make of [postgres, cache, bucket, service, backups]) {
      const { resources } = await withMocks(() => void make());
      expect(resources.length).toBeGreaterThan(30);
    }
  });
});
