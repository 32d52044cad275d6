import type { Environment } from "../../components/core/environment";
import { ManagedPostgres, type ManagedPostgresArgs } from "../../components/managed-postgres";
import { ServiceDeployment, type ServiceDeploymentArgs } from "../../components/service-deployment";
import { type AdoptedVpc, SurveillanceVpc, type SurveillanceVpcArgs } from "../../components/surveillance-vpc";
import { AwsRegion } from "../../components/targets/aws-region";
import { ComposeHost } from "../../components/targets/compose-host";
import { MicroK8s } from "../../components/targets/microk8s";
import { TARGET_KINDS, type Target, type TargetKind } from "../../components/targets/target";
import { type Program, withMocks } from "../mocks/program";

// A program of a hundred resources takes seconds on a busy machine.
jest.setTimeout(60_000);

/** All targets: every contract test runs once for each. */
export const KINDS = TARGET_KINDS;

/** All tiers. */
export const TIERS = ["dev", "staging", "prod"] as const;

/** An image that every target accepts. */
export const IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/api:1.0.0";

/** The secret that the service `api` is given; it must be nowhere in clear. */
export const API_KEY = "hunter2-hunter2-hunter2";

const idOf = (kind: string, number: number) => `${kind}-0a1b2c3d4e5f600${String(number).padStart(2, "0")}`;
const inBoth = (kind: string, from: number) => ({
  "us-east-1a": idOf(kind, from),
  "us-east-1b": idOf(kind, from + 1),
});

/** A VPC that others made, in the two zones of the shop. */
export const ADOPTED = {
  vpcId: idOf("vpc", 0),
  subnets: { public: inBoth("subnet", 1), private: inBoth("subnet", 3), data: inBoth("subnet", 5) },
  privateRouteTables: inBoth("rtb", 1),
} as const satisfies AdoptedVpc;

/** What a test changes in the shop. */
export interface Changes {
  readonly environment?: Environment;
  readonly zones?: readonly string[];
  readonly vpc?: Partial<SurveillanceVpcArgs>;
  readonly db?: Partial<ManagedPostgresArgs>;
  readonly api?: Partial<ServiceDeploymentArgs>;
  /** Whether `stranger` links to the database too. */
  readonly strangerLinks?: boolean;
}

/** A target of a kind. */
export function targetOf(kind: TargetKind, changes: Changes = {}): Target {
  const environment = changes.environment ?? "dev";
  switch (kind) {
    case "compose":
      return new ComposeHost("place", { environment, cpus: 64, memory: "64 GiB" });
    case "microk8s":
      return new MicroK8s("place", { environment, cpus: 64, memory: "64 GiB", context: "microk8s" });
    case "aws":
      return new AwsRegion("place", {
        environment,
        region: "us-east-1",
        zones: changes.zones ?? ["us-east-1a", "us-east-1b"],
        allowedAccountIds: ["123456789012"],
        tags: { owner: "shop-team", "data-class": "internal", env: environment, "change-ref": "none" },
      });
  }
}

/** A network of a kind, with the certificates that the kind needs. */
export function networkOf(kind: TargetKind, changes: Changes = {}): SurveillanceVpc {
  return new SurveillanceVpc("network", {
    target: targetOf(kind, changes),
    certificates:
      kind === "aws"
        ? { mode: "acm", arn: "arn:aws:acm:us-east-1:123456789012:certificate/1" }
        : { mode: "acme", email: "ops@example.com" },
    ...changes.vpc,
  });
}

const made = new Map<string, Promise<Program>>();

/** The shop with some changes, run once for each. */
export function shop(kind: TargetKind, changes: Changes = {}): Promise<Program> {
  const key = JSON.stringify([kind, changes]);
  const known = made.get(key) ?? freshShop(kind, changes);
  made.set(key, known);
  return known;
}

/**
 * The shop: `api` links to the database `db` and to the service `stock`; `stranger` links to nothing. The same program on every target.
 */
export function freshShop(kind: TargetKind, changes: Changes = {}): Promise<Program> {
  return withMocks(() => {
    const vpc = networkOf(kind, changes);
    const db = new ManagedPostgres("db", {
      vpc,
      databases: { orders: {} },
      memory: "1 GiB",
      cpus: 1,
      storage: "20 GiB",
      ...changes.db,
    });
    const stock = new ServiceDeployment("stock", { vpc, image: IMAGE, cpus: 0.5, linkable: true });
    new ServiceDeployment("api", {
      vpc,
      image: IMAGE,
      cpus: 1,
      links: [db.as({ database: "orders" }), stock],
      environment: { LOG_LEVEL: "INFO" },
      secrets: { API_KEY },
      routes: [{ host: "shop.example.com" }],
      ...changes.api,
    });
    new ServiceDeployment("stranger", {
      vpc,
      image: IMAGE,
      cpus: 0.5,
      links: changes.strangerLinks === true ? [db.as({ database: "orders" })] : [],
    });
  });
}
