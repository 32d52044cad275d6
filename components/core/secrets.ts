import type * as pulumi from "@pulumi/pulumi";

/**
 * Where a process finds a secret. The value itself is only held where the target has no store of its own (compose); it is an encrypted
 * output there.
 */
export type SecretRef =
  | {
      /** Compose: a file under `/run/secrets`, put there by the consumer's carrier with mode 0400 and the consumer's uid. */
      readonly kind: "file";
      /** The secret's value, marked as a secret. */
      readonly value: pulumi.Output<string>;
    }
  | {
      /** MicroK8s: a key of a Kubernetes Secret, mounted as a file. */
      readonly kind: "kubernetes";
      readonly secretName: pulumi.Input<string>;
      readonly key: string;
    }
  | {
      /** AWS: a Secrets Manager secret, by ARN, and the key within its JSON. */
      readonly kind: "secretsManager";
      readonly arn: pulumi.Input<string>;
      readonly jsonKey?: string;
      /** Version that the consumer is to read, so that another value starts it anew. Default: the current one when it starts. */
      readonly version?: pulumi.Input<string>;
    };

/** Length of every generated password in characters: at least 32, from a URL-safe alphabet. */
export const PASSWORD_LENGTH = 40;
