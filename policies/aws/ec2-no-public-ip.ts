import { EVERYWHERE, rule } from "../rule";
import { one } from "./examples";
import { INSTANCE, LAUNCH_TEMPLATE, SOUND_INSTANCE, SOUND_TEMPLATE } from "./instances";

/** Machines are reached through a load balancer or Session Manager. */
export const ec2NoPublicIp = rule({
  id: "aws-ec2-no-public-ip",
  title: "Machines have no public address",
  severity: "high",
  level: EVERYWHERE,
  types: [...INSTANCE, ...LAUNCH_TEMPLATE],
  remedy: "Remove associatePublicIpAddress: true, and use a private subnet with Session Manager.",
  references: ["FSBP EC2.9", "FSBP EC2.25", "CKV_AWS_88"],
  check(resource, guard) {
    guard.check(() => resource.at("associatePublicIpAddress").flag() === true && "associatePublicIpAddress is true");
    guard.each(resource.at("networkInterfaces"), (each) => {
      const flag = each.at("associatePublicIpAddress");
      return flag.flag() === true && `${flag.path} is true`;
    });
  },
  examples: {
    compliant: [
      [one("ec2/instance:Instance", SOUND_INSTANCE)],
      [one("ec2/launchTemplate:LaunchTemplate", SOUND_TEMPLATE)],
    ],
    violating: [
      [one("ec2/instance:Instance", { ...SOUND_INSTANCE, associatePublicIpAddress: true })],
      [
        one("ec2/launchTemplate:LaunchTemplate", {
          ...SOUND_TEMPLATE,
          networkInterfaces: [{ associatePublicIpAddress: "true" }],
        }),
      ],
    ],
  },
});
