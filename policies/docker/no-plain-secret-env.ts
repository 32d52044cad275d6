import type { Verdict } from "../guard";
import { EVERYWHERE, rule } from "../rule";
import { exposedSecret, secretKind, secretLiteral } from "../secrets";
import type { View } from "../view";
import { CONTAINER } from "./container";
import { container } from "./examples";

const FLAG = /^--?[\w-]*(password|passwd|token|secret|api-?key)[\w-]*=(?!\/run\/secrets\/|\$)\S+/i;

/** Everybody who may inspect a container reads its environment, labels and command. */
export const noPlainSecretEnv = rule({
  id: "docker-no-plain-secret-env",
  title: "No secret in environment, labels, command or plain files",
  severity: "critical",
  level: EVERYWHERE,
  types: CONTAINER,
  exemptable: false,
  remedy: "Give the secret as a file, and its path in a variable that ends in _FILE.",
  references: ["CIS-D 4.10", "TRV AWS-0036", "KS C-0012", "POL-10"],
  check(resource, guard) {
    guard.each(resource.at("envs"), variable);
    guard.each(resource.at("labels"), (each) => exposedSecret(each.at("label").text() ?? "", each.at("value")));
    for (const words of ["command", "entrypoints"]) {
      guard.each(resource.at(words), (each) => {
        if (each.isSecret()) return `${each.path} holds a value that is marked as secret`;
        const text = each.text() ?? "";
        const kind = secretKind(text) ?? (FLAG.test(text) ? "a literal for a secret option" : undefined);
        return kind !== undefined && `${each.path} holds ${kind}`;
      });
    }
    guard.each(resource.at("uploads"), (each) => {
      const content = each.at("content");
      const kind = content.isSecret() ? undefined : secretKind(content.text() ?? "");
      return kind !== undefined && `${content.path} holds ${kind} and is not marked as secret`;
    });
  },
  examples: {
    compliant: [container(), container({ envs: ["JWT_ACCESS_TOKEN_EXPIRE_MINUTES=60", "API_KEY=", "DB_HOST=db"] })],
    violating: [
      container({ envs: ["DB_PASSWORD=hunter2"] }),
      container({ envs: ["CACHE=redis://:hunter2@cache:6379"] }),
      container({ envs: ["[secret]"] }),
      container({ command: ["serve", "--admin-password=hunter2"] }),
      container({ uploads: [{ file: "/key.pem", content: "-----BEGIN PRIVATE KEY-----" }] }),
    ],
  },
});

function variable(each: View): Verdict {
  if (each.isSecret()) return `${each.path} holds a value that is marked as secret`;
  const text = each.text() ?? "";
  const cut = text.indexOf("=");
  const kind = cut < 0 ? undefined : secretLiteral(text.slice(0, cut), text.slice(cut + 1));
  return kind !== undefined && `${each.path} holds ${kind}`;
}
