/** One clause of a framework and the rules that show that it is met, as far as infrastructure can. */
export interface Clause {
  readonly framework: "GDPR" | "PCI DSS" | "SOC 2";
  readonly clause: string;
  readonly asks: string;
  /** Ids of rules. */
  readonly rules: readonly string[];
  /** What no rule can show. */
  readonly beyond?: string;
}

const AT_REST = [
  "aws-rds-encrypted",
  "aws-redis-at-rest",
  "aws-s3-encrypted",
  "aws-ebs-encrypted",
  "aws-kms-hardening",
] as const;
const IN_TRANSIT = [
  "xs-public-endpoint-tls",
  "k8s-ingress-tls",
  "aws-lb-tls",
  "aws-rds-tls",
  "aws-redis-in-transit",
  "aws-s3-tls-only",
] as const;
const LOGS = ["xs-log-sink", "aws-rds-logs", "aws-ecs-logging-insights", "aws-s3-logging-lifecycle"] as const;

/** What auditors ask for, and what answers. */
export const CLAUSES: readonly Clause[] = [
  {
    framework: "GDPR",
    clause: "Art. 5(1)(f)",
    asks: "integrity and confidentiality",
    rules: [
      "xs-store-not-internet-reachable",
      "xs-store-in-private-subnet",
      "xs-ns-has-default-deny",
      "xs-login-required",
    ],
  },
  {
    framework: "GDPR",
    clause: "Art. 17",
    asks: "erasure",
    rules: ["aws-s3-logging-lifecycle"],
    beyond: "deleting one person's rows; old copies end with the retention of the backups",
  },
  { framework: "GDPR", clause: "Art. 20", asks: "portability", rules: [], beyond: "an export of the application" },
  {
    framework: "GDPR",
    clause: "Art. 32",
    asks: "encryption, availability, restore",
    rules: [...AT_REST, ...IN_TRANSIT, "xs-db-has-backup"],
  },
  { framework: "GDPR", clause: "Art. 33", asks: "breaches are noticed", rules: [...LOGS, "xs-db-has-alert"] },
  { framework: "PCI DSS", clause: "3.4", asks: "TLS 1.2 or newer", rules: [...IN_TRANSIT] },
  {
    framework: "PCI DSS",
    clause: "3.5",
    asks: "stored data is unreadable",
    rules: [...AT_REST],
    beyond: "columns encrypted with pgcrypto",
  },
  {
    framework: "PCI DSS",
    clause: "8",
    asks: "everybody is identified",
    rules: ["xs-login-required", "k8s-console-auth", "xs-password-length"],
    beyond: "second factors of the application",
  },
  { framework: "PCI DSS", clause: "10", asks: "audit logs", rules: [...LOGS] },
  {
    framework: "SOC 2",
    clause: "CC6.1",
    asks: "least privilege",
    rules: ["k8s-rbac-no-wildcard", "k8s-rbac-no-escalation", "k8s-no-cluster-admin", "aws-iam-least"],
  },
  {
    framework: "SOC 2",
    clause: "CC6.6",
    asks: "boundaries are protected",
    rules: [...IN_TRANSIT, "aws-sg-no-world-admin", "docker-no-datastore-port"],
  },
  {
    framework: "SOC 2",
    clause: "CC6.7",
    asks: "data is protected when it moves and rests",
    rules: [...AT_REST, "k8s-no-secret-env", "docker-no-plain-secret-env", "aws-ecs-no-secret-env"],
  },
  {
    framework: "SOC 2",
    clause: "CC7.2",
    asks: "anomalies are watched for",
    rules: ["xs-db-has-alert", "aws-alarm-has-action", "xs-log-sink"],
  },
];
