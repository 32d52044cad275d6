import { certain } from "../join";
import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import { one } from "./examples";

const REPOSITORY = aws("ecr/repository:Repository");
const LIFECYCLE = aws("ecr/lifecyclePolicy:LifecyclePolicy");
const SOUND = { imageTagMutability: "IMMUTABLE", imageScanningConfiguration: { scanOnPush: true } };
const lifecycle = one(
  "ecr/lifecyclePolicy:LifecyclePolicy",
  { repository: "shop", policy: "{}" },
  { name: "lifecycle", propertyDependencies: { repository: ["it"] } },
);

/** A tag means one image for ever, and known weaknesses are found. */
export const ecrHardening = rule({
  id: "aws-ecr-hardening",
  title: "Image repositories are immutable, scanned and tidied",
  severity: "medium",
  level: EVERYWHERE,
  types: REPOSITORY,
  joins: true,
  remedy: "Set imageTagMutability: IMMUTABLE and scanOnPush: true, and add a LifecyclePolicy.",
  references: [
    "FSBP ECR.1",
    "FSBP ECR.2",
    "FSBP ECR.3",
    "CKV_AWS_51",
    "CKV_AWS_163",
    "TRV AWS-0030",
    "TRV AWS-0031",
    "POL-04",
  ],
  check(resource, guard, { graph }) {
    guard.check(
      () =>
        !(resource.at("imageTagMutability").text() ?? "").startsWith("IMMUTABLE") &&
        "imageTagMutability is not IMMUTABLE",
    );
    const scan = resource.at("imageScanningConfiguration", "scanOnPush");
    guard.check(() => scan.flag() !== true && `${scan.path} is not true`);
    guard.check(() => {
      const policies = certain(graph.sides(resource, "repository", LIFECYCLE, REPOSITORY));
      return policies.length === 0 && { message: "no LifecyclePolicy belongs to the repository", advisory: true };
    });
  },
  examples: {
    compliant: [[one("ecr/repository:Repository", SOUND), lifecycle]],
    violating: [
      [one("ecr/repository:Repository", { ...SOUND, imageTagMutability: "MUTABLE" }), lifecycle],
      [one("ecr/repository:Repository", { ...SOUND, imageScanningConfiguration: undefined }), lifecycle],
      [one("ecr/repository:Repository", SOUND)],
    ],
  },
});
