import { randomBytes } from "node:crypto";
import { changedKeys, clear, type Properties } from "./wire";
import type { Kind, WorldObject } from "./world";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A password as the random provider makes it: real randomness, kept in the state alone. */
export function makePassword(
  urn: string,
  inputs: Properties,
): { readonly made: WorldObject; readonly outs: Properties } {
  const length = Number(clear(inputs["length"]));
  const result = [...randomBytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
  const kind: Kind = "password";
  return { made: { kind, name: urn, id: "none", inputs: { length, result } }, outs: { ...inputs, result } };
}

/** Everything replaces a password. */
export function diffPassword(
  olds: Properties,
  news: Properties,
): { readonly replaces: string[]; readonly changes: boolean } {
  const replaces = changedKeys(olds, news, (key) => key === "result");
  return { replaces, changes: replaces.length > 0 };
}
