import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import type { SecretVariable } from "../core/links";
import { PASSWORD_LENGTH } from "../core/secrets";
import { type Owner, secret } from "../targets/microk8s/objects";
import type { Mounted, PodTemplate } from "../targets/microk8s/pod";

/** A secret as the pod will see it. */
interface Handed {
  readonly variable: string;
  readonly file: string;
  readonly secretName: pulumi.Input<string>;
  readonly key: string;
}

/** Variables and mounts that bring secrets into a pod, and the objects they need. */
export interface HandedOver {
  readonly environment: NonNullable<PodTemplate["environment"]>;
  readonly mounts: readonly Mounted[];
  readonly after: readonly pulumi.Resource[];
}

/** Secrets of links and the service's own, as files under `/run/secrets` or, when asked for, as variables that refer to a Secret. */
export function handedOver(
  owner: Owner,
  consumer: string,
  linked: readonly SecretVariable[],
  own: Readonly<Record<string, pulumi.Input<string>>>,
  as: "file" | "env",
): HandedOver {
  const kept = keep(owner, consumer, own);
  const all = [...linked.map(handed), ...kept.secrets];
  if (all.length === 0) return { environment: {}, mounts: [], after: [] };
  if (as === "env") {
    return { environment: Object.fromEntries(all.map((each) => [each.variable, each])), mounts: [], after: kept.after };
  }
  const byFile = [...new Map(all.map((each) => [each.file, each])).values()];
  const sources = byFile.map((each) => ({
    secret: { name: each.secretName, items: [{ key: each.key, path: each.file }] },
  }));
  return {
    environment: Object.fromEntries(all.map((each) => [`${each.variable}_FILE`, `/run/secrets/${each.file}`])),
    mounts: [
      { name: "secrets", path: "/run/secrets", readOnly: true, source: { projected: { defaultMode: 0o440, sources } } },
    ],
    after: kept.after,
  };
}

function handed(each: SecretVariable): Handed {
  if (each.ref.kind !== "kubernetes")
    throw new Error(`a service on microk8s cannot read a secret of kind ${each.ref.kind}`);
  return { variable: each.variable, file: each.file, secretName: each.ref.secretName, key: each.ref.key };
}

/** Puts the service's own secrets into a Secret. Its name is hashed with a random key, so that it tells nothing about short secrets. */
function keep(
  owner: Owner,
  consumer: string,
  own: Readonly<Record<string, pulumi.Input<string>>>,
): { readonly secrets: readonly Handed[]; readonly after: readonly pulumi.Resource[] } {
  const files = Object.keys(own).map((variable) => ({ variable, file: variable.toLowerCase().replace(/_/g, "-") }));
  if (files.length === 0) return { secrets: [], after: [] };
  const key = new RandomPassword(
    `${consumer}-fingerprint`,
    { length: PASSWORD_LENGTH, special: false },
    { parent: owner.parent, provider: owner.network.target.random },
  ).result;
  const values = Object.fromEntries(files.map((each) => [each.file, own[each.variable] ?? ""]));
  const made = secret(owner, `${consumer}-secrets`, values, key);
  return { secrets: files.map((each) => ({ ...each, secretName: made.name, key: each.file })), after: [made.resource] };
}
