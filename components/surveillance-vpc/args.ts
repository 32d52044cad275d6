import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { leaf, port, text } from "../core/schema";
import type { Target } from "../targets/target";
import { type AdoptedVpc, adoptedSchema } from "./adopted";

/** How the edge gets the certificates of its host names. */
export type EdgeCertificates =
  | {
      /** A certificate authority that speaks ACME, such as Let's Encrypt: the host names must resolve to the edge. */
      readonly mode: "acme";
      /** Address that the authority writes to before a certificate expires. */
      readonly email: string;
    }
  | {
      /** The edge's own authority, for development: browsers warn. */
      readonly mode: "internal";
    }
  | {
      /** A certificate of AWS Certificate Manager. AWS only, and the only way there. */
      readonly mode: "acm";
      /** ARN of the certificate. It must cover the host names of all routes. */
      readonly arn: pulumi.Input<string>;
    };

/** Where the edge listens on a compose host. */
export interface EdgePublication {
  /** Host port of the redirect to HTTPS. Default: 80. */
  readonly http?: number;
  /** Host port of HTTPS. Default: 443. */
  readonly https?: number;
  /** Address of the host to listen on. Default: `0.0.0.0`, all of them. */
  readonly ip?: string;
}

/** The place where the cameras are, as the VPC reaches it through a VPN. */
export interface SiteArgs {
  /** Public IPv4 address of the site's VPN gateway. */
  readonly address: string;
  /** Autonomous system number of the gateway. Default: 65000. Routes are static, so it is only a name. */
  readonly asn?: number;
}

/** What looks at requests before services see them. */
export type Firewall = "managed" | "none" | { /** ARN of a regional web ACL. */ readonly arn: pulumi.Input<string> };

/**
 * How the subnets of tasks reach the internet: through one NAT gateway for each zone, through one for all, whose zone they then depend on, or not
 * at all.
 */
export type Nat = "per-zone" | "single" | "none";

/** Arguments of {@link SurveillanceVpc}. */
export interface SurveillanceVpcArgs {
  /** The place where everything runs: a `ComposeHost`, a `MicroK8s` or an `AwsRegion`. */
  readonly target: Target;
  /** Certificates of the edge. Default: `internal` in dev; must be given in staging and prod, and always on AWS. */
  readonly certificates?: EdgeCertificates;
  /** Ports of the edge. Compose only: on MicroK8s and AWS the ingress controller and the load balancer listen on 80 and 443. */
  readonly publish?: EdgePublication;
  /** Networks in which cameras live, as IPv4 CIDR. Services with `cameras: true` may reach them. */
  readonly cameras?: readonly string[];
  /** AWS only: the VPN to the site on which the {@link cameras} are. They need it there; without cameras it is refused. */
  readonly site?: SiteArgs;
  /**
   * AWS only: what looks at requests before services see them. `managed` is a web ACL with the rules that AWS keeps up to date and a limit for each
   * address; `arn` names a web ACL of your own. Default: `managed` in prod, `none` elsewhere.
   */
  readonly firewall?: Firewall;
  /** Address range of the VPC. AWS only. Default: `10.0.0.0/16` (VPC-01). */
  readonly cidr?: string;
  /**
   * AWS only: how the subnets of tasks reach the internet. With `none`, services with `outbound` are refused; images, secrets and logs need no NAT.
   * Default: `per-zone` in prod, `single` elsewhere.
   */
  readonly nat?: Nat;
  /**
   * AWS only: gives the VPC an IPv6 range of Amazon's (/56), every subnet a part of it (/64), and lets the load balancer be reached by it. Services with
   * `outbound` may then call out by IPv6, which passes no NAT. It can be turned on later. Default: no.
   */
  readonly ipv6?: boolean;
  /**
   * AWS only: a VPC that exists, with its subnets, instead of a new one. Its routes, gateways, flow log and default security group stay with its owner;
   * cameras are reached by its own routes. The rest of the stack is the same. Default: a VPC of the stack's own.
   */
  readonly adopt?: AdoptedVpc;
  /**
   * Whether deletion of what cannot be made again is refused: the CA and the edge's certificates on compose, the namespace and the CA on
   * MicroK8s, the load balancer on AWS. Default: yes.
   */
  readonly protect?: boolean;
}

const cidr = text(
  /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\/(?:3[0-2]|[12]?\d)$/,
  "an IPv4 network such as 10.20.0.0/16",
  "write address, slash and prefix length",
);

/** Shape of {@link SurveillanceVpcArgs}. */
export const schema = z.strictObject({
  target: z.custom<Target>(
    (value) => typeof value === "object" && value !== null && "kind" in value && "prefix" in value,
    {
      params: {
        allowed: "a ComposeHost, a MicroK8s or an AwsRegion",
        fix: 'make one: new ComposeHost("host", { ... })',
      },
    },
  ),
  certificates: z
    .discriminatedUnion("mode", [
      z.strictObject({
        mode: z.literal("acme"),
        email: text(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an e-mail address", "give the address of the operations team"),
      }),
      z.strictObject({ mode: z.literal("internal") }),
      z.strictObject({
        mode: z.literal("acm"),
        arn: leaf(
          text(
            /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
            "the ARN of a certificate in AWS Certificate Manager",
            'use "arn:aws:acm:<region>:<account>:certificate/<id>", or an output of one',
          ),
        ),
      }),
    ])
    .optional(),
  publish: z.strictObject({ http: port.optional(), https: port.optional(), ip: z.ipv4().optional() }).optional(),
  cameras: z.array(cidr).optional(),
  site: z.strictObject({ address: z.ipv4(), asn: z.number().int().min(1).max(4_294_967_294).optional() }).optional(),
  firewall: z
    .union([
      z.enum(["managed", "none"]),
      z.strictObject({
        arn: leaf(text(/^arn:aws[a-z-]*:wafv2:/, "the ARN of a regional web ACL", 'use "arn:aws:wafv2:<region>:..."')),
      }),
    ])
    .optional(),
  cidr: cidr.optional(),
  nat: z.enum(["per-zone", "single", "none"]).optional(),
  ipv6: z.boolean().optional(),
  adopt: adoptedSchema.optional(),
  protect: z.boolean().optional(),
});
