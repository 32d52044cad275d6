// The kind of Traefik that routes use: the CustomResourceDefinition of its middlewares, as its Go module carries it.
import { moduleFiles } from "./module-files.mjs";

export const traefik = moduleFiles({
  name: "traefik",
  module: "github.com/traefik/traefik/v3",
  version: "v3.5.0",
  from: ["docs", "content", "reference", "dynamic-configuration"],
  files: ["traefik.io_middlewares.yaml"],
});
