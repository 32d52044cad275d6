import { join } from "node:path";
import { stringify } from "yaml";
import type { GraphResource } from "../../policies/graph";
import { kinds } from "../plan/summary";
import { composeProject } from "./compose";
import { head, type Rendering } from "./rendering";
import { updateScript } from "./update";

/** A compose stack as files. Throws a {@link CommandError} that lists what cannot be said. */
export function composeRendering(resources: readonly GraphResource[], stack: string): Rendering {
  const project = composeProject(resources);
  const compose = stringify(project.compose, { lineWidth: 0, version: "1.1", aliasDuplicateObjects: false });
  const count = (test: (typeof kinds)["network"]) => resources.filter(test).length;
  return {
    open: [
      { path: "compose.yaml", content: head(stack) + compose, secret: false },
      { path: "update.sh", content: updateScript(project), secret: false, executable: true },
      ...project.files.filter((file) => !file.secret),
    ],
    contexts: [...project.builds.contexts].map(([image, context]) => ({
      folder: project.builds.folders.get(image) ?? "",
      context,
    })),
    secret: project.files.filter((file) => file.secret),
    counts: `${project.services.length} services, ${count(kinds.network)} networks, ${count(kinds.volume)} volumes`,
    next: (folder) => [`Start it, and apply later versions, on the Docker host with: sh ${join(folder, "update.sh")}`],
  };
}
