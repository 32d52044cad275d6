import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../core/names";
import type { MicroK8sNetwork } from "../network";
import type { MicroK8sTarget } from "../target";
import { fingerprint } from "./fingerprint";
import { type Labels, labelsOf } from "./labels";

/** An object that pods refer to by name: the name changes with the content. */
export interface Named {
  readonly name: pulumi.Output<string>;
  readonly resource: pulumi.Resource;
}

/** Where an object belongs. */
export interface Owner {
  /** Name of the component. */
  readonly component: string;
  readonly network: MicroK8sNetwork;
  readonly parent: pulumi.Resource;
}

/** Namespace of the monitoring, where collectors and pages are. */
export function monitoringNamespace(target: MicroK8sTarget): string {
  return physicalName("dnsLabel", target.monitoringNamespace);
}

/** Name, namespace and labels of an object. */
export function metadata(owner: Owner, name: pulumi.Input<string>, labels: Labels = {}) {
  return {
    name,
    namespace: owner.network.namespace,
    labels: { ...owner.network.target.labels, ...labelsOf(owner.component), ...labels },
  };
}

/** Options of a child: its parent, and the namespace first. */
export function childOf(
  owner: Owner,
  after: readonly pulumi.Input<pulumi.Resource>[] = [],
): pulumi.CustomResourceOptions {
  return { parent: owner.parent, dependsOn: [...owner.network.ready, ...after] };
}

/** Configuration files. Another content is another object, so the pods that mount it are rolled. */
export function configuration(
  owner: Owner,
  logicalName: string,
  files: Readonly<Record<string, pulumi.Input<string>>>,
): Named {
  const name = pulumi.interpolate`${logicalName}-${fingerprint(files)}`;
  const resource = new ConfigMap(
    logicalName,
    { metadata: metadata(owner, name), immutable: true, data: files },
    childOf(owner),
  );
  return { name, resource };
}

/** Secret values. Another value is another object, so the pods that mount it are rolled. See {@link fingerprint} for `key`. */
export function secret(
  owner: Owner,
  logicalName: string,
  values: Readonly<Record<string, pulumi.Input<string>>>,
  key?: pulumi.Input<string>,
): Named {
  const hidden = pulumi.secret(values);
  const name = pulumi.interpolate`${logicalName}-${fingerprint(hidden, key)}`;
  const resource = new Secret(
    logicalName,
    { metadata: metadata(owner, name), immutable: true, type: "Opaque", stringData: hidden },
    childOf(owner),
  );
  return { name, resource };
}

/** An identity without a token: nothing that Bulwark runs talks to the Kubernetes API. */
export function identity(owner: Owner, logicalName: string): Named {
  const resource = new ServiceAccount(
    logicalName,
    { metadata: metadata(owner, logicalName), automountServiceAccountToken: false },
    childOf(owner),
  );
  return { name: pulumi.output(logicalName), resource };
}
