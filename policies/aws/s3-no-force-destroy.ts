import { IN_PROD, rule } from "../rule";
import { BUCKET } from "./buckets";
import { bucket } from "./examples";

/** A bucket with objects in it cannot be deleted by a program. */
export const s3NoForceDestroy = rule({
  id: "aws-s3-no-force-destroy",
  title: "Buckets with objects cannot be destroyed",
  severity: "high",
  level: IN_PROD,
  types: BUCKET,
  remedy: "Remove forceDestroy: true.",
  references: ["Bulwark"],
  check(resource, guard) {
    guard.check(() => resource.at("forceDestroy").flag() === true && "forceDestroy is true");
  },
  examples: { compliant: [bucket()], violating: [bucket({ forceDestroy: true })] },
});
