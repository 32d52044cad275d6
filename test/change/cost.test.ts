import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { costLine, costOf } from "../../ops/change/cost";
import { BASIS, priceOf, taskPrice } from "../../ops/change/prices";
import { readPreview } from "../../ops/change/read";
import { decide } from "../../ops/gate/decide";
import { written } from "../../ops/gate/output";

const ROOT = join(__dirname, "..", "..");
const preview = (name: string) => readPreview(readFileSync(join(__dirname, "previews", name), "utf8"));
const monthly = (type: string, inputs: object) => priceOf(type, inputs as Record<string, unknown>);

describe("prices", () => {
  test.each([
    ["aws:ec2/natGateway:NatGateway", {}, 32.85],
    ["aws:rds/instance:Instance", { instanceClass: "db.t4g.medium", allocatedStorage: 100, storageType: "gp3" }, 58.95],
    ["aws:rds/instance:Instance", { instanceClass: "db.m7g.4xlarge", allocatedStorage: 0, multiAz: true }, 1968.08],
    ["aws:elasticache/replicationGroup:ReplicationGroup", { nodeType: "cache.t4g.small", numCacheClusters: 2 }, 46.72],
    [
      "aws:elasticache/replicationGroup:ReplicationGroup",
      { nodeType: "cache.t4g.small", numNodeGroups: 2, replicasPerNodeGroup: 1, engine: "valkey" },
      74.752,
    ],
    ["aws:ec2/vpcEndpoint:VpcEndpoint", { vpcEndpointType: "Interface", subnetIds: ["a", "b"] }, 14.6],
    ["aws:ec2/vpcEndpoint:VpcEndpoint", {}, 0],
    ["aws:ec2/subnet:Subnet", {}, 0],
  ])("%s %j", (type, inputs, price) => {
    expect(monthly(type, inputs)).toMatchObject({ known: true, monthly: expect.closeTo(price, 3) });
  });

  test.each([
    ["aws:rds/instance:Instance", { instanceClass: "db.x9z.mega" }],
    ["aws:rds/instance:Instance", { instanceClass: "[unknown]" }],
    ["aws:rds/instance:Instance", { instanceClass: "db.t4g.micro", engine: "oracle-ee" }],
    [
      "aws:elasticache/replicationGroup:ReplicationGroup",
      { nodeType: "cache.t4g.small", numCacheClusters: "[unknown]" },
    ],
    ["aws:quantum/computer:Computer", {}],
  ])("%s %j is unknown, never free", (type, inputs) => {
    expect(monthly(type, inputs)).toMatchObject({ known: false });
  });

  test("a task by its size and its processor", () => {
    expect(taskPrice({ cpu: "1024", memory: "2048" })).toMatchObject({ monthly: expect.closeTo(36.04, 2) });
    const arm = { cpu: "1024", memory: "2048", runtimePlatform: { cpuArchitecture: "ARM64" } };
    expect(taskPrice(arm)).toMatchObject({ monthly: expect.closeTo(28.83, 1) });
    expect(taskPrice({ cpu: "[unknown]" })).toMatchObject({ known: false });
  });

  test("nine in ten of the kinds that the components make in AWS have a price or are free; the others say that it is unknown", () => {
    const sources = readdirSync(join(ROOT, "components"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(ROOT, "components", file), "utf8"));
    const kinds = new Set(
      sources.flatMap((text) => [...text.matchAll(/@pulumi\/aws\/(\w+)\/(\w+)"/g)].map(([, a, b]) => `${a}/${b}`)),
    );
    expect(kinds.size).toBeGreaterThan(40);
    const missing = [...kinds].filter((kind) => {
      const name = kind.split("/")[1] ?? "";
      const found = monthly(`aws:${kind}:${name.charAt(0).toUpperCase()}${name.slice(1)}`, {});
      return (
        found?.known === false &&
        found.why.includes("not in the price table") &&
        !/instance$/.test(kind) &&
        !/replicationGroup$/.test(kind)
      );
    });
    expect(missing.length / kinds.size).toBeLessThan(0.1);
  });
});

describe("the cost of a change", () => {
  test.each([
    ["nat-gateway-added.jsonl", { low: 32.85, high: expect.closeTo(42.7, 1), unknown: [] }],
    ["image-update.jsonl", undefined],
  ])("%s", (name, cost) => {
    const found = costOf(preview(name));
    if (cost === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(cost);
  });

  test("is in every report, with the month and the region of its prices", () => {
    const report = decide(preview("nat-gateway-added.jsonl"), { at: new Date("2026-11-21T12:00:00Z") });
    if (report.cost === undefined) throw new Error("there is no cost");
    expect(costLine(report.cost)).toBe(
      "USD +32.85 to +42.71 a month at list prices of us-east-1 and dearer regions, as of 2026-06; paid for by use besides: data through NAT gateways: 0.045 per GB",
    );
    expect(BASIS.source).toContain("list prices");
    for (const format of ["text", "markdown", "json"] as const) expect(written(report, format)).toContain("32.85");
  });
});
