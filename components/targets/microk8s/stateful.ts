import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as pulumi from "@pulumi/pulumi";
import { HOLDS_NOTHING, labelsOf, type PodRole, selectorOf } from "./labels";
import { childOf, identity, metadata, type Owner } from "./objects";
import { patience } from "./patience";
import { type PodTemplate, podSpec } from "./pod";

/** A server with one pod that keeps its name, as the others see it. */
export interface StatefulServer {
  /** Host name, good in the whole cluster. */
  readonly host: string;
  readonly workload: pulumi.Resource;
  readonly service: pulumi.Resource;
}

/** One pod behind a name that leads straight to it, with an identity of its own. It is never two: its volume has one writer. */
export function statefulServer(
  owner: Owner,
  service: string,
  role: PodRole,
  template: Omit<PodTemplate, "serviceAccount">,
  /** Whether it may be deleted; only of a server that keeps data. */
  protect: boolean | undefined,
  after: readonly pulumi.Input<pulumi.Resource>[] = [],
): StatefulServer {
  const account = identity(owner, service);
  const selector = selectorOf(owner.component, service, role);
  const address = new Service(
    service,
    {
      metadata: metadata(owner, service, selector),
      spec: {
        clusterIP: "None",
        selector,
        ports: (template.ports ?? []).map((each) => ({
          name: each.name,
          port: each.port,
          targetPort: each.name,
          protocol: "TCP",
        })),
      },
    },
    childOf(owner),
  );
  const workload = new StatefulSet(
    service,
    {
      metadata: metadata(owner, service, { ...(protect === undefined ? HOLDS_NOTHING : {}), ...selector }),
      spec: {
        replicas: 1,
        serviceName: service,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: labelsOf(owner.component, selector) },
          spec: podSpec({ priority: owner.network.priorities.data, ...template, serviceAccount: account.name }),
        },
      },
    },
    {
      ...childOf(owner, [account.resource, ...after]),
      ...patience(template, 1),
      ...(protect === undefined ? {} : { protect }),
    },
  );
  return { host: `${service}.${owner.network.namespace}.svc`, workload, service: address };
}
