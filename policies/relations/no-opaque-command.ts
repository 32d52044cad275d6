import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { COMMANDS } from "./commands";

const TOOLS =
  /(?:^|[\s;&|("'`/])(docker(?:-compose)?|podman|nerdctl|kubectl|helm|kustomize|psql|redis-cli|aws|terraform)(?=\s)/;

/** What a script makes is in no graph: no rule sees it, no preview shows it, no destroy removes it. */
export const noOpaqueCommand = rule({
  id: "xs-no-opaque-command",
  title: "No script that makes infrastructure",
  severity: "medium",
  level: EVERYWHERE,
  types: COMMANDS,
  settings: { checked: strings([], "logical names of commands that somebody has looked at") },
  remedy: "Use the resource that does the same, or list the command in checked.",
  references: ["Bulwark"],
  check(resource, guard, { settings }) {
    if (settings.checked.includes(resource.name)) return;
    for (const when of ["create", "update", "delete"]) {
      guard.check(() => {
        const tool = TOOLS.exec(resource.at(when).text() ?? "")?.[1];
        return tool !== undefined && `${when} runs ${tool}`;
      });
    }
  },
  examples: {
    compliant: [[{ type: COMMANDS[0] ?? "", name: "uptime", props: { create: "uptime" } }]],
    violating: COMMANDS.map(
      (type) => [{ type, name: "up", props: { create: "cd /srv && docker compose up -d" } }] as const,
    ),
  },
});
