import { createHash, createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/**
 * Short hash of a value that is part of an object's name, so that a changed object is a new one and what uses it is rolled. With a `key` it
 * tells nothing about the value, however short that is; without one, give only values that are public or long and random.
 */
export function fingerprint(value: pulumi.Input<unknown>, key?: pulumi.Input<string>): pulumi.Output<string> {
  const hash = pulumi.all([pulumi.output(value), key]).apply(([plain, secret]) => {
    const text = JSON.stringify(plain);
    const digest = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
    return digest.update(text).digest("hex").slice(0, 10);
  });
  return pulumi.unsecret(hash);
}
