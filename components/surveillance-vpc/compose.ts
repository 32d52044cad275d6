import type * as pulumi from "@pulumi/pulumi";
import { LateList } from "../core/late";
import { TakenRoutes } from "../core/taken-routes";
import { carry } from "../targets/compose/carrier";
import { server } from "../targets/compose/hardened";
import { network, volume } from "../targets/compose/stores";
import type { ComposeNetwork, EdgeRoute } from "../targets/network";
import type { ComposeTarget } from "../targets/target";
import { caddyfile, EDGE_HEALTH_PORT } from "./caddyfile";
import type { VpcSpec } from "./spec";

/** Memory of the edge in MiB. */
export const EDGE_MEMORY = 256;

const EDGE_USER = "10443:10443";

/** Networks, the CA's volumes, and the edge: the only container that publishes a port. */
export function buildOnCompose(
  name: string,
  spec: VpcSpec,
  target: ComposeTarget,
  parent: pulumi.Resource,
): ComposeNetwork {
  const outside = network(`${name}-public`, target, { internal: false }, { parent });
  const edge = network(`${name}-edge`, target, { internal: true }, { parent });
  const egress = network(`${name}-egress`, target, { internal: false, isolated: true }, { parent });
  const cameras =
    spec.cameras.length > 0
      ? network(`${name}-camera`, target, { internal: false, isolated: true }, { parent })
      : undefined;
  const ca = volume(`${name}-ca`, target, { parent, protect: spec.protect, holdsData: true });
  const trust = volume(`${name}-trust`, target, { parent, holdsData: false });
  const made: ComposeNetwork = {
    kind: "compose",
    target,
    routes: new LateList<EdgeRoute>(`SurveillanceVpc "${name}"`),
    taken: new TakenRoutes(`SurveillanceVpc "${name}"`),
    edgeNetwork: edge.name,
    egressNetwork: egress.name,
    ...(cameras === undefined ? {} : { cameraNetwork: cameras.name }),
    caVolume: ca.name,
    trustVolume: trust.name,
    ready: [edge, egress, ca, trust, ...(cameras === undefined ? [] : [cameras])].map((each) => each.resource),
  };
  buildEdge(name, spec, made, outside, parent);
  return made;
}

function buildEdge(
  name: string,
  spec: VpcSpec,
  made: ComposeNetwork,
  outside: { readonly name: string; readonly resource: pulumi.Resource },
  parent: pulumi.Resource,
): void {
  const service = `${name}-proxy`;
  const data = volume(`${service}-data`, made.target, { parent, protect: spec.protect, holdsData: true });
  const settings = { certificates: spec.certificates, https: spec.publish.https };
  const files = carry(
    service,
    made,
    [{ path: "/etc/bulwark/Caddyfile", content: made.routes.items.apply((routes) => caddyfile(routes, settings)) }],
    { parent, reloads: true },
  );
  server(
    service,
    made.target,
    {
      service,
      image: made.target.image("edge"),
      user: EDGE_USER,
      entrypoint: ["caddy", "run", "--config", "/etc/bulwark/Caddyfile", "--adapter", "caddyfile", "--watch"],
      attachments: [{ network: outside.name }, { network: made.edgeNetwork, aliases: [service] }],
      ports: [
        { external: spec.publish.http, internal: 80, protocol: "tcp", ip: spec.publish.ip },
        { external: spec.publish.https, internal: 443, protocol: "tcp", ip: spec.publish.ip },
      ],
      mounts: [{ volume: data.name, target: "/data", readOnly: false }, ...files.mounts],
      tmpfs: { "/config": "rw,noexec,nosuid,nodev,size=16m,uid=10443,gid=10443,mode=0700" },
      memory: EDGE_MEMORY,
      cpus: 1,
      stopSeconds: 20,
      health: {
        command: ["CMD", "curl", "-fsS", "-o", "/dev/null", `http://127.0.0.1:${EDGE_HEALTH_PORT}/healthz`],
        interval: 5,
        timeout: 3,
        retries: 3,
        start: 10,
      },
      labels: files.labels,
    },
    { parent, dependsOn: [outside.resource, data.resource, ...made.ready, ...files.after] },
  );
}
