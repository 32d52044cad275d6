import { database, one, TAGS } from "../aws/examples";
import { RESTRICTED, tagOf } from "../aws/tags";
import { CONTAINER } from "../docker/container";
import { container } from "../docker/examples";
import { deployment } from "../kubernetes/examples";
import { WORKLOADS } from "../kubernetes/workloads";
import { IN_PROD, rule } from "../rule";
import { strings } from "../setting";
import { aws } from "../tokens";
import { STORES, untagged } from "./samples";
import { STATEFUL } from "./stores";

const RUNNING = [...CONTAINER, ...WORKLOADS, ...aws("ecs/service:Service"), ...aws("lb/loadBalancer:LoadBalancer")];
const KEYS = ["kmsKeyId", "kmsKeyArn", "kmsMasterKeyId", "serverSideEncryption"];
const KEYED = [
  ...aws("rds/instance:Instance"),
  ...aws("rds/cluster:Cluster"),
  ...aws("ebs/volume:Volume"),
  ...aws("efs/fileSystem:FileSystem"),
];
const balancer = {
  internal: true,
  enableDeletionProtection: true,
  dropInvalidHeaderFields: true,
  accessLogs: { enabled: true },
};

/** Whose it is, how secret it is, where it runs and why it was changed. */
export const dataClassTags = rule({
  id: "xs-data-class-tags",
  title: "Resources say owner, data class, environment and change",
  severity: "medium",
  level: IN_PROD,
  types: [...new Set([...STATEFUL, ...RUNNING])].filter((type) => !type.endsWith("List") && !type.endsWith("Patch")),
  joins: true,
  settings: { tags: strings(["owner", "data-class", "env", "change-ref"], "tags or labels that must be there") },
  remedy: "Add the tags, or set them for all resources with defaultTags of the provider.",
  references: ["Bulwark"],
  check(resource, guard, { graph, settings }) {
    for (const tag of settings.tags) {
      guard.check(() => (tagOf(resource, tag, graph) ?? "") === "" && `the tag ${tag} is missing`);
    }
    guard.check(() => {
      if (!KEYED.includes(resource.type) || !RESTRICTED.includes(tagOf(resource, "data-class", graph) ?? ""))
        return undefined;
      return !KEYS.some((key) => resource.at(key).present()) && "restricted data has no key of its own";
    });
  },
  examples: {
    compliant: [
      ...STORES,
      container(),
      deployment(),
      [
        {
          ...one("ecs/service:Service", { tags: undefined }),
          provider: "urn:pulumi:prod::shop::pulumi:providers:aws::aws::id",
        },
        { type: "pulumi:providers:aws", name: "aws", props: { defaultTags: { tags: TAGS } } },
      ],
    ],
    violating: [
      database({ tags: { ...TAGS, owner: undefined } }),
      database({ tags: { ...TAGS, "data-class": "footage" }, kmsKeyId: undefined }),
      container({ labels: [] }),
      ...STORES.map(untagged),
      [one("ecs/service:Service", { tags: undefined })],
      untagged(deployment()),
      [one("lb/loadBalancer:LoadBalancer", { ...balancer, tags: undefined })],
    ],
  },
});
