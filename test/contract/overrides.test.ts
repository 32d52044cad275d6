import { Instance } from "@pulumi/aws/rds/instance";
import { Container } from "@pulumi/docker/container";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import * as pulumi from "@pulumi/pulumi";
import { ArgumentError, ManagedPostgres, type Override, override } from "../../components";
import type { TargetKind } from "../../components/targets/target";
import { refused, withMocks } from "../mocks/program";
import { networkOf } from "./shop";

const database = (kind: TargetKind, overrides: readonly Override[]) =>
  new ManagedPostgres(
    "db",
    { vpc: networkOf(kind), databases: { orders: {} }, memory: "2 GiB", cpus: 2, storage: "20 GiB" },
    { overrides },
  );

describe("what no argument of a component can say", () => {
  it("compose: the rest of the container stays as it was", async () => {
    const make = (overrides: readonly Override[]) => withMocks(() => void database("compose", overrides));
    const before = (await make([])).one("Container", "db");
    const after = (await make([override(Container, "db", { logOpts: { "max-size": "99m" }, shmSize: 128 })])).one(
      "Container",
      "db",
    );
    const logOpts = { ...(before.inputs["logOpts"] as object), "max-size": "99m" };
    expect(after).toEqual({ ...before, inputs: { ...before.inputs, logOpts, shmSize: 128 } });
    expect(Object.keys(logOpts).length).toBeGreaterThan(1);
  });

  it("microk8s: deep in a specification, and a list as a whole", async () => {
    const { one } = await withMocks(
      () =>
        void database("microk8s", [
          override(StatefulSet, "db", {
            spec: { template: { spec: { dnsPolicy: "Default", hostAliases: [{ ip: "10.0.0.9", hostnames: ["x"] }] } } },
          }),
        ]),
    );
    const { template } = one("StatefulSet", "db").inputs["spec"] as { template: { spec: Record<string, unknown> } };
    expect(template.spec).toMatchObject({
      dnsPolicy: "Default",
      hostAliases: [{ ip: "10.0.0.9", hostnames: ["x"] }],
      automountServiceAccountToken: false,
    });
  });

  it("aws: with options, an output, and an argument taken away", async () => {
    const { one } = await withMocks(
      () =>
        void database("aws", [
          override(
            Instance,
            "db",
            { caCertIdentifier: pulumi.output("rds-ca-ecc384-g1"), copyTagsToSnapshot: undefined },
            { ignoreChanges: ["allocatedStorage", "engineVersion"] },
          ),
        ]),
    );
    const { inputs, ignoreChanges, protect } = one("Instance", "db");
    expect(inputs["caCertIdentifier"]).toBe("rds-ca-ecc384-g1");
    expect(inputs).not.toHaveProperty("copyTagsToSnapshot");
    expect(inputs["storageEncrypted"]).toBe(true);
    expect(ignoreChanges).toEqual(expect.arrayContaining(["allocatedStorage", "engineVersion"]));
    expect(protect).toBe(true);
  });

  it("is said in the component's inputs, for policies and for who reads the preview", async () => {
    const { one } = await withMocks(
      () => void database("compose", [override(Container, "db", { shmSize: 128, envs: [pulumi.secret("hunter2")] })]),
    );
    const { inputs } = one("bulwark:index:ManagedPostgres", "db");
    expect(inputs["overrides"]).toEqual(["Container db"]);
    expect(one("Container", "db").secrets).toContain("envs.0");
  });

  it("that changes nothing is refused before anything is made", async () => {
    const error = await refused(() =>
      database("compose", [
        override(Container, "database", { shmSize: 1 }),
        override(Container, "db", { shmSize: 1 }),
        override(StatefulSet, "db", {}),
      ]),
    );
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.problems.map(({ path, given }) => [path, given])).toEqual([
      ["overrides.0", "Container database"],
      ["overrides.2", "StatefulSet db"],
    ]);
    expect(error.problems[0]?.allowed).toContain("Container db, ");
  });
});
