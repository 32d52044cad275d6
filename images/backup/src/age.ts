import { createHash, createPrivateKey, createPublicKey } from "node:crypto";

/** A key pair of age: the recipient encrypts, the identity reads. */
export interface AgeKey {
  /** `AGE-SECRET-KEY-1…`. A secret. */
  readonly identity: string;
  /** `age1…`. Public. */
  readonly recipient: string;
}

/**
 * The key pair that follows from a text. The same text gives the same pair, so that one generated passphrase is all there is to keep. The text
 * must be as random as a key: at least 128 bits.
 */
export function ageKey(passphrase: string): AgeKey {
  const secret = createHash("sha256").update(`bulwark backup age identity\0${passphrase.trim()}`).digest();
  return {
    identity: bech32("age-secret-key-", secret).toUpperCase(),
    recipient: bech32("age", publicOf(secret)),
  };
}

/** PKCS #8 in front of the 32 bytes of an X25519 private key. */
const PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");

function publicOf(secret: Buffer): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: "der", type: "pkcs8" });
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
}

const ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** Bech32 of BIP 173, without its limit of 90 characters, as age writes its keys. */
export function bech32(prefix: string, bytes: Uint8Array): string {
  const data = fiveBits(bytes);
  const expanded = [...prefix].map((char) => char.charCodeAt(0));
  const values = [...expanded.map((code) => code >> 5), 0, ...expanded.map((code) => code & 31), ...data];
  const sum = checksum([...values, 0, 0, 0, 0, 0, 0]) ^ 1;
  const check = Array.from({ length: 6 }, (_, index) => (sum >> (5 * (5 - index))) & 31);
  return `${prefix}1${[...data, ...check].map((value) => ALPHABET[value]).join("")}`;
}

function fiveBits(bytes: Uint8Array): number[] {
  const out: number[] = [];
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out.push((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) out.push((held << (5 - bits)) & 31);
  return out;
}

function checksum(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of GENERATOR.entries()) if ((top >> bit) & 1) sum ^= generator;
  }
  return sum;
}
