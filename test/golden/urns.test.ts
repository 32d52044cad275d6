import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GraphResource } from "../../policies/graph";

const root = join(__dirname, "../..");

/** Types whose replacement loses data or locks somebody out. */
const STATEFUL = new Set([
  "docker:index/volume:Volume",
  "kubernetes:core/v1:PersistentVolumeClaim",
  "kubernetes:apps/v1:StatefulSet",
  "aws:rds/instance:Instance",
  "aws:s3/bucket:Bucket",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:kms/key:Key",
  "random:index/randomPassword:RandomPassword",
]);

/** Physical names, where a change means another volume or database. */
const PHYSICAL = ["name", "identifier", "replicationGroupId", "bucket", "metadata"] as const;

/** Volumes off AWS by their names, stores of AWS by their types. */
const HOLDS_DATA = /-(data|ca)$|aws:(rds\/instance|s3\/bucket:|elasticache\/replicationGroup|kms\/key):?/;

/** What must not change for a stateful resource: its URN and its physical name, with the aliases that lead there. */
interface Identity {
  readonly urn: string;
  readonly name: unknown;
  readonly protect: boolean;
}

const physicalNameOf = (props: GraphResource["props"]): unknown => {
  const found = PHYSICAL.map((key) => props[key]).find((value) => value !== undefined) ?? null;
  return found !== null && typeof found === "object" && "name" in found ? found.name : found;
};

const identities = (stack: string): Identity[] => {
  const plan = execFileSync("node", [join(root, "dist/ops/main.js"), "plan", stack, "--json"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return (JSON.parse(plan) as { resources: GraphResource[] }).resources
    .filter((resource) => STATEFUL.has(resource.type))
    .map(({ urn, props, protect }) => ({ urn, name: physicalNameOf(props), protect }));
};

describe.each(["dev", "staging", "prod"])("identity of what holds data in stack %s", (stack) => {
  const file = join(__dirname, `${stack}.json`);
  const now = identities(stack);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
  const then = JSON.parse(readFileSync(file, "utf8")) as Identity[];

  it("moved nowhere: a moved resource is a new, empty one. Give it an alias, or approve the loss with UPDATE_GOLDEN=1", () => {
    expect(now.filter((each) => then.some((old) => old.urn === each.urn))).toEqual(then);
  });

  it("is complete: what is new belongs into the golden file from its first release on", () => {
    expect(now.map((each) => each.urn)).toEqual(then.map((each) => each.urn));
  });

  it("includes what holds data, all of it protected", () => {
    const data = then.filter((each) => HOLDS_DATA.test(stack === "prod" ? each.urn : String(each.name)));
    expect(data.length).toBeGreaterThanOrEqual(4);
    expect(data.filter((each) => !each.protect)).toEqual([]);
  });
});
