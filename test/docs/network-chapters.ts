import { StorageBucket, type StorageBucketArgs, SurveillanceVpc, type SurveillanceVpcArgs } from "../../components";
import { schema as bucketSchema } from "../../components/storage-bucket/args";
import { schema as vpcSchema } from "../../components/surveillance-vpc/args";
import type { Target, TargetKind } from "../../components/targets/target";
import { chapter } from "./chapter";
import { networkOf, targetOf } from "./place";

const ARN = "arn:aws:acm:us-east-1:123456789012:certificate/2";
const SITE = { address: "203.0.113.7", asn: 65_001 };

export const VPC = chapter<SurveillanceVpcArgs, { readonly target: Target; readonly kind: TargetKind }>({
  component: "SurveillanceVpc",
  schema: vpcSchema,
  site: (kind) => ({ kind, target: targetOf(kind) }),
  base: ({ kind, target }) => ({
    target,
    certificates:
      kind === "aws"
        ? { mode: "acm", arn: "arn:aws:acm:us-east-1:123456789012:certificate/1" }
        : { mode: "acme", email: "ops@example.com" },
  }),
  make: (name, args) => new SurveillanceVpc(name, args),
  rows: {
    target: { give: {} },
    "certificates<acme>": { give: { certificates: { mode: "acme", email: "platform@example.com" } } },
    "certificates<internal>": { give: { certificates: { mode: "internal" } } },
    "certificates<acm>": { give: { certificates: { mode: "acm", arn: ARN } } },
    publish: { give: { publish: { http: 8080, https: 8443, ip: "127.0.0.1" } } },
    cameras: {
      give: ({ kind }) => ({ cameras: ["192.168.50.0/24"], ...(kind === "aws" ? { site: SITE } : {}) }),
      aws: "the cameras are at the site, and reached through its VPN",
    },
    site: { give: { cameras: ["192.168.50.0/24"], site: SITE } },
    firewall: { give: { firewall: "managed" } },
    cidr: { give: { cidr: "10.7.0.0/16" } },
    nat: { give: { nat: "none" } },
    ipv6: { give: { ipv6: true } },
    adopt: {
      give: {
        adopt: {
          vpcId: "vpc-0123456789abcdef0",
          subnets: {
            public: { "us-east-1a": "subnet-0123456789abcde00", "us-east-1b": "subnet-0123456789abcde01" },
            private: { "us-east-1a": "subnet-0123456789abcde10", "us-east-1b": "subnet-0123456789abcde11" },
            data: { "us-east-1a": "subnet-0123456789abcde20", "us-east-1b": "subnet-0123456789abcde21" },
          },
          privateRouteTables: { "us-east-1a": "rtb-0123456789abcdef0", "us-east-1b": "rtb-0123456789abcdef1" },
          endpoints: { securityGroupId: "sg-0123456789abcdef0", s3PrefixListId: "pl-01234567" },
          outbound: true,
        },
      },
    },
    protect: {
      give: { protect: false },
      compose: "of the CA and the edge's certificates",
      microk8s: "of the namespace and the CA",
      aws: "of the load balancer, the key and the logs",
    },
  },
});

const LOCK = { versioning: true, objectLock: true };

export const BUCKET = chapter<StorageBucketArgs, { readonly vpc: SurveillanceVpc }>({
  component: "StorageBucket",
  schema: bucketSchema,
  site: (kind) => ({ vpc: networkOf(kind) }),
  base: ({ vpc }) => ({ vpc, storage: "10 GiB" }),
  make: (name, args) => new StorageBucket(name, args),
  rows: {
    vpc: { give: {} },
    bucketName: { give: { bucketName: "shop-recordings" } },
    versioning: { give: { versioning: false } },
    objectLock: { give: LOCK },
    lifecycle: {
      give: { lifecycle: { expireAfter: "90 days", expireOldVersionsAfter: "7 days" } },
      compose: "removed by a process beside the gateway, which has no lifecycle of its own",
      microk8s: "removed by a process beside the gateway, which has no lifecycle of its own",
    },
    aws: {
      give: {
        ...LOCK,
        aws: {
          coldAfter: "30 days",
          coldClass: "GLACIER_IR",
          lockFor: "7 days",
          lockMode: "compliance",
          replica: { bucketArn: "arn:aws:s3:::copy", keyArn: "arn:aws:kms:us-west-2:123456789012:key/1" },
        },
      },
    },
    storage: {
      give: { storage: "20 GiB" },
      compose: "a volume has no limit there: the disk of the host is the limit",
      aws: "a bucket has no limit",
    },
    memory: { give: { memory: "512 MiB" }, aws: "there is no server" },
    cpus: { give: { cpus: 2 }, aws: "there is no server" },
    rotation: { give: { rotation: "2" }, aws: "services log in by their role; there is no key to rotate" },
    protect: { give: { protect: false } },
  },
});
