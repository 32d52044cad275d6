import { IN_PROD, rule } from "../rule";
import { cluster, database } from "./examples";
import { DATABASES, replica } from "./rds";

/** What is deleted by mistake can be had back. */
export const rdsFinalSnapshot = rule({
  id: "aws-rds-final-snapshot",
  title: "A deleted database leaves a snapshot",
  severity: "high",
  level: IN_PROD,
  types: DATABASES,
  remedy: "Set skipFinalSnapshot: false, finalSnapshotIdentifier, and deleteAutomatedBackups: false.",
  references: ["Bulwark"],
  check(resource, guard) {
    guard.check(() => {
      if (replica(resource)) return undefined;
      if (resource.at("skipFinalSnapshot").flag() === true) return "skipFinalSnapshot is true";
      return !resource.at("finalSnapshotIdentifier").present() && "finalSnapshotIdentifier is missing";
    });
    guard.check(() => resource.at("deleteAutomatedBackups").flag() === true && "deleteAutomatedBackups is true");
  },
  examples: {
    compliant: [database(), cluster()],
    violating: [
      database({ skipFinalSnapshot: true }),
      database({ finalSnapshotIdentifier: undefined }),
      cluster({ deleteAutomatedBackups: true }),
    ],
  },
});
