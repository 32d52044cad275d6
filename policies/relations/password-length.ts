import { FROM_STAGING, rule } from "../rule";
import { number } from "../setting";

const PASSWORD = "random:index/randomPassword:RandomPassword";

/** What a machine remembers may as well be long. */
export const passwordLength = rule({
  id: "xs-password-length",
  title: "Passwords that are made are long",
  severity: "medium",
  level: FROM_STAGING,
  types: [PASSWORD],
  settings: { minimum: number(32, "least number of characters") },
  remedy: "Set length to 32 or more.",
  references: ["CWE-521", "POL-11"],
  check(resource, guard, { settings }) {
    guard.check(() => (resource.at("length").number() ?? 0) < settings.minimum && "length is too small");
  },
  examples: {
    compliant: [[{ type: PASSWORD, name: "db", props: { length: 32 } }]],
    violating: [[{ type: PASSWORD, name: "db", props: { length: 16 } }]],
  },
});
