import { EVERYWHERE, rule } from "../rule";
import { cluster, database } from "./examples";
import { DATABASES, replica } from "./rds";

const PASSWORDS = ["password", "passwordWo", "masterPassword", "masterPasswordWo"];

/** A password that the program sets is in its state, marked as a secret or not, and nobody rotates it. */
export const rdsManagedPassword = rule({
  id: "aws-rds-iam-or-managed-pw",
  title: "AWS makes and rotates the master password",
  severity: "high",
  level: EVERYWHERE,
  types: DATABASES,
  remedy: "Set manageMasterUserPassword: true and remove the password.",
  references: ["FSBP RDS.10", "FSBP RDS.12", "CKV_AWS_161", "POL-10"],
  check(resource, guard) {
    guard.check(() => {
      const set = PASSWORDS.find((each) => resource.at(each).present());
      if (set !== undefined) return `${set} is set by the program`;
      const managed = replica(resource) || resource.at("manageMasterUserPassword").flag() === true;
      return !managed && !resource.at("snapshotIdentifier").present() && "manageMasterUserPassword is not true";
    });
  },
  examples: {
    compliant: [database(), cluster()],
    violating: [
      database({ manageMasterUserPassword: undefined, password: "hunter2" }),
      database({ manageMasterUserPassword: undefined, password: "[secret]" }),
      cluster({ manageMasterUserPassword: undefined, masterPasswordWo: "hunter2" }),
      cluster({ manageMasterUserPassword: false }),
    ],
  },
});
