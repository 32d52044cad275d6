import type { Environment } from "../../components/core/environment";
import { EVERYWHERE, rule } from "../rule";
import { number } from "../setting";
import { aws } from "../tokens";
import { KEY_ARN, one, TAGS } from "./examples";
import { RESTRICTED, tagOf } from "./tags";

const FLOORS: Readonly<Record<Environment, number>> = { dev: 30, staging: 90, prod: 365 };

/** Logs are there when the question comes, and not for ever. */
export const logRetentionKms = rule({
  id: "aws-log-retention-kms",
  title: "Logs are kept for a stated time, encrypted where people are in them",
  severity: "medium",
  level: EVERYWHERE,
  types: aws("cloudwatch/logGroup:LogGroup"),
  settings: { days: number(0, "days of retention; 0: 30 in dev, 90 in staging, 365 in prod") },
  remedy: "Set retentionInDays, and kmsKeyId for restricted data.",
  references: ["CKV_AWS_66", "CKV_AWS_338", "CKV_AWS_158", "TRV AWS-0017", "POL-14"],
  check(resource, guard, { environment, settings, graph }) {
    const floor = settings.days || FLOORS[environment];
    guard.check(
      () => (resource.at("retentionInDays").number() ?? 0) < floor && `retentionInDays is not set, or below ${floor}`,
    );
    guard.check(() => {
      const restricted = RESTRICTED.includes(tagOf(resource, "data-class", graph) ?? "");
      return restricted && !resource.at("kmsKeyId").present() && "kmsKeyId is missing for restricted data";
    });
  },
  examples: {
    compliant: [
      [one("cloudwatch/logGroup:LogGroup", { retentionInDays: 365 })],
      [
        one("cloudwatch/logGroup:LogGroup", {
          retentionInDays: 400,
          kmsKeyId: KEY_ARN,
          tags: { ...TAGS, "data-class": "identity" },
        }),
      ],
    ],
    violating: [
      [one("cloudwatch/logGroup:LogGroup", {})],
      [one("cloudwatch/logGroup:LogGroup", { retentionInDays: 30 })],
      [one("cloudwatch/logGroup:LogGroup", { retentionInDays: 365, tags: { ...TAGS, "data-class": "footage" } })],
    ],
  },
});
