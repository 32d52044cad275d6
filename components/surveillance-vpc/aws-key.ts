import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import type * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "../targets/aws/account";
import { named, type Owner } from "../targets/aws/children";
import { documentOf } from "../targets/aws/documents";

/** The stack's own key: databases, caches, buckets, secrets and logs are encrypted with it, and its use can be withdrawn. */
export function buildKey(owner: Owner, name: string, account: pulumi.Output<string>, protect: boolean): Key {
  const { target, parent } = owner;
  const partition = partitionOf(target.region);
  const key = new Key(
    `${name}-key`,
    {
      description: `Data of ${target.prefix}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: documentOf({ account }, ({ account: id }) => [
        {
          Sid: "Account",
          Effect: "Allow",
          Principal: { AWS: `arn:${partition}:iam::${id}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        {
          Sid: "Logs",
          Effect: "Allow",
          Principal: { Service: `logs.${target.region}.amazonaws.com` },
          Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
          Resource: "*",
          Condition: {
            ArnLike: {
              "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${target.region}:${id}:log-group:*`,
            },
          },
        },
      ]),
      ...named(owner, name),
    },
    { parent, protect },
  );
  new Alias(`${name}-key`, { name: `alias/${target.prefix}`, targetKeyId: key.keyId }, { parent });
  return key;
}
