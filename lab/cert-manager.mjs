// The kinds that cert-manager adds to a cluster: its CustomResourceDefinitions, as its Go module carries them.
import { moduleFiles } from "./module-files.mjs";

export const certManager = moduleFiles({
  name: "cert-manager",
  module: "github.com/cert-manager/cert-manager",
  version: "v1.18.2",
  from: ["deploy", "crds"],
});
