// kubeconform checks manifests against schemas; the schemas come from the API server's own documents when the tests run.
import { join } from "node:path";
import { program } from "./go.mjs";
import { bin } from "./paths.mjs";

export const kubeconform = program({
  name: "kubeconform",
  file: join(bin, "kubeconform"),
  module: "github.com/yannh/kubeconform",
  version: "v0.7.0",
  main: "github.com/yannh/kubeconform/cmd/kubeconform",
  env: { CGO_ENABLED: "0" },
  fact: { bin: join(bin, "kubeconform") },
});
