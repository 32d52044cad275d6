import { ADVICE, rule } from "../rule";
import { strings } from "../setting";
import { CONTAINER } from "./container";
import { container } from "./examples";

/** A raw device bypasses the kernel's file permissions. */
export const noHostDevice = rule({
  id: "docker-no-host-device",
  title: "No raw device of the host",
  severity: "medium",
  level: ADVICE,
  types: CONTAINER,
  settings: {
    devices: strings(["^/dev/video\\d+$", "^/dev/dri(/.*)?$"], "patterns of devices that may be given to containers"),
  },
  remedy: "Remove the device, or put it on the allow-list.",
  references: ["CIS-D 5.18"],
  check(resource, guard, { settings }) {
    guard.each(resource.at("devices"), (device) => {
      const path = device.at("hostPath").text() ?? "";
      return (
        !settings.devices.some((pattern) => new RegExp(pattern).test(path)) && `${device.path} is not on the allow-list`
      );
    });
  },
  examples: {
    compliant: [container(), container({ devices: [{ hostPath: "/dev/video0" }] })],
    violating: [container({ devices: [{ hostPath: "/dev/mem" }] })],
  },
});
