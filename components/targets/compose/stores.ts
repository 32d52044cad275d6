import { Network } from "@pulumi/docker/network";
import { Volume } from "@pulumi/docker/volume";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../core/names";
import type { ComposeTarget } from "../target";

/** A named volume or network: the name that containers use, and the resource to wait for. */
export interface Named<R extends pulumi.Resource> {
  readonly name: string;
  readonly resource: R;
}

/**
 * A named volume. Docker cannot change a volume, so each edit would replace it: after creation only its name counts, and a deletion from the
 * program leaves the data on the host.
 */
export function volume(
  logicalName: string,
  target: ComposeTarget,
  opts: pulumi.CustomResourceOptions & { readonly holdsData: boolean },
): Named<Volume> {
  const { holdsData, ...rest } = opts;
  const name = physicalName("docker", target.prefix, logicalName);
  const resource = new Volume(
    logicalName,
    {
      name,
      driver: "local",
      labels: [
        // Without the project's label, `docker compose down -v` does not take the data with it.
        ...(holdsData ? [] : [{ label: "com.docker.compose.project", value: target.prefix }]),
        { label: "com.docker.compose.volume", value: logicalName },
        { label: "io.bulwark.data", value: String(holdsData) },
      ],
    },
    {
      ...rest,
      ignoreChanges: ["driver", "driverOpts", "labels"],
      ...(holdsData ? { protect: rest.protect ?? true, retainOnDelete: true } : {}),
    },
  );
  return { name, resource };
}

/**
 * A user-defined bridge network. Containers name it in plain text, so that a change of one never touches the other; Docker could not replace a
 * network that is in use, so its labels do not count after creation.
 */
export function network(
  logicalName: string,
  target: ComposeTarget,
  kind: { readonly internal: boolean; readonly isolated?: boolean; readonly subnet?: string },
  opts: pulumi.CustomResourceOptions,
): Named<Network> {
  const name = physicalName("docker", target.prefix, logicalName);
  const resource = new Network(
    logicalName,
    {
      name,
      driver: "bridge",
      internal: kind.internal,
      attachable: false,
      ipv6: false,
      options: kind.isolated === true ? { "com.docker.network.bridge.enable_icc": "false" } : {},
      ...(kind.subnet === undefined ? {} : { ipamConfigs: [{ subnet: kind.subnet }] }),
      labels: [
        { label: "com.docker.compose.network", value: logicalName },
        { label: "com.docker.compose.project", value: target.prefix },
      ],
    },
    { ...opts, ignoreChanges: ["labels"] },
  );
  return { name, resource };
}
