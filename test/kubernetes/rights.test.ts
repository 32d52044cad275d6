import { execFileSync } from "node:child_process";
import { describeWith, part } from "../lab";
import { type Cluster, startCluster } from "./cluster";
import { type Manifest, manifestsOf, nameOf, templateOf } from "./manifests";
import { apply, installKinds, refusal } from "./objects";
import { SYSTEMS } from "./systems";

/** What would let a process that was taken over go on. */
const TEMPTING = [
  ["get", "", "secrets"],
  ["list", "", "secrets"],
  ["watch", "", "configmaps"],
  ["create", "", "pods"],
  ["create", "", "pods/exec"],
  ["get", "", "pods/log"],
  ["list", "", "pods"],
  ["delete", "", "persistentvolumeclaims"],
  ["create", "", "serviceaccounts/token"],
  ["impersonate", "", "serviceaccounts"],
  ["update", "", "services"],
  ["patch", "", "namespaces"],
  ["get", "", "nodes"],
  ["create", "", "nodes/proxy"],
  ["patch", "apps", "deployments"],
  ["update", "apps", "statefulsets/scale"],
  ["create", "batch", "jobs"],
  ["delete", "networking.k8s.io", "networkpolicies"],
  ["create", "networking.k8s.io", "ingresses"],
  ["bind", "rbac.authorization.k8s.io", "clusterroles"],
  ["escalate", "rbac.authorization.k8s.io", "roles"],
  ["create", "rbac.authorization.k8s.io", "rolebindings"],
  ["create", "cert-manager.io", "certificates"],
] as const;

/** Who watches the cluster, and therefore reads from its API; nobody else has a right or a token. */
const WATCHERS = ["monitoring:alloy", "monitoring:kube-state-metrics", "monitoring:prometheus"];

describeWith(
  ["etcd", "kube-apiserver", "cert-manager", "traefik", "kubectl"],
  "what pods may ask of a real API server",
  () => {
    let cluster: Cluster;
    const manifests: Manifest[] = [];
    beforeAll(async () => {
      cluster = await startCluster();
      await installKinds(cluster);
      for (const [, system] of SYSTEMS) manifests.push(...manifestsOf(await system()));
      for (const manifest of manifests) {
        const refused = refusal(await apply(cluster, manifest));
        if (refused !== undefined) throw new Error(`${nameOf(manifest)}: ${refused}`);
      }
    }, 300_000);
    afterAll(() => cluster?.stop());

    /** `namespace:name` of each account that a pod runs as. */
    const accounts = (): string[] => {
      const used = manifests.flatMap((each) => {
        const name = templateOf(each)?.spec["serviceAccountName"];
        return name === undefined ? [] : [`${each.metadata.namespace}:${String(name)}`];
      });
      return [...new Set(used)].sort();
    };

    test("every pod has an account of its own or of its component, never the namespace's, and only watchers a token", () => {
      const workloads = manifests.filter((each) => templateOf(each) !== undefined);
      expect(workloads.length).toBeGreaterThan(90);
      for (const each of workloads) {
        const spec = templateOf(each)?.spec;
        expect([nameOf(each), spec?.["automountServiceAccountToken"]]).toEqual([nameOf(each), false]);
        expect(spec?.["serviceAccountName"]).toMatch(/^(?!default$).+/);
        const account = `${each.metadata.namespace}:${String(spec?.["serviceAccountName"])}`;
        const token = JSON.stringify(spec?.volumes).includes("serviceAccountToken");
        expect([account, token]).toEqual([account, WATCHERS.includes(account)]);
      }
      expect(accounts().length).toBeGreaterThan(50);
    });

    test("the accounts have no rules but those of everybody, and no binding names them", async () => {
      const subjects = manifests.flatMap((each) => (each["subjects"] ?? []) as { name: string; namespace: string }[]);
      expect([...new Set(subjects.map((each) => `${each.namespace}:${each.name}`))].sort()).toEqual(WATCHERS);
      const granted = manifests.flatMap((each) => (each["rules"] ?? []) as { verbs: string[]; resources: string[] }[]);
      expect([...new Set(granted.flatMap((each) => each.verbs))].sort()).toEqual(["get", "list", "watch"]);
      const kinds = new Set(granted.flatMap((each) => each.resources));
      for (const kind of ["secrets", "configmaps", "*"]) expect([kind, kinds.has(kind)]).toEqual([kind, false]);
      const rules = async (account: string): Promise<unknown> => {
        const review = {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectRulesReview",
          spec: { namespace: account.split(":")[0] },
        };
        const path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
        const { body } = await cluster.ask("POST", path, review, { as: `system:serviceaccount:${account}` });
        const { incomplete, ...found } = body["status"] as Record<string, unknown>;
        const lists = Object.values(found).flatMap((each) => (Array.isArray(each) ? each : []));
        return { incomplete, rules: lists.map((each) => JSON.stringify(each)).sort() };
      };
      const nobody = await rules("nowhere:nobody");
      expect(nobody).toMatchObject({
        incomplete: false,
        rules: expect.arrayContaining([expect.stringContaining("selfsubject")]),
      });
      const [first] = accounts();
      for (const account of accounts().filter((each) => !WATCHERS.includes(each)))
        expect([account, await rules(account)]).toEqual([account, await rules(account.replace(/:.*/, ":nobody"))]);
      expect(first).toBeDefined();
    });

    test("an account may do none of what a process that was taken over would try", async () => {
      const allowed: string[] = [];
      for (const account of accounts()) {
        const namespace = account.split(":")[0] ?? "";
        const asked = TEMPTING.map(async ([verb, group, name]) => {
          const [resource, subresource] = name.split("/");
          const attributes = {
            namespace,
            verb,
            group,
            resource,
            ...(subresource === undefined ? {} : { subresource }),
          };
          const review = {
            apiVersion: "authorization.k8s.io/v1",
            kind: "SelfSubjectAccessReview",
            spec: { resourceAttributes: attributes },
          };
          const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
          const { body } = await cluster.ask("POST", path, review, { as: `system:serviceaccount:${account}` });
          const { allowed: may } = body["status"] as { allowed: boolean };
          if (may !== false) allowed.push(`${account} ${verb} ${name}`);
        });
        await Promise.all(asked);
      }
      expect(allowed.sort()).toEqual([
        "monitoring:alloy get pods/log",
        "monitoring:alloy list pods",
        "monitoring:kube-state-metrics list pods",
        "monitoring:prometheus get nodes",
        "monitoring:prometheus list pods",
      ]);
    });

    test("kubectl says the same, and sees a right where there is one", async () => {
      const kubectl = part("kubectl");
      const program = kubectl.present ? (kubectl.bin ?? "kubectl") : "kubectl";
      const may = (verb: string, resource: string, account: string): string => {
        const args = ["auth", "can-i", verb, resource, `--as=system:serviceaccount:${account}`, "-n", "bakery-ia"];
        try {
          return execFileSync(program, ["--kubeconfig", cluster.kubeconfig, ...args], {
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"],
          }).trim();
        } catch (error) {
          return String((error as { stdout?: string }).stdout).trim();
        }
      };
      expect(may("get", "secrets", "bakery-ia:orders-service")).toBe("no");
      expect(may("create", "pods", "bakery-ia:orders-db")).toBe("no");
      const binding = {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: "too-much", namespace: "bakery-ia" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "ServiceAccount", name: "orders-db", namespace: "bakery-ia" }],
      };
      expect(refusal(await apply(cluster, binding as Manifest))).toBeUndefined();
      for (let tries = 0; tries < 20 && may("create", "pods", "bakery-ia:orders-db") !== "yes"; tries++);
      expect(may("create", "pods", "bakery-ia:orders-db")).toBe("yes");
    });
  },
);
