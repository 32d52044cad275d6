import { checkName } from "../core/arguments";
import { Problems } from "../core/problems";
import type { AdoptedVpc } from "./adopted";
import {
  type EdgeCertificates,
  type EdgePublication,
  type Firewall,
  type Nat,
  type SiteArgs,
  type SurveillanceVpcArgs,
  schema,
} from "./args";
import { DEFAULT_CIDR } from "./cidr";
import { unsupportedVpc } from "./unsupported";

/** {@link SurveillanceVpcArgs} with every default filled in. */
export interface VpcSpec {
  readonly certificates: EdgeCertificates;
  readonly publish: Required<EdgePublication>;
  readonly cameras: readonly string[];
  readonly site: SiteArgs | undefined;
  readonly firewall: Firewall;
  readonly cidr: string;
  readonly nat: Nat;
  readonly ipv6: boolean;
  readonly adopt: AdoptedVpc | undefined;
  readonly protect: boolean;
}

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveVpc(name: string, args: SurveillanceVpcArgs): VpcSpec {
  const problems = new Problems(`SurveillanceVpc "${name}"`).shape(schema, args, Object.keys(schema.shape));
  checkName(problems, name, "network");
  problems
    .across(["target", "certificates", "cidr", "cameras", "site", "nat", "ipv6", "adopt"], (add) => {
      for (const problem of unsupportedVpc(args)) add(problem);
    })
    .across(["target", "certificates"], (add) => {
      if (args.target.kind === "aws") return;
      if (args.certificates === undefined && args.target.environment !== "dev") {
        add({
          path: "certificates",
          given: "nothing",
          allowed: "acme or internal",
          fix: `give { mode: "acme", email: "ops@example.com" }: ${args.target.environment} does not start with self-made certificates unless you say so`,
        });
      }
    })
    .across(["target", "publish"], (add) => {
      if (args.publish !== undefined && args.target.kind !== "compose") {
        add({
          path: "publish",
          given: `ports on ${args.target.kind}`,
          allowed: "compose only",
          fix: "remove publish: the load balancer listens on 80 and 443",
        });
      }
      if (args.publish !== undefined && (args.publish.http ?? 80) === (args.publish.https ?? 443)) {
        add({
          path: "publish.https",
          given: String(args.publish.https ?? 443),
          allowed: "another port than http",
          fix: "give two different ports",
        });
      }
    })
    .across(["target", "cidr"], (add) => {
      if (args.cidr !== undefined && args.target.kind !== "aws") {
        add({
          path: "cidr",
          given: `"${args.cidr}"`,
          allowed: "aws only",
          fix: `remove cidr: ${args.target.kind} lays out its networks itself`,
        });
      }
    })
    .throwIfAny();
  return {
    certificates: args.certificates ?? { mode: "internal" },
    publish: { http: args.publish?.http ?? 80, https: args.publish?.https ?? 443, ip: args.publish?.ip ?? "0.0.0.0" },
    cameras: args.cameras ?? [],
    site: args.site,
    firewall: args.firewall ?? (args.target.environment === "prod" ? "managed" : "none"),
    cidr: args.cidr ?? DEFAULT_CIDR,
    nat: args.nat ?? (args.target.environment === "prod" ? "per-zone" : "single"),
    ipv6: args.ipv6 ?? false,
    adopt: args.adopt,
    protect: args.protect ?? true,
  };
}
