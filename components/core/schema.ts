import * as z from "zod";
import { DURATION_PATTERN, SIZE_PATTERN } from "./units";

/**
 * A leaf that may be an output of another resource: an output or a promise passes unseen, a plain value is checked.
 * Outputs are recognised by shape, because two copies of the SDK may be loaded and because specs do not import it.
 */
export function leaf(schema: z.ZodType): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    if (isDeferred(value)) return;
    for (const issue of schema.safeParse(value).error?.issues ?? []) {
      const params =
        "params" in issue ? issue.params : { allowed: issue.message, fix: "give such a value, or an output of one" };
      context.addIssue({ code: "custom", path: [...issue.path], message: issue.message, params: { ...params } });
    }
  });
}

function isDeferred(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (("__pulumiOutput" in value && value.__pulumiOutput === true) || value instanceof Promise)
  );
}

/** Text that must match a pattern, with words for what is allowed and how to mend it. */
export function text(pattern: RegExp, allowed: string, fix: string): z.ZodType<string, string> {
  return z.custom<string>().superRefine((value, context) => {
    if (typeof value !== "string" || !pattern.test(value))
      context.addIssue({ code: "custom", message: fix, params: { allowed, fix } });
  });
}

/** A size such as `"512 MiB"`. */
export const size = text(
  SIZE_PATTERN,
  'a size with a binary unit such as "512 MiB" or "8 GiB"',
  "write a number, one space and MiB, GiB or TiB",
);

/** A length of time such as `"7 days"`. */
export const duration = text(
  DURATION_PATTERN,
  'a duration such as "30 seconds", "15 minutes", "12 hours" or "7 days"',
  "write a number, one space and the unit",
);

/** A component name: it becomes a host name on every target. */
export const componentName = text(
  /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  "lower-case letters, digits and single hyphens, starting with a letter",
  'use a name such as "orders-db"',
);

/** An SQL identifier that needs no quoting. */
export const identifier = text(
  /^[a-z_][a-z0-9_]{0,62}$/,
  "lower-case letters, digits and underscores, at most 63, not starting with a digit",
  'use a name such as "orders_user"',
);

/** A TCP port. */
export const port = z.number().int().min(1).max(65_535);

/** Image reference with a tag or digest; a floating `latest` is refused. */
export const image = text(
  /^(?!.*:latest$)[\w.\-/:]+(?::[\w.-]+|@sha256:[a-f0-9]{64})$/,
  "an image with a fixed tag or a digest",
  'pin it: "registry.example.com/orders:1.4.2" or "...@sha256:<digest>"',
);

/** Host name of a route. */
export const hostname = text(
  /^(?:\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
  "a DNS host name",
  'use a name such as "api.example.com"',
);

/** Name of an environment variable. */
export const variableName = text(
  /^[A-Z_][A-Z0-9_]*$/,
  "upper-case letters, digits and underscores",
  'use a name such as "LOG_LEVEL"',
);

/** A component that carries a network. */
export const vpc = z.custom((value) => typeof value === "object" && value !== null && "network" in value, {
  params: { allowed: "a SurveillanceVpc", fix: 'make one: new SurveillanceVpc("network", { target })' },
});
