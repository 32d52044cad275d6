import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { Provider as RandomProvider } from "@pulumi/random/provider";
import * as z from "zod";
import { Capacity } from "../core/capacity";
import { ENVIRONMENTS, type Environment } from "../core/environment";
import { Problems } from "../core/problems";
import { componentName, leaf, port, size, text } from "../core/schema";
import { accept, programAccepted } from "../core/tick";
import { mebibytes, type Size } from "../core/units";
import { INGRESS_CONTROLLERS, type IngressController, type MicroK8sTarget } from "./target";

/** Arguments of {@link MicroK8s}. */
export interface MicroK8sArgs {
  /** How much safety the stack gets. */
  readonly environment: Environment;
  /** CPUs of the cluster. The sum of what the workloads reserve is checked against it. */
  readonly cpus: number;
  /** Memory of the cluster. The sum of the workloads' limits is checked against it. */
  readonly memory: Size;
  /** Memory left to the system and to MicroK8s itself. Default: `"1 GiB"`. */
  readonly reservedMemory?: Size;
  /** Content of a kubeconfig, or the path of one; give the content as a secret. Either this or {@link context}, or both. */
  readonly kubeconfig?: pulumi.Input<string>;
  /** Context of the kubeconfig. Default: with {@link kubeconfig}, its current one. */
  readonly context?: string;
  /** Namespace that the stack gets for itself. Default: `<project>-<stack>`. */
  readonly namespace?: string;
  /**
   * Which Ingress controller runs there. Default: `traefik`, which the MicroK8s addon `ingress` brings since 1.35; it ignores the annotations of
   * `nginx`, the one before.
   */
  readonly ingressController?: IngressController;
  /** Class of the Ingress controller. Default: `public`, the one of the MicroK8s addon `ingress`. */
  readonly ingressClass?: string;
  /** Namespace of the Ingress controller. Default: `ingress`. */
  readonly ingressNamespace?: string;
  /** Storage class of the volumes; its volumes must lie on the node. Default: `microk8s-hostpath`. */
  readonly storageClass?: string;
  /**
   * Whether the storage class makes a volume larger when asked (`allowVolumeExpansion`). Default: no, as `microk8s-hostpath`, whose volumes
   * have no limit but the disk; another `storage` then changes nothing on a volume that is there.
   */
  readonly volumesGrow?: boolean;
  /** Namespace of the monitoring. Another stack on the same cluster needs another one. Default: `monitoring`. */
  readonly monitoringNamespace?: string;
  /** Port on which the nodes serve the Kubernetes API. Default: 16443, that of MicroK8s. */
  readonly apiServerPort?: number;
  /** Labels of every object, besides `env` and those by which Bulwark finds its own: `owner`, `data-class`, `change-ref`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Repository with Bulwark's own images, as the cluster pulls them. Default: `localhost:32000`, the MicroK8s addon `registry`. */
  readonly imageRepository?: string;
}

const schema = z.strictObject({
  environment: z.enum(ENVIRONMENTS),
  cpus: z.number().positive(),
  memory: size,
  reservedMemory: size.optional(),
  kubeconfig: leaf(z.string().min(1)).optional(),
  context: z.string().min(1).optional(),
  namespace: componentName.optional(),
  ingressController: z.enum(INGRESS_CONTROLLERS).optional(),
  ingressClass: componentName.optional(),
  ingressNamespace: componentName.optional(),
  volumesGrow: z.boolean().optional(),
  monitoringNamespace: componentName.optional(),
  apiServerPort: port.optional(),
  storageClass: text(/^[a-z0-9][a-z0-9.-]*$/, "the name of a StorageClass", 'use "microk8s-hostpath"').optional(),
  labels: z
    .record(
      text(
        /^(?!env$)(?!.*kubernetes\.io\/)([a-z0-9.-]+\/)?[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/,
        "a label of your own",
        'use a name such as "owner"',
      ),
      text(
        /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
        "at most 63 letters, digits, dots, underscores and hyphens",
        'use a value such as "platform-team"',
      ),
    )
    .optional(),
  imageRepository: text(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/,
    "host, port and path of a registry",
    'use "localhost:32000", or "registry.example.com/team"',
  ).optional(),
});

/** Namespaces that belong to Kubernetes, to MicroK8s or to nobody. */
const SYSTEM_NAMESPACES = new Set(["default", "kube-system", "kube-public", "kube-node-lease", "ingress"]);

/**
 * A MicroK8s cluster, Kubernetes 1.30 or newer, as the place where components run. It needs the addons `dns`, `hostpath-storage`, `ingress` and `cert-manager`, and a
 * network plugin that enforces NetworkPolicies (the built-in Calico does).
 *
 * Throws an `ArgumentError` that lists every problem when the arguments cannot be used.
 */
export class MicroK8s implements MicroK8sTarget {
  readonly kind = "microk8s";
  readonly environment: Environment;
  readonly prefix: string;
  readonly provider: pulumi.ProviderResource;
  readonly random: pulumi.ProviderResource;
  readonly capacity: Capacity;
  readonly ingressController: IngressController;
  readonly ingressClass: string;
  readonly ingressNamespace: string;
  readonly storageClass: string;
  readonly volumesGrow: boolean;
  readonly monitoringNamespace: string;
  readonly apiServerPort: number;
  readonly imageRepository: string;
  readonly labels: Readonly<Record<string, string>>;

  constructor(name: string, args: MicroK8sArgs) {
    const problems = new Problems(`MicroK8s "${name}"`)
      .shape(schema, args, Object.keys(schema.shape))
      .across(["kubeconfig", "context"], (add) => {
        if (args.kubeconfig === undefined && args.context === undefined) {
          add({
            path: "kubeconfig",
            given: "nothing",
            allowed: "a kubeconfig, or a context of the one in use",
            fix: 'give context: "microk8s", so that nothing lands in whatever cluster happens to be current',
          });
        }
      })
      .across(["namespace"], (add) => {
        if (args.namespace !== undefined && SYSTEM_NAMESPACES.has(args.namespace)) {
          add({
            path: "namespace",
            given: `"${args.namespace}"`,
            allowed: "a namespace of the stack's own",
            fix: "leave namespace out: the default is <project>-<stack>",
          });
        }
      })
      .across(["memory", "reservedMemory"], (add) => {
        const reserved = mebibytes(args.reservedMemory ?? "1 GiB");
        if (reserved >= mebibytes(args.memory)) {
          add({
            path: "memory",
            given: `"${args.memory}"`,
            allowed: `more than the ${reserved} MiB reserved for the system`,
            fix: "describe the cluster's real memory",
          });
        }
      });
    accept(() => problems.throwIfAny());
    this.environment = args.environment;
    this.prefix = args.namespace ?? `${pulumi.getProject()}-${pulumi.getStack()}`;
    this.ingressController = args.ingressController ?? "traefik";
    this.ingressClass = args.ingressClass ?? "public";
    this.ingressNamespace = args.ingressNamespace ?? "ingress";
    this.storageClass = args.storageClass ?? "microk8s-hostpath";
    this.monitoringNamespace = args.monitoringNamespace ?? "monitoring";
    this.apiServerPort = args.apiServerPort ?? 16_443;
    this.volumesGrow = args.volumesGrow ?? false;
    this.labels = { ...args.labels, env: args.environment };
    this.imageRepository = args.imageRepository ?? "localhost:32000";
    this.capacity = new Capacity(`cluster "${name}"`, {
      cpus: args.cpus,
      memory: mebibytes(args.memory),
      reserved: mebibytes(args.reservedMemory ?? "1 GiB"),
    });
    const opts: pulumi.CustomResourceOptions = { dependsOn: pulumi.output(programAccepted()) };
    this.provider = new Provider(
      name,
      {
        ...(args.kubeconfig === undefined ? {} : { kubeconfig: pulumi.secret(args.kubeconfig) }),
        ...(args.context === undefined ? {} : { context: args.context }),
        enableServerSideApply: true,
      },
      opts,
    );
    this.random = new RandomProvider(`${name}-random`, {}, opts);
  }
}
