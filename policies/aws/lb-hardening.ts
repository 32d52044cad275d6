import { certain } from "../join";
import { FROM_STAGING, rule } from "../rule";
import { aws } from "../tokens";
import { one } from "./examples";
import { faces, LOAD_BALANCER } from "./load-balancers";

const WAF = aws("wafv2/webAclAssociation:WebAclAssociation");
const SOUND = {
  enableDeletionProtection: true,
  dropInvalidHeaderFields: true,
  accessLogs: { enabled: true, bucket: "shop-logs" },
};
const waf = one(
  "wafv2/webAclAssociation:WebAclAssociation",
  { resourceArn: "arn:lb" },
  { name: "waf", propertyDependencies: { resourceArn: ["it"] } },
);

/** Requests that try to confuse are dropped, every request is logged, and the door itself stays. */
export const lbHardening = rule({
  id: "aws-lb-hardening",
  title: "Load balancers drop bad headers, log, and are protected",
  severity: "medium",
  level: FROM_STAGING,
  types: LOAD_BALANCER,
  joins: true,
  remedy:
    "Set dropInvalidHeaderFields, enableDeletionProtection and accessLogs, and associate a web ACL when it faces the internet.",
  references: [
    "FSBP ELB.4",
    "FSBP ELB.5",
    "FSBP ELB.6",
    "FSBP ELB.12",
    "CKV_AWS_131",
    "CKV_AWS_91",
    "CKV_AWS_150",
    "CKV_AWS_328",
    "CKV2_AWS_28",
    "TRV AWS-0052",
    "POL-09",
  ],
  check(resource, guard, { graph, environment }) {
    const application = () => (resource.at("loadBalancerType").text() ?? "application") === "application";
    guard.check(
      () =>
        application() &&
        resource.at("dropInvalidHeaderFields").flag() !== true &&
        "dropInvalidHeaderFields is not true",
    );
    guard.check(() => resource.at("desyncMitigationMode").text() === "monitor" && "desyncMitigationMode is monitor");
    guard.check(() => {
      const off = resource.at("enableDeletionProtection").flag() !== true;
      return off && { message: "enableDeletionProtection is not true", advisory: environment !== "prod" };
    });
    guard.check(() => resource.at("accessLogs", "enabled").flag() !== true && "accessLogs.enabled is not true");
    guard.check(() => {
      if (!application() || !faces(resource)) return undefined;
      const acls = certain(graph.sides(resource, "resourceArn", WAF, LOAD_BALANCER));
      return acls.length === 0 && { message: "it faces the internet without a web ACL", advisory: true };
    });
  },
  examples: {
    compliant: [
      [one("lb/loadBalancer:LoadBalancer", SOUND), waf],
      [one("lb/loadBalancer:LoadBalancer", { ...SOUND, internal: true })],
    ],
    violating: [
      ...(["enableDeletionProtection", "dropInvalidHeaderFields", "accessLogs"] as const).map(
        (property) => [one("lb/loadBalancer:LoadBalancer", { ...SOUND, [property]: undefined }), waf] as const,
      ),
      [one("lb/loadBalancer:LoadBalancer", { ...SOUND, desyncMitigationMode: "monitor" }), waf],
      [one("lb/loadBalancer:LoadBalancer", SOUND)],
    ],
  },
});
