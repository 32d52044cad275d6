import type * as pulumi from "@pulumi/pulumi";
import type { SecretRef } from "./secrets";

/** How the channel to a server is secured. */
export interface Tls {
  /** `verify-full`: the certificate must be signed by the CA and name the host. `require`: encrypted, the certificate is not checked. */
  readonly mode: "verify-full" | "require";
  /** Path of the CA certificate inside the consumer's container, where Bulwark puts one. */
  readonly caFile?: string;
}

/** All that a client needs to reach a server. Host and port are always apart. */
export interface Connection {
  /** Host name, without a port. */
  readonly host: pulumi.Output<string>;
  /** TCP port. */
  readonly port: pulumi.Output<number>;
  /** Database, where the server has several. */
  readonly database?: string;
  /** Role or user. */
  readonly username: string;
  /** Where the password is. */
  readonly password: SecretRef;
  readonly tls: Tls;
}
