import { VOLUME } from "../docker/container";
import { IN_PROD, rule } from "../rule";
import { kubernetes } from "../tokens";
import { STORES, volume, with_ } from "./samples";
import { CLAIMS, holdsData, STATEFUL } from "./stores";

const MAY_BE_EMPTY = [...VOLUME, ...CLAIMS, ...kubernetes("StatefulSet")];

/** Pulumi itself refuses to delete or replace it. */
export const statefulProtected = rule({
  id: "xs-stateful-protected",
  title: "What holds data is protected",
  severity: "high",
  level: IN_PROD,
  types: STATEFUL.filter((type) => !type.endsWith("List") && !type.endsWith("Patch")),
  joins: true,
  remedy: "Set protect: true in the options of the resource.",
  references: ["Bulwark"],
  check(resource, guard) {
    guard.check(() => {
      if (resource.node.protect) return undefined;
      if (MAY_BE_EMPTY.includes(resource.type) && !holdsData(resource)) return undefined;
      return "protect is not set";
    });
  },
  examples: {
    compliant: [...STORES, [volume(false)]],
    violating: STORES.map((each) => with_(each, { protect: false })),
  },
});
