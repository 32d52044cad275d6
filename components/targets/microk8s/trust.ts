import type { MicroK8sNetwork } from "../network";
import type { Mounted } from "./pod";

/** Where clients find the CA's certificate; the same path as on a compose host. */
export const TRUST_FILE = "/etc/ssl/bulwark/ca.crt";

/** Mount of the CA certificate for every client: the Secret's other keys stay out of the pod. */
export function trustMount(network: MicroK8sNetwork): Mounted {
  return {
    name: "trust",
    path: "/etc/ssl/bulwark",
    readOnly: true,
    source: {
      secret: { secretName: network.trustSecret, defaultMode: 0o444, items: [{ key: "ca.crt", path: "ca.crt" }] },
    },
  };
}
