import { createHash } from "node:crypto";

/** A resource whose value a provider would make up. */
export interface GeneratedRequest {
  readonly urn: string;
  readonly name: string;
  readonly type: string;
  /** Its inputs, without secrets: length, alphabet, keepers. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Where the values of secrets come from while a program runs. */
export interface SecretSource {
  /** The value of a generated secret. */
  generated(request: GeneratedRequest): string;
  /** The value of an encrypted configuration key, if it is known. */
  config(key: string): string | undefined;
}

/** Types whose values are made up, by the output that holds the value. */
export const GENERATED: Readonly<Record<string, string>> = {
  "random:index/randomPassword:RandomPassword": "result",
  "random:index/randomString:RandomString": "result",
};

/**
 * Values for a plan: the same for the same URN, different for different ones, and of no use to anybody. Nothing real is read or made, so a plan
 * can be shared.
 */
export const standIns: SecretSource = {
  generated({ urn, inputs }) {
    const length = typeof inputs["length"] === "number" ? inputs["length"] : 32;
    let text = "standin";
    for (let block = 0; text.length < length; block++)
      text += createHash("sha256").update(`bulwark plan\0${block}\0${urn}`).digest("hex");
    return text.slice(0, length);
  },
  config: () => undefined,
};
