import type * as pulumi from "@pulumi/pulumi";
import type { ComposeNetwork } from "../network";
import { server, type VolumeMount } from "./hardened";
import { volume } from "./stores";

/** What a TLS server gets from its certificate container. */
export interface Certificate {
  /** Mount at `/tls`: `tls.crt` and `tls.key`. */
  readonly mount: VolumeMount;
  readonly after: readonly pulumi.Resource[];
}

/** Where clients find the CA's certificate. */
export const CA_FILE = "/etc/ssl/bulwark/ca.crt";

/** Mount of the CA certificate for every client. */
export function trustMount(network: ComposeNetwork): VolumeMount {
  return { volume: network.trustVolume, target: "/etc/ssl/bulwark", readOnly: true };
}

/**
 * A container that issues the certificate of one server from the stack's CA, on the host, and renews it 30 days before its end.
 */
export function certificate(
  name: string,
  network: ComposeNetwork,
  hosts: readonly string[],
  owner: string,
  parent: pulumi.Resource,
): Certificate {
  const service = `${name}-certificate`;
  const tls = volume(`${name}-tls`, network.target, { parent, holdsData: false });
  const container = server(
    service,
    network.target,
    {
      service,
      image: network.target.image("tools"),
      user: "0:0",
      entrypoint: ["/usr/local/bin/bulwark-certificate"],
      environment: { NAMES: hosts.join(","), OWNER: owner, CA_NAME: `${network.target.prefix} CA` },
      capabilities: ["CHOWN"],
      memory: 32,
      cpus: 0.25,
      mounts: [
        { volume: network.caVolume, target: "/ca", readOnly: false },
        { volume: network.trustVolume, target: "/trust", readOnly: false },
        { volume: tls.name, target: "/tls", readOnly: false },
      ],
    },
    { parent, dependsOn: [tls.resource, ...network.ready] },
  );
  return { mount: { volume: tls.name, target: "/tls", readOnly: true }, after: [container] };
}
