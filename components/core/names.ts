import { createHash } from "node:crypto";

/** What a kind of physical name may look like. */
export interface NameRule {
  /** Greatest length in characters. */
  readonly max: number;
  /** Characters that are allowed; any other becomes `-`. */
  readonly allowed: RegExp;
  /** Whether the name is folded to lower case. */
  readonly lower: boolean;
}

/** Limits by kind of name, from the documentation of each platform. */
export const NAME_RULES = {
  /** RFC 1123 label: Docker network aliases, Kubernetes object names that become host names. */
  dnsLabel: { max: 63, allowed: /[a-z0-9-]/, lower: true },
  /** CronJob of Kubernetes: the names of its jobs end with eleven characters of their own. */
  cronJob: { max: 52, allowed: /[a-z0-9-]/, lower: true },
  /** Docker container, volume and network names have no hard limit; 128 keeps listings readable. */
  docker: { max: 128, allowed: /[a-zA-Z0-9_.-]/, lower: true },
  /** Amazon RDS DB instance identifier. */
  rdsInstance: { max: 63, allowed: /[a-z0-9-]/, lower: true },
  /** Application Load Balancer and target group. */
  loadBalancer: { max: 32, allowed: /[a-zA-Z0-9-]/, lower: false },
  /** ElastiCache replication group, user and user group. */
  cache: { max: 40, allowed: /[a-z0-9-]/, lower: true },
  /** Prefix of all names of a stack: project and stack. */
  prefix: { max: 100, allowed: /[a-z0-9-]/, lower: true },
  /** AWS WAF web ACL. */
  webAcl: { max: 128, allowed: /[a-zA-Z0-9_-]/, lower: false },
  /** AWS Lambda function. */
  lambda: { max: 64, allowed: /[a-zA-Z0-9_-]/, lower: false },
  /** Amazon S3 bucket. */
  bucket: { max: 63, allowed: /[a-z0-9-]/, lower: true },
  /** ECS service, cluster and task family. */
  ecs: { max: 255, allowed: /[a-zA-Z0-9_-]/, lower: false },
  /** IAM role. */
  iamRole: { max: 64, allowed: /[a-zA-Z0-9+=,.@_-]/, lower: false },
  /** EC2 security group. */
  securityGroup: { max: 255, allowed: /[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]/, lower: false },
  /** RDS and ElastiCache parameter group, subnet group. */
  parameterGroup: { max: 255, allowed: /[a-z0-9-]/, lower: true },
  /** CloudWatch log group; `/` makes folders. */
  logGroup: { max: 512, allowed: /[a-zA-Z0-9_\-/.#]/, lower: false },
  /** AWS Secrets Manager secret; `/` makes folders. */
  secret: { max: 500, allowed: /[a-zA-Z0-9/_+=.@-]/, lower: false },
  /** Amazon SNS topic. */
  topic: { max: 256, allowed: /[a-zA-Z0-9_-]/, lower: false },
  /** Amazon SQS queue. */
  queue: { max: 80, allowed: /[a-zA-Z0-9_-]/, lower: false },
  /** EventBridge rule, connection, API destination and schedule. */
  eventRule: { max: 64, allowed: /[a-zA-Z0-9._-]/, lower: false },
  /** CloudWatch alarm, mute rule and dashboard. */
  alarm: { max: 255, allowed: /[a-zA-Z0-9_-]/, lower: false },
  /** Channel configuration of Amazon Q Developer in chat applications. */
  chatChannel: { max: 128, allowed: /[a-zA-Z0-9_-]/, lower: false },
  /** AWS Backup vault, plan and selection. */
  backup: { max: 50, allowed: /[a-zA-Z0-9_-]/, lower: false },
  /** Step Functions state machine. */
  stateMachine: { max: 80, allowed: /[a-zA-Z0-9_-]/, lower: false },
  /** Route 53 private zone of AWS Cloud Map. */
  zone: { max: 63, allowed: /[a-z0-9-]/, lower: true },
} as const satisfies Record<string, NameRule>;

/** A kind of physical name. */
export type NameKind = keyof typeof NAME_RULES;

/**
 * The physical name made of its parts, joined by `-`. The same parts always give the same name. A name that had to be cut, or in which a
 * character had to be replaced, ends with eight characters of a hash of all parts, so two different inputs never meet in one name.
 */
export function physicalName(kind: NameKind, ...parts: readonly string[]): string {
  const rule: NameRule = NAME_RULES[kind];
  const asked = parts.join("-");
  const folded = rule.lower ? asked.toLowerCase() : asked;
  const clean = [...folded].map((char) => (rule.allowed.test(char) ? char : "-")).join("");
  if (clean === folded && clean.length <= rule.max) return clean;
  const hash = createHash("sha256").update(asked).digest("hex").slice(0, 8);
  return `${clean.slice(0, rule.max - 9).replace(/-+$/, "")}-${hash}`;
}
