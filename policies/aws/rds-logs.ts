import { ADVICE, rule } from "../rule";
import { cluster, database } from "./examples";
import { DATABASES } from "./rds";

/** What happened in the database can be read after the database is gone. */
export const rdsLogs = rule({
  id: "aws-rds-logs",
  title: "Database logs are exported",
  severity: "medium",
  level: ADVICE,
  types: DATABASES,
  remedy: 'Set enabledCloudwatchLogsExports, for PostgreSQL to ["postgresql", "upgrade"].',
  references: ["FSBP RDS.9", "FSBP RDS.36", "FSBP RDS.37", "CKV_AWS_129", "CKV_AWS_324"],
  check(resource, guard) {
    guard.check(
      () => !resource.at("enabledCloudwatchLogsExports").present() && "enabledCloudwatchLogsExports is empty",
    );
  },
  examples: {
    compliant: [database(), cluster()],
    violating: [database({ enabledCloudwatchLogsExports: [] }), cluster({ enabledCloudwatchLogsExports: undefined })],
  },
});
