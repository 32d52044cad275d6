import { EVERYWHERE, rule } from "../rule";
import { number } from "../setting";
import { one } from "./examples";
import { INSTANCE, LAUNCH_TEMPLATE, SOUND_INSTANCE, SOUND_TEMPLATE } from "./instances";

/** A request that a server was tricked into sending does not fetch the machine's credentials. */
export const imdsv2 = rule({
  id: "aws-imdsv2",
  title: "Only version 2 of the metadata service",
  severity: "high",
  level: EVERYWHERE,
  types: [...INSTANCE, ...LAUNCH_TEMPLATE],
  settings: { hops: number(1, "network hops to the metadata service; 2 where containers ask for it") },
  remedy: 'Set metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 }.',
  references: ["FSBP EC2.8", "FSBP EC2.170", "CKV_AWS_79", "CKV_AWS_341", "TRV AWS-0028", "TRV AWS-0130"],
  check(resource, guard, { settings }) {
    const options = resource.at("metadataOptions");
    guard.check(() => {
      if (options.at("httpEndpoint").text() === "disabled") return undefined;
      return options.at("httpTokens").text() !== "required" && "metadataOptions.httpTokens is not required";
    });
    const hops = options.at("httpPutResponseHopLimit");
    guard.check(() => (hops.number() ?? 1) > settings.hops && `${hops.path} is above ${settings.hops}`);
  },
  examples: {
    compliant: [
      [one("ec2/instance:Instance", SOUND_INSTANCE)],
      [one("ec2/launchTemplate:LaunchTemplate", SOUND_TEMPLATE)],
    ],
    violating: [
      [one("ec2/instance:Instance", { ...SOUND_INSTANCE, metadataOptions: undefined })],
      [
        one("ec2/instance:Instance", {
          ...SOUND_INSTANCE,
          metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 2 },
        }),
      ],
      [one("ec2/launchTemplate:LaunchTemplate", { ...SOUND_TEMPLATE, metadataOptions: { httpTokens: "optional" } })],
    ],
  },
});
