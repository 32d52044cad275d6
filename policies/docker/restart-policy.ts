import { ADVICE, rule } from "../rule";
import { CONTAINER } from "./container";
import { carrier, container } from "./examples";

/** Servers come back after a crash and after a reboot; what cannot start does not try for ever. */
export const restartPolicy = rule({
  id: "docker-restart-policy",
  title: "The restart policy is explicit and bounded",
  severity: "low",
  level: ADVICE,
  types: CONTAINER,
  remedy:
    "Use unless-stopped for servers, on-failure with maxRetryCount for what may fail, and mustRun: false for jobs.",
  references: ["CIS-D 5.15"],
  check(resource, guard) {
    guard.check(() => {
      const restart = resource.at("restart").text() ?? "no";
      if (restart === "on-failure")
        return resource.at("maxRetryCount").number() === undefined && "restart has no maxRetryCount";
      return restart === "no" && resource.at("mustRun").flag() !== false && "restart is not set on a server";
    });
  },
  examples: {
    compliant: [container(), carrier(), container({ restart: "on-failure", maxRetryCount: 5 })],
    violating: [container({ restart: undefined }), container({ restart: "no" }), container({ restart: "on-failure" })],
  },
});
