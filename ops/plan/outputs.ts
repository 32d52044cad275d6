/**
 * Addresses that AWS makes up when a resource is there, as a plan writes them: without region and account, so that nobody takes them for real ones,
 * and with the resource's name, so that a reader sees what refers to what. Policy documents and task definitions are text made of them; without
 * stand-ins the whole text would be unknown.
 */
export function awsOutputs(type: string, name: string): Readonly<Record<string, unknown>> {
  const [, module = "", kind = ""] = /^aws:([\w]+)\/([\w]+):/.exec(type) ?? [];
  if (module === "") return {};
  return { arn: `arn:aws:${module}:::${kind}/${name}`, ...OTHERS[`${module}/${kind}`]?.(name) };
}

const OTHERS: Readonly<Record<string, (name: string) => Readonly<Record<string, unknown>>>> = {
  "amp/workspace": (name) => ({ prometheusEndpoint: `https://aps-workspaces.internal/workspaces/${name}/` }),
  "ec2/vpc": () => ({ ipv6CidrBlock: "2001:db8:0:100::/56" }),
  "ec2/vpcEndpoint": (name) => ({ prefixListId: `pl-${name}` }),
  "elasticache/replicationGroup": (name) => ({
    primaryEndpointAddress: `${name}.elasticache.internal`,
    readerEndpointAddress: `${name}-reader.elasticache.internal`,
  }),
  "kms/key": (name) => ({ keyId: name }),
  "lb/loadBalancer": (name) => ({ dnsName: `${name}.elb.internal`, arnSuffix: `app/${name}/0` }),
  "lb/targetGroup": (name) => ({ arnSuffix: `targetgroup/${name}/0` }),
  "rds/instance": (name) => ({
    address: `${name}.rds.internal`,
    masterUserSecrets: [{ secretArn: `arn:aws:secretsmanager:::secret/rds-${name}` }],
  }),
  "sqs/queue": (name) => ({ url: `https://sqs.internal/${name}` }),
  "secretsmanager/secretVersion": () => ({ versionId: "current" }),
};
