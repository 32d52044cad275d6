/** The text that stands for a generated password; tests look for it in clear. */
export function generatedPassword(name: string): string {
  return `generated-password-of-${name}`;
}

/** The outputs of a resource beside its inputs, as far as the components read them. */
export function outputsOf(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const token = type.split(":").at(-1) ?? "";
  if (type.startsWith("aws:")) return { arn: `arn:aws:mock:::${name}`, ...(AWS[token]?.(name) ?? {}) };
  switch (token) {
    case "RandomPassword":
      return { result: generatedPassword(name) };
    case "Container":
      return inputs["mustRun"] === false ? { exitCode: 0 } : {};
    case "RemoteImage":
      return { imageId: `sha256:${name}`, repoDigest: `${name}@sha256:0` };
    default:
      return {};
  }
}

const AWS: Readonly<Record<string, (name: string) => Record<string, unknown>>> = {
  Instance: (name) => ({
    address: `${name}.rds.example.com`,
    endpoint: `${name}.rds.example.com:5432`,
    masterUserSecrets: [{ secretArn: `arn:aws:secretsmanager:us-east-1:123456789012:secret:rds-${name}` }],
  }),
  ReplicationGroup: (name) => ({
    primaryEndpointAddress: `${name}.cache.example.com`,
    readerEndpointAddress: `${name}-reader.cache.example.com`,
  }),
  LoadBalancer: (name) => ({ dnsName: `${name}.elb.example.com` }),
  Workspace: (name) => ({ prometheusEndpoint: `https://aps.example.com/workspaces/${name}/` }),
  Vpc: () => ({ ipv6CidrBlock: "2600:1f18:1234:5600::/56" }),
  SecretVersion: (name) => ({ versionId: `version-of-${name}` }),
  VpcEndpoint: (name) => ({ prefixListId: `prefixes-of-${name}` }),
};
