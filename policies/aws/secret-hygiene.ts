import { certain } from "../join";
import { FROM_STAGING, rule } from "../rule";
import { number } from "../setting";
import { aws } from "../tokens";
import { Undetermined } from "../view";
import { KEY_ARN, one } from "./examples";

const SECRET_ = aws("secretsmanager/secret:Secret");
const VERSION = aws("secretsmanager/secretVersion:SecretVersion");
const ROTATION = aws("secretsmanager/secretRotation:SecretRotation");
const rotation = (days: number) =>
  one(
    "secretsmanager/secretRotation:SecretRotation",
    { secretId: "arn:it", rotationRules: { automaticallyAfterDays: days } },
    { name: "rotation", propertyDependencies: { secretId: ["it"] } },
  );

/** A secret changes before it is known, and a deleted one can be had back. */
export const secretHygiene = rule({
  id: "aws-secret-hygiene",
  title: "Secrets rotate, have a key of their own, and are not in the program",
  severity: "medium",
  level: FROM_STAGING,
  types: [...SECRET_, ...VERSION],
  joins: true,
  settings: { days: number(90, "days within which a secret is rotated") },
  remedy: "Add a SecretRotation of 90 days or less, set kmsKeyId, and do not set recoveryWindowInDays to 0.",
  references: ["FSBP SecretsManager.1", "FSBP SecretsManager.4", "CKV2_AWS_57", "CKV_AWS_149", "CKV_AWS_304", "SEC-07"],
  check(resource, guard, { graph, settings, secretsMarked }) {
    if (VERSION.includes(resource.type)) {
      guard.check(() => {
        const text = resource.at("secretString");
        if (!text.present() || text.isSecret()) return undefined;
        if (!secretsMarked)
          throw new Undetermined(text.path, "may be a literal: the engine shows policies no difference");
        return "secretString is a literal, not marked as secret";
      });
      return;
    }
    guard.check(() => resource.at("recoveryWindowInDays").number() === 0 && "recoveryWindowInDays is 0");
    guard.check(() => !resource.at("kmsKeyId").present() && { message: "kmsKeyId is missing", advisory: true });
    guard.check(() => {
      const rotations = certain(graph.sides(resource, "secretId", ROTATION, SECRET_));
      if (rotations.length === 0) return "no SecretRotation belongs to the secret";
      const days = (each: (typeof rotations)[number]) => each.at("rotationRules", "automaticallyAfterDays").number();
      const often = rotations.some(
        (each) => each.at("rotationRules", "scheduleExpression").present() || (days(each) ?? 999) <= settings.days,
      );
      return !often && `its SecretRotation takes more than ${settings.days} days`;
    });
  },
  examples: {
    compliant: [
      [one("secretsmanager/secret:Secret", { kmsKeyId: KEY_ARN }), rotation(90)],
      [one("secretsmanager/secretVersion:SecretVersion", { secretString: "[secret]" })],
    ],
    violating: [
      [one("secretsmanager/secret:Secret", { kmsKeyId: KEY_ARN })],
      [one("secretsmanager/secret:Secret", { kmsKeyId: KEY_ARN }), rotation(365)],
      [one("secretsmanager/secret:Secret", { kmsKeyId: KEY_ARN, recoveryWindowInDays: 0 }), rotation(30)],
      [one("secretsmanager/secret:Secret", {}), rotation(30)],
      [one("secretsmanager/secretVersion:SecretVersion", { secretString: "hunter2" })],
    ],
  },
});
