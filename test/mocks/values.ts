import { runtime } from "@pulumi/pulumi";

const SIGNATURE = runtime.specialSigKey;

/** Values as the program meant them: without the wrappers of secrets and references. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (fields[SIGNATURE] === runtime.specialSecretSig) return plain(fields["value"]);
  if (fields[SIGNATURE] === runtime.specialResourceSig) return fields["urn"];
  return Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, plain(each)]));
}

/** Paths of the values that are wrapped as secrets. */
export function secretPaths(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== "object" || value === null) return [];
  const fields = value as Record<string, unknown>;
  if (fields[SIGNATURE] === runtime.specialSecretSig) return [path.join(".")];
  return Object.entries(fields).flatMap(([key, each]) => secretPaths(each, [...path, key]));
}

/** A value wrapped as a secret, once. */
export function wrapSecret(value: unknown): unknown {
  const wrapped =
    typeof value === "object" && value !== null && (value as Record<string, unknown>)[SIGNATURE] !== undefined;
  return wrapped ? value : { [SIGNATURE]: runtime.specialSecretSig, value };
}
