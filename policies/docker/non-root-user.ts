import { FROM_STAGING, rule } from "../rule";
import { strings } from "../setting";
import { Undetermined } from "../view";
import { lockedDown } from "./agents";
import { CONTAINER, capability, offline } from "./container";
import { carrier, collector, container } from "./examples";

/** Root in a container is one kernel bug away from root on the host. */
export const nonRootUser = rule({
  id: "docker-non-root-user",
  title: "The process does not run as root",
  severity: "high",
  level: FROM_STAGING,
  types: CONTAINER,
  settings: {
    nonRootImages: strings([], "images, without tag or digest, whose own default user is not root"),
    agents: strings(
      ["cadvisor", "docker-gateway"],
      "logical names of collectors that read what belongs to root; accepted when they have no capability, no port and nothing writable",
    ),
    offlineCaps: strings(
      ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
      "a root without a network, with no capability besides these, is accepted",
    ),
  },
  remedy: 'Set user: "10001:10001", and make what the process writes to belong to that user.',
  references: ["CIS-D 4.1", "semgrep service-runs-as-root"],
  check(resource, guard, { settings }) {
    guard.check(() => {
      const user = resource.at("user").text() ?? "";
      if (user === "") {
        const image = (resource.at("image").text() ?? "").replace(/(@sha256:.*|:[\w.-]+)$/, "");
        if (settings.nonRootImages.includes(image)) return undefined;
        throw new Undetermined("user", "is not set: the image decides, and the image is not in nonRootImages");
      }
      if (!/^(0+|root)(:|$)/.test(user)) return undefined;
      if (settings.agents.includes(resource.name) && lockedDown(resource)) return undefined;
      const { drops, adds } = {
        drops: resource.at("capabilities", "drops"),
        adds: resource.at("capabilities", "adds"),
      };
      const bare =
        offline(resource) &&
        drops.list().some((each) => capability(each.text() ?? "") === "ALL") &&
        adds.list().every((each) => settings.offlineCaps.includes(capability(each.text() ?? "")));
      return !bare && "user is root";
    });
  },
  examples: {
    compliant: [container(), container({ user: "app" }), carrier(), collector("cadvisor", "/sys", { user: "0:0" })],
    violating: [
      collector("cadvisor", "/srv/in", {
        user: "0:0",
        capabilities: { drops: ["ALL"], adds: ["CAP_NET_BIND_SERVICE"] },
      }),
      container({ user: "0" }),
      container({ user: "root" }),
      container({ user: "0:10001" }),
    ],
  },
});
