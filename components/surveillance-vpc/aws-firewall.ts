import { WebAcl } from "@pulumi/aws/wafv2/webAcl";
import { WebAclAssociation } from "@pulumi/aws/wafv2/webAclAssociation";
import { WebAclLoggingConfiguration } from "@pulumi/aws/wafv2/webAclLoggingConfiguration";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { named, type Owner } from "../targets/aws/children";
import { logGroup } from "../targets/aws/logs";
import type { VpcSpec } from "./spec";

/** Requests of one address within five minutes, after which it is refused: 100 in a minute (SD-22), with room for an office behind one address. */
const REQUESTS = 5000;

/** Groups of rules that AWS keeps up to date, and of each the rules that only count: uploads are larger than the 8 KB that one of them allows. */
const GROUPS = [
  { name: "AWSManagedRulesAmazonIpReputationList", counted: [] },
  { name: "AWSManagedRulesCommonRuleSet", counted: ["SizeRestrictions_BODY"] },
  { name: "AWSManagedRulesKnownBadInputsRuleSet", counted: [] },
  { name: "AWSManagedRulesSQLiRuleSet", counted: [] },
] as const;

/** What looks at each request before the load balancer passes it on. */
export function buildFirewall(
  owner: Owner,
  name: string,
  firewall: VpcSpec["firewall"],
  balancerArn: pulumi.Output<string>,
  keyArn: pulumi.Output<string>,
): void {
  if (firewall === "none") return;
  const webAclArn = firewall === "managed" ? managed(owner, name, keyArn) : firewall.arn;
  new WebAclAssociation(`${name}-firewall`, { resourceArn: balancerArn, webAclArn }, { parent: owner.parent });
}

function managed(owner: Owner, name: string, keyArn: pulumi.Output<string>): pulumi.Output<string> {
  const { parent, target } = owner;
  const logicalName = `${name}-firewall`;
  const acl = new WebAcl(
    logicalName,
    {
      name: physicalName("webAcl", target.prefix, name),
      description: "Requests to the load balancer",
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      rules: [
        {
          name: "rate",
          priority: 0,
          action: { block: {} },
          statement: {
            rateBasedStatement: { limit: REQUESTS, aggregateKeyType: "IP", evaluationWindowSec: 300 },
          },
          visibilityConfig: seen("rate"),
        },
        ...GROUPS.map((group, index) => ({
          name: group.name,
          priority: index + 1,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: "AWS",
              name: group.name,
              ruleActionOverrides: group.counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
            },
          },
          visibilityConfig: seen(group.name),
        })),
      ],
      visibilityConfig: seen("firewall"),
      ...named(owner, logicalName),
    },
    { parent },
  );
  // AWS WAF writes only to groups whose name begins so.
  const logs = logGroup(owner, logicalName, physicalName("logGroup", `aws-waf-logs-${target.prefix}`), keyArn);
  new WebAclLoggingConfiguration(
    logicalName,
    {
      resourceArn: acl.arn,
      logDestinationConfigs: [logs.arn],
      redactedFields: ["authorization", "cookie"].map((header) => ({ singleHeader: { name: header } })),
    },
    { parent },
  );
  return acl.arn;
}

function seen(metricName: string) {
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
