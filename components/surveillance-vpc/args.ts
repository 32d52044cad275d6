import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { leaf, port, text } from "../core/schema";
import type { Target } from "../targets/target";

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
  protect: z.boolean().optional(),
});
