import { EVERYWHERE, rule } from "../rule";
import { CONTAINER } from "./container";
import { container } from "./examples";

/** A set-uid binary in the image must not give the process more than it started with. */
export const noNewPrivileges = rule({
  id: "docker-no-new-privileges",
  title: "The process cannot gain privileges",
  severity: "medium",
  level: EVERYWHERE,
  types: CONTAINER,
  remedy: 'Add "no-new-privileges:true" to securityOpts.',
  references: ["CIS-D 5.26", "semgrep no-new-privileges"],
  check(resource, guard) {
    guard.check(() => {
      const options = resource.at("securityOpts").list();
      const set = options.some((each) => /^no-new-privileges([:=]true)?$/.test(each.text() ?? ""));
      return !set && "securityOpts lacks no-new-privileges";
    });
  },
  examples: {
    compliant: [container(), container({ securityOpts: ["no-new-privileges"] })],
    violating: [container({ securityOpts: undefined }), container({ securityOpts: ["no-new-privileges:false"] })],
  },
});
