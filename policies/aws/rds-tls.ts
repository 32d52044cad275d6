import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import { cluster, database, one } from "./examples";
import { DATABASES, RDS_CLUSTER, replica } from "./rds";

const GROUPS = [...aws("rds/parameterGroup:ParameterGroup"), ...aws("rds/clusterParameterGroup:ClusterParameterGroup")];
const FORCED = [
  { family: /postgres/, parameter: "rds.force_ssl", values: ["1", "true"] },
  { family: /mysql|mariadb/, parameter: "require_secure_transport", values: ["1", "on"] },
] as const;

/** A client that forgets TLS is refused. The default parameter groups cannot be relied on: their values differ by version. */
export const rdsTls = rule({
  id: "aws-rds-tls",
  title: "Databases refuse connections without TLS",
  severity: "high",
  level: EVERYWHERE,
  types: [...DATABASES, ...GROUPS],
  remedy:
    "Use a parameter group of your own with rds.force_ssl = 1 (PostgreSQL) or require_secure_transport = ON (MySQL).",
  references: ["CKV2_AWS_69", "FSBP RDS.41", "FSBP RDS.44", "POL-05", "POL-06"],
  check(resource, guard) {
    guard.check(() => {
      if (!GROUPS.includes(resource.type)) {
        const name = RDS_CLUSTER.includes(resource.type) ? "dbClusterParameterGroupName" : "parameterGroupName";
        if (replica(resource) && !resource.at(name).present()) return undefined;
        const group = resource.at(name).text() ?? "default.";
        return group.startsWith("default.") && `${name} is not a parameter group of your own`;
      }
      const family = resource.at("family").text() ?? "";
      const forced = FORCED.find((each) => each.family.test(family));
      if (forced === undefined) return undefined;
      const set = resource
        .at("parameters")
        .list()
        .find((each) => each.at("name").text() === forced.parameter);
      const value = set?.at("value").text()?.toLowerCase() ?? "";
      return !forced.values.some((each) => each === value) && `parameters do not force TLS: ${forced.parameter}`;
    });
  },
  examples: {
    compliant: [
      database(),
      cluster(),
      group("parameterGroup:ParameterGroup", "postgres17", "rds.force_ssl", "1"),
      group("clusterParameterGroup:ClusterParameterGroup", "aurora-mysql8.0", "require_secure_transport", "ON"),
    ],
    violating: [
      database({ parameterGroupName: undefined }),
      cluster({ dbClusterParameterGroupName: "default.aurora-postgresql16" }),
      group("parameterGroup:ParameterGroup", "postgres17", "rds.force_ssl", "0"),
      group("clusterParameterGroup:ClusterParameterGroup", "aurora-postgresql16", "log_statement", "ddl"),
    ],
  },
});

function group(kind: string, family: string, name: string, value: string) {
  return [one(`rds/${kind}`, { family, parameters: [{ name, value }] })] as const;
}
