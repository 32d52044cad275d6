import { ServiceDeployment, type ServiceDeploymentArgs, type SurveillanceVpc } from "../../components";
import { schema } from "../../components/service-deployment/args";
import { IMAGE } from "../contract/shop";
import { chapter } from "./chapter";
import { networkOf } from "./place";

interface Site {
  readonly vpc: SurveillanceVpc;
  readonly stock: ServiceDeployment;
}

const CAMERAS = { cameras: ["192.168.50.0/24"] };
const RESERVED = "counted against the host; Docker itself reserves nothing";
const ONE_CHECK = "Docker has one check for each container, that of readiness";
const ROUTED = { routes: [{ host: "shop.example.com" }] };
const check = (path: string) => ({ path, interval: "15 seconds", timeout: "4 seconds", retries: 4 }) as const;

export const SERVICE = chapter<ServiceDeploymentArgs, Site>({
  component: "ServiceDeployment",
  schema,
  site: (kind) => {
    const vpc = networkOf(kind, kind === "aws" ? { ...CAMERAS, site: { address: "203.0.113.7" } } : CAMERAS);
    return { vpc, stock: new ServiceDeployment("stock", { vpc, image: IMAGE, cpus: 1, linkable: true }) };
  },
  base: ({ vpc }) => ({ vpc, image: IMAGE, cpus: 1, replicas: 1, metrics: {} }),
  make: (name, args) => new ServiceDeployment(name, args),
  rows: {
    vpc: { give: {} },
    image: { give: { image: IMAGE.replace("1.0.0", "1.0.1") } },
    command: { give: { command: ["serve"] } },
    port: { give: { port: 9000 } },
    metrics: {
      give: { metrics: { port: 9100, path: "/stats" } },
      aws: "the port is open in the task; nothing reads it",
    },
    slo: { give: { slo: { availability: 99.5, p95: 0.5, recovery: "1 hour" } } },
    environment: { give: { environment: { LOG_LEVEL: "DEBUG" } } },
    secrets: { give: { secrets: { API_KEY: "hunter2-hunter2" } } },
    secretsAs: {
      give: { secrets: { API_KEY: "hunter2-hunter2" }, secretsAs: "env" },
      aws: "the task definition names the secret; who describes the task does not see its value",
    },
    links: { give: ({ stock }) => ({ links: [stock] }) },
    linkable: { give: { linkable: true } },
    replicas: { give: { replicas: 3 } },
    "scaling.max": { give: { scaling: { max: 4 } } },
    "scaling.cpuPercent": { give: { scaling: { max: 4, cpuPercent: 60 } } },
    "scaling.memoryPercent": { give: { scaling: { max: 4, memoryPercent: 60 } } },
    "scaling.up.after": { give: { scaling: { max: 4, up: { after: "1 minute" } } } },
    "scaling.up.percent": { give: { scaling: { max: 4, up: { percent: 50 } } } },
    "scaling.up.every": { give: { scaling: { max: 4, up: { every: "2 minutes" } } } },
    "scaling.down.after": { give: { scaling: { max: 4, down: { after: "10 minutes" } } } },
    "scaling.down.percent": { give: { scaling: { max: 4, down: { percent: 20 } } } },
    "scaling.down.every": { give: { scaling: { max: 4, down: { every: "2 minutes" } } } },
    "rollout<rolling>": { give: { rollout: { strategy: "rolling" } } },
    "rollout<blue-green>": {
      give: { ...ROUTED, rollout: { strategy: "blue-green", keepOld: "20 minutes", errorPercent: 2 } },
    },
    "rollout<canary>": {
      give: {
        routes: [{ host: "canary.example.com" }],
        rollout: { strategy: "canary", percent: 20, watch: "5 minutes", keepOld: "20 minutes", errorPercent: 2 },
      },
    },
    peers: { give: { peers: { port: 7000 } } },
    aws: { give: { aws: { spotPercent: 50 } } },
    cpus: { give: { cpus: 2 }, aws: "at least as many: Fargate sells pairs of CPU and memory" },
    reservedCpus: {
      give: { reservedCpus: 0.75 },
      compose: RESERVED,
      aws: "what scaling.cpuPercent is a share of; a task has its CPUs for itself",
    },
    memory: { give: { memory: "1 GiB" }, aws: "at least as much: Fargate sells pairs of CPU and memory" },
    "probes.startup": { give: { probes: { startup: check("/up") } }, compose: ONE_CHECK },
    "probes.liveness": { give: { probes: { liveness: check("/alive") } }, compose: ONE_CHECK },
    "probes.readiness": { give: { probes: { readiness: check("/ready") } }, aws: "asked by the load balancer" },
    "probes.startWithin": { give: { probes: { startWithin: "2 minutes" } } },
    "probes.command": { give: { probes: { command: ["true"] } } },
    routes: { give: { routes: [{ host: "api.example.com", path: "/v1", stripPrefix: true }] } },
    migration: {
      give: ({ stock }) => ({
        migration: { command: ["migrate"], image: IMAGE.replace("1.0.0", "1.0.2"), links: [stock] },
      }),
    },
    volumes: { give: { volumes: { spool: { path: "/spool", size: "1 GiB" } } } },
    scratch: { give: { scratch: ["/var/cache"] } },
    user: { give: { user: "10002:10002" } },
    stopWithin: { give: { stopWithin: "60 seconds" } },
    outbound: { give: { outbound: true } },
    tracing: { give: { tracing: true } },
    cameras: { give: { cameras: true } },
    protect: {
      give: ({ vpc }) => ({
        protect: false,
        ...(vpc.network.kind === "aws" ? {} : { volumes: { spool: { path: "/spool", size: "1 GiB" } } }),
      }),
      aws: "there are no volumes to keep",
    },
  },
});
