import { aws } from "../tokens";

/** A virtual machine. */
export const INSTANCE: readonly string[] = aws("ec2/instance:Instance");
/** What virtual machines are made of. */
export const LAUNCH_TEMPLATE: readonly string[] = aws("ec2/launchTemplate:LaunchTemplate");

/** A machine with an encrypted disk, version 2 of the metadata service, and no public address. */
export const SOUND_INSTANCE: Readonly<Record<string, unknown>> = {
  rootBlockDevice: { encrypted: true },
  metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
  associatePublicIpAddress: false,
};

/** The same, as a template. */
export const SOUND_TEMPLATE: Readonly<Record<string, unknown>> = {
  blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true" } }],
  metadataOptions: { httpTokens: "required" },
  networkInterfaces: [{ associatePublicIpAddress: "false" }],
};
