// One container of somebody's own, without Bulwark. What is wrong with it follows SYSTEM_VARIANT.
import { Container } from "@pulumi/docker/container";
import { Network } from "@pulumi/docker/network";
import { Provider } from "@pulumi/docker/provider";

/** What is wrong with the container. */
export interface Faults {
  /** Mandatory in every environment. */
  readonly privileged?: boolean;
  /** Only advised in dev: the root file system can be written. */
  readonly writable?: boolean;
  /** The process may gain privileges: mandatory everywhere, and can be exempted. */
  readonly gains?: boolean;
  /** A password in the environment, mandatory everywhere. */
  readonly secret?: string;
}

const faults = JSON.parse(process.env["SYSTEM_VARIANT"] ?? "{}") as Faults;
const provider = new Provider("host", { host: "unix:///var/run/docker.sock" });
const network = new Network("inside", { name: "inside", internal: true }, { provider });
new Container(
  "web",
  {
    name: "web",
    image: `registry.example.com/shop/web@sha256:${"1f".repeat(32)}`,
    user: "10001:10001",
    readOnly: faults.writable !== true,
    privileged: faults.privileged === true,
    capabilities: { drops: ["ALL"] },
    securityOpts: faults.gains === true ? [] : ["no-new-privileges:true"],
    memory: 128,
    memorySwap: 128,
    cpus: "0.5",
    restart: "unless-stopped",
    healthcheck: { tests: ["CMD", "true"] },
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "5" },
    envs: faults.secret === undefined ? [] : [`DB_PASSWORD=${faults.secret}`],
    networksAdvanced: [{ name: network.name }],
  },
  { provider },
);
