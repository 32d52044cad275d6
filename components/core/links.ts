import type * as pulumi from "@pulumi/pulumi";
import type { SecretRef } from "./secrets";

/** Who asks for a link. */
export interface Consumer {
  /** The consuming component's name. */
  readonly name: string;
  /** The consuming component: what is made for the link becomes its child. */
  readonly parent: pulumi.Resource;
  /** Most copies of it that run at once, those of the next version included. Default: 1. */
  readonly instances?: number;
}

/** A secret that a link brings: `DB_PASSWORD` becomes the variable `DB_PASSWORD_FILE`, or `DB_PASSWORD` when asked for in clear. */
export interface SecretVariable {
  /** Variable name without the `_FILE` suffix. */
  readonly variable: string;
  /** File name under the secrets folder; unique within the consumer. */
  readonly file: string;
  readonly ref: SecretRef;
}

/** Actions that a role may take on resources, as IAM names them. */
export interface Permission {
  readonly Effect: "Allow";
  readonly Action: readonly string[] | string;
  readonly Resource?: readonly string[] | string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The way through the network that a link opens, and nothing else does. */
export type NetworkPath =
  | { readonly kind: "compose" /** Docker network that the consumer joins. */; readonly network: string }
  | {
      readonly kind: "microk8s";
      /** Namespace of the provider's pods. */
      readonly namespace: string;
      /** Labels that select the provider's pods. */
      readonly podLabels: Readonly<Record<string, string>>;
      readonly port: number;
    }
  | {
      readonly kind: "aws";
      /** Security group of the provider, which gets one ingress rule from the consumer's group. */
      readonly securityGroupId: pulumi.Input<string>;
      readonly port: number;
    }
  | {
      /** An API of the platform, which every consumer can reach; permissions decide. */
      readonly kind: "endpoint";
    };

/** What a consumer gets from one link: variables, secrets, a network path, and the access that was granted for it. */
export interface Link {
  /** Name of the component linked to. */
  readonly to: string;
  /** Environment variables, not secret. */
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets: readonly SecretVariable[];
  readonly path: NetworkPath;
  /** AWS: what the role of the consumer may do. */
  readonly permissions?: pulumi.Input<readonly Permission[]>;
  /** Whether the consumer must trust the stack's own CA. */
  readonly trust: boolean;
  /** What must be ready before the consumer starts. */
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
}

/** A component, or a narrowed view of one, that can stand in `links`. */
export interface Linkable {
  /** Grants the consumer access and says how to use it. Called once for each consumer. */
  link(consumer: Consumer): Link;
}

/** Whether a value can stand in `links`. By shape: two copies of the library may be loaded. */
export function isLinkable(value: unknown): value is Linkable {
  return typeof value === "object" && value !== null && "link" in value && typeof value.link === "function";
}
