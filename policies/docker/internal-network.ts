import { ADVICE_FROM_STAGING, rule } from "../rule";
import { CONTAINER, NETWORK, storeImage } from "./container";
import { container, DIGEST, LABELS } from "./examples";

const network = (internal: boolean) => ({
  type: NETWORK[0] ?? "",
  name: "net",
  props: { name: "shop-data", internal, labels: LABELS },
});
const image = `shop/postgres@${DIGEST}`;
const networksAdvanced = [{ name: "shop-data" }];

/** A store needs no way out, and nobody outside needs a way in. */
export const internalNetwork = rule({
  id: "docker-internal-network",
  title: "Networks of data stores are internal",
  severity: "medium",
  level: ADVICE_FROM_STAGING,
  types: CONTAINER,
  joins: true,
  remedy: "Give the store a network with internal: true.",
  references: ["CIS-D 5.9"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      if (!storeImage(resource.at("image").text())) return undefined;
      const edges = resource.node.propertyDependencies["networksAdvanced"] ?? [];
      const direct = edges.flatMap((urn) => graph.get(urn) ?? []).filter((each) => NETWORK.includes(each.type));
      const names =
        direct.length > 0
          ? []
          : resource
              .at("networksAdvanced")
              .list()
              .map((each) => each.at("name").text());
      const named =
        direct.length > 0 ? direct : graph.ofType(NETWORK).filter((each) => names.includes(each.at("name").text()));
      const attached =
        named.length > 0 ? named : graph.neededBy(resource).filter((each) => NETWORK.includes(each.type));
      return (
        attached.length > 0 &&
        !attached.some((each) => each.at("internal").flag() === true) &&
        "no network of this store is internal"
      );
    });
  },
  examples: {
    compliant: [container({ image, networksAdvanced }, network(true))],
    violating: [
      container({ image, networksAdvanced }, network(false)),
      [{ ...container({ image })[0], propertyDependencies: { networksAdvanced: ["net"] } }, network(false)],
    ],
  },
});
