import { certain } from "../join";
import { ADVICE_FROM_STAGING, rule } from "../rule";
import { cluster, database } from "./examples";
import { DATABASES, RDS_CLUSTER, RDS_CLUSTER_INSTANCE, RDS_INSTANCE, replica } from "./rds";

/** The loss of one data centre is not the loss of the service. */
export const rdsMultiAz = rule({
  id: "aws-rds-multi-az",
  title: "Databases survive the loss of a zone",
  severity: "medium",
  level: ADVICE_FROM_STAGING,
  types: DATABASES,
  joins: true,
  remedy: "Set multiAz: true, or give the cluster two instances.",
  references: ["FSBP RDS.5", "FSBP RDS.15", "CKV_AWS_157", "POL-06"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      if (RDS_INSTANCE.includes(resource.type)) {
        return !replica(resource) && resource.at("multiAz").flag() !== true && "multiAz is not true";
      }
      if (resource.at("dbClusterInstanceClass").present()) return undefined;
      const members = graph.sides(resource, "clusterIdentifier", RDS_CLUSTER_INSTANCE, RDS_CLUSTER);
      return certain(members).length < 2 && "the cluster has fewer than two instances";
    });
  },
  examples: {
    compliant: [database(), cluster(), database({ multiAz: undefined, replicateSourceDb: "shop" })],
    violating: [database({ multiAz: false }), cluster({}, {}, ["first"])],
  },
});
