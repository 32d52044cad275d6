import type { ScrapeTarget } from "../core/monitorable";
import { carry } from "../targets/compose/carrier";
import { server } from "../targets/compose/hardened";
import { network as dockerNetwork, volume } from "../targets/compose/stores";
import { ALLOY_COMMAND, alloyConfig, GATEWAY_PORT, gatewayConfig } from "./agents";
import { run, type Shared } from "./part";
import { MEMORY } from "./spec";

const GATEWAY = "docker-gateway";
const COLLECTOR_USER = "10991:10991";

/** What watches the Docker host: its own figures, its containers, their logs, and the age of their images. */
export function agents(shared: Shared): readonly ScrapeTarget[] {
  const { name, network, parent } = shared;
  const docker = dockerNetwork(`${name}-docker`, network.target, { internal: true }, { parent });
  const gateway = dockerGateway(shared, docker);
  const toDocker = { attachments: [{ network: docker.name }], after: [docker.resource, gateway] } as const;
  node(shared, imageAge(shared, toDocker));
  cadvisor(shared, toDocker);
  alloy(shared, toDocker);
  return [
    { job: "node", addresses: ["node-exporter:9100"] },
    { job: "cadvisor", addresses: ["cadvisor:8080"] },
    { job: "alloy", addresses: ["alloy:12345"] },
    { job: "loki", addresses: ["loki:3100"] },
  ];
}

type ToDocker = Pick<Parameters<typeof run>[1], "attachments" | "after">;

/** The only container that sees Docker's socket. It passes on requests that read, from a network of its own. */
function dockerGateway(shared: Shared, docker: ReturnType<typeof dockerNetwork>) {
  const { network, parent, spec } = shared;
  const { dockerSocket, dockerGroup } = spec.host;
  const files = carry(GATEWAY, network, [{ path: "/etc/bulwark/Caddyfile", content: gatewayConfig() }], { parent });
  return server(
    GATEWAY,
    network.target,
    {
      service: GATEWAY,
      image: network.target.image("edge"),
      user: dockerGroup === undefined ? "0:0" : `10443:${dockerGroup}`,
      entrypoint: ["caddy", "run", "--config", "/etc/bulwark/Caddyfile", "--adapter", "caddyfile"],
      attachments: [{ network: docker.name, aliases: [GATEWAY] }],
      mounts: files.mounts,
      hostPaths: [{ source: dockerSocket, target: "/var/run/docker.sock" }],
      tmpfs: {
        "/data": "rw,noexec,nosuid,nodev,size=4m,mode=1777",
        "/config": "rw,noexec,nosuid,nodev,size=4m,mode=1777",
      },
      memory: MEMORY.dockerGateway,
      cpus: 0.25,
      health: {
        command: ["CMD", "curl", "-fsS", "-o", "/dev/null", `http://127.0.0.1:${GATEWAY_PORT}/_ping`],
        interval: 10,
        timeout: 5,
        retries: 6,
        start: 30,
      },
      labels: files.labels,
    },
    { parent, dependsOn: [docker.resource, ...network.ready, ...files.after] },
  );
}

/** The host's own figures, and the age of the images. Networks are left out: in a container it would see its own. */
function node(shared: Shared, images: { readonly volume: string; readonly after: ToDocker["after"] }): void {
  run(shared, {
    service: "node-exporter",
    part: "nodeExporter",
    command: [
      "--path.rootfs=/host",
      "--path.procfs=/host/proc",
      "--path.sysfs=/host/sys",
      "--collector.textfile.directory=/textfile",
      "--no-collector.netclass",
      "--no-collector.netdev",
      "--no-collector.netstat",
      "--no-collector.sockstat",
      "--no-collector.softnet",
      "--no-collector.udp_queues",
    ],
    mounts: [{ volume: images.volume, target: "/textfile", readOnly: true }],
    hostPaths: [{ source: "/", target: "/host" }],
    health: "http://127.0.0.1:9100/",
    memory: MEMORY.nodeExporter,
    after: images.after ?? [],
  });
}

/** Root, as Docker's image records belong to it, but without a capability and without a folder that holds data. */
function cadvisor(shared: Shared, toDocker: ToDocker): void {
  run(shared, {
    service: "cadvisor",
    part: "cadvisor",
    user: "0:0",
    command: [
      `--docker=tcp://${GATEWAY}:${GATEWAY_PORT}`,
      "--docker_only=true",
      "--store_container_labels=false",
      "--housekeeping_interval=15s",
      "--disable_metrics=advtcp,cpu_topology,cpuset,disk,diskIO,hugetlb,memory_numa,percpu,perf_event,process,referenced_memory,resctrl,sched,tcp,udp",
    ],
    hostPaths: [
      { source: "/sys", target: "/sys" },
      { source: `${shared.spec.host.dockerData}/image`, target: `/rootfs${shared.spec.host.dockerData}/image` },
    ],
    health: "http://127.0.0.1:8080/healthz",
    memory: MEMORY.cadvisor,
    ...toDocker,
  });
}

function alloy(shared: Shared, toDocker: ToDocker): void {
  const config = alloyConfig({ gateway: `${GATEWAY}:${GATEWAY_PORT}`, project: shared.network.target.prefix });
  run(shared, {
    service: "alloy",
    part: "alloy",
    command: ALLOY_COMMAND,
    files: [{ path: "/etc/bulwark/config.alloy", content: config }],
    data: "/var/lib/alloy/data",
    // The image holds bash and nothing that fetches.
    health: [
      "CMD",
      "bash",
      "-c",
      "exec 3<>/dev/tcp/127.0.0.1/12345 && printf 'GET /-/ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '",
    ],
    memory: MEMORY.alloy,
    ...toDocker,
  });
}

/** Looks every five minutes when the images of the running containers were built. */
function imageAge(shared: Shared, toDocker: ToDocker) {
  const { name, network, parent } = shared;
  const service = "image-age";
  const found = volume(`${name}-images`, network.target, { parent, holdsData: false });
  const container = server(
    service,
    network.target,
    {
      service,
      image: network.target.image("collector"),
      user: COLLECTOR_USER,
      environment: {
        DOCKER: `http://${GATEWAY}:${GATEWAY_PORT}`,
        INTERVAL: "300",
        PROJECT: network.target.prefix,
      },
      attachments: toDocker.attachments ?? [],
      mounts: [{ volume: found.name, target: "/textfile", readOnly: false }],
      memory: MEMORY.imageAge,
      cpus: 0.25,
      health: { command: ["CMD", "bulwark-image-age", "check"], interval: 30, timeout: 5, retries: 3, start: 30 },
    },
    { parent, dependsOn: [found.resource, ...network.ready, ...(toDocker.after ?? [])] },
  );
  return { volume: found.name, after: [container] };
}
