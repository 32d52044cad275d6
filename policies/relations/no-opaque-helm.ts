import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";

const RELEASE = ["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v2:Release"];

/** A release is rendered in the cluster: no rule sees what it makes. A Chart is rendered in the program. */
export const noOpaqueHelm = rule({
  id: "xs-no-opaque-helm",
  title: "No Helm release whose content nobody checked",
  severity: "medium",
  level: EVERYWHERE,
  types: RELEASE,
  settings: { checked: strings([], "logical names of releases whose rendered manifests are checked elsewhere") },
  remedy: "Use helm.v4.Chart, or check the output of `helm template` and list the release in checked.",
  references: ["Bulwark"],
  check(resource, guard, { settings }) {
    guard.check(() => !settings.checked.includes(resource.name) && "the release hides what it makes");
  },
  examples: {
    configuration: { "xs-no-opaque-helm": { checked: ["cert-manager"] } },
    compliant: [[{ type: RELEASE[0] ?? "", name: "cert-manager", props: { chart: "cert-manager" } }]],
    violating: RELEASE.map((type) => [{ type, name: "grafana", props: { chart: "grafana" } }] as const),
  },
});
