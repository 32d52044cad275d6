import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import type { View } from "../view";
import { backupOf, one } from "./examples";
import { INSTANCE, LAUNCH_TEMPLATE, SOUND_INSTANCE, SOUND_TEMPLATE } from "./instances";

const VOLUME = aws("ebs/volume:Volume");
const BY_DEFAULT = aws("ebs/encryptionByDefault:EncryptionByDefault");

/** A disk that leaves the data centre tells nothing. */
export const ebsEncrypted = rule({
  id: "aws-ebs-encrypted",
  title: "Disks are encrypted",
  severity: "high",
  level: EVERYWHERE,
  types: [...VOLUME, ...INSTANCE, ...LAUNCH_TEMPLATE, ...BY_DEFAULT],
  joins: true,
  remedy:
    "Set encrypted: true (the disk is replaced), or switch encryption on for the account with EncryptionByDefault.",
  references: ["FSBP EC2.3", "FSBP EC2.7", "CKV_AWS_3", "CKV_AWS_106", "CKV_AWS_8", "TRV AWS-0026", "TRV AWS-0131"],
  check(resource, guard, { graph }) {
    if (BY_DEFAULT.includes(resource.type)) {
      guard.check(() => resource.at("enabled").flag() === false && "enabled is false");
      return;
    }
    const judge = (device: View) => {
      const encrypted = device.at("encrypted");
      if (encrypted.flag() === true || graph.ofType(BY_DEFAULT).some((each) => each.at("enabled").flag() !== false))
        return undefined;
      return `${encrypted.path} is not true`;
    };
    if (VOLUME.includes(resource.type)) guard.check(() => judge(resource));
    if (INSTANCE.includes(resource.type)) guard.check(() => judge(resource.at("rootBlockDevice")));
    guard.each(resource.at("ebsBlockDevices"), judge);
    guard.each(resource.at("blockDeviceMappings"), (each) => each.at("ebs").present() && judge(each.at("ebs")));
  },
  examples: {
    compliant: [
      [one("ebs/volume:Volume", { encrypted: true }), ...backupOf("it")],
      [one("ec2/instance:Instance", SOUND_INSTANCE)],
      [
        one("ec2/instance:Instance", { ...SOUND_INSTANCE, rootBlockDevice: undefined }),
        one("ebs/encryptionByDefault:EncryptionByDefault", {}, { name: "all" }),
      ],
      [one("ec2/launchTemplate:LaunchTemplate", SOUND_TEMPLATE)],
    ],
    violating: [
      [one("ebs/volume:Volume", {}), ...backupOf("it")],
      [one("ec2/instance:Instance", { ...SOUND_INSTANCE, rootBlockDevice: undefined })],
      [one("ec2/instance:Instance", { ...SOUND_INSTANCE, ebsBlockDevices: [{ encrypted: false }] })],
      [
        one("ec2/launchTemplate:LaunchTemplate", {
          ...SOUND_TEMPLATE,
          blockDeviceMappings: [{ ebs: { volumeSize: 8 } }],
        }),
      ],
      [one("ebs/encryptionByDefault:EncryptionByDefault", { enabled: false })],
    ],
  },
});
