import { containerOf, isStateful, workloadOf } from "./read";
import { KINDS, shop, TIERS } from "./shop";

describe.each(KINDS)("on %s", (kind) => {
  test("a component has its type token, and every child hangs under the component it belongs to", async () => {
    const program = await shop(kind);
    const components = program.resources.filter((each) => !each.custom);
    expect(components.map((each) => `${each.type} ${each.name}`).sort()).toEqual([
      "bulwark:index:ManagedPostgres db",
      "bulwark:index:ServiceDeployment api",
      "bulwark:index:ServiceDeployment stock",
      "bulwark:index:ServiceDeployment stranger",
      "bulwark:index:SurveillanceVpc network",
    ]);
    const roots = program.resources.filter((each) => each.custom && each.parent === "");
    expect(
      roots.filter((each) => !each.type.startsWith("pulumi:providers:") && !each.type.endsWith("RemoteImage")),
    ).toEqual([]);
    const byUrn = new Map(components.map((each) => [each.urn, each.name]));
    const strays = program.resources.filter((each) => each.parent !== "" && !byUrn.has(each.parent));
    expect(strays).toEqual([]);
  });

  test("no child uses a default provider", async () => {
    const program = await shop(kind);
    const providers = new Set(
      program.resources.filter((each) => each.type.startsWith("pulumi:providers:")).map((each) => each.urn),
    );
    const children = program.resources.filter((each) => each.custom && !providers.has(each.urn));
    expect(children.length).toBeGreaterThan(10);
    expect(children.filter((each) => !providers.has(each.provider)).map((each) => each.urn)).toEqual([]);
  });

  test.each(TIERS)("data is protected in %s, and only protect: false takes that away", async (environment) => {
    const stateful = (await shop(kind, { environment })).resources.filter(isStateful);
    expect(stateful.map((each) => each.name)).toContain(kind === "aws" ? "db" : "db-data");
    expect(stateful.filter((each) => !each.protect).map((each) => each.urn)).toEqual([]);
    const open = await shop(kind, { environment, db: { protect: false } });
    const [data] = open.resources.filter((each) => isStateful(each) && each.parent.endsWith("::db"));
    expect(data?.protect).toBe(false);
  });

  test("everything that runs is non-root, on a read-only root, without capabilities and within a memory limit (POL-02)", async () => {
    const workload = workloadOf(kind, await shop(kind, { api: { memory: "384 MiB" } }), "api");
    switch (kind) {
      case "compose":
        expect(workload.inputs).toMatchObject({
          user: "10001:10001",
          readOnly: true,
          memory: 384,
          capabilities: { drops: ["ALL"] },
        });
        break;
      case "microk8s":
        expect(containerOf(workload)).toMatchObject({
          resources: { limits: { memory: "384Mi", cpu: "1000m" }, requests: { memory: "384Mi", cpu: "500m" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
        });
        expect(workload.inputs["spec"]).toMatchObject({
          template: {
            spec: {
              automountServiceAccountToken: false,
              securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
            },
          },
        });
        break;
      case "aws":
        expect(JSON.parse(workload.inputs["containerDefinitions"] as string)).toMatchObject([
          {
            user: "10001:10001",
            readonlyRootFilesystem: true,
            memory: 384,
            linuxParameters: { capabilities: { drop: ["ALL"] } },
          },
        ]);
    }
  });
});
