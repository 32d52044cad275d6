import { EVERYWHERE, rule } from "../rule";
import { CONTAINER } from "./container";
import { container } from "./examples";

/** Docker's own system-call filter and mandatory access control stay on. */
export const seccompOn = rule({
  id: "docker-seccomp-on",
  title: "Seccomp, AppArmor and labels are not switched off",
  severity: "high",
  level: EVERYWHERE,
  types: CONTAINER,
  remedy: "Remove the option; write a profile of your own when the default is too tight.",
  references: ["CIS-D 5.2", "CIS-D 5.3", "CIS-D 5.22", "semgrep seccomp-confinement-disabled"],
  check(resource, guard) {
    guard.each(resource.at("securityOpts"), (each) => {
      const off = /^(?:(seccomp|apparmor)[:=]unconfined|(label|systempaths)[:=](?:disable|unconfined))$/.exec(
        each.text() ?? "",
      );
      return off !== null && `${each.path} switches ${off[1] ?? off[2]} off`;
    });
  },
  examples: {
    compliant: [container(), container({ securityOpts: ["no-new-privileges:true", "seccomp=/srv/profile.json"] })],
    violating: [
      "seccomp=unconfined",
      "seccomp:unconfined",
      "apparmor=unconfined",
      "label=disable",
      "label:disable",
    ].map((option) => container({ securityOpts: ["no-new-privileges:true", option] })),
  },
});
