import { vaultWatching } from "../backup-schedule/cloud-alarms";
import type { CloudWatching } from "../core/cloud-alarm";
import { rdsWatching } from "../managed-postgres/cloud-alarms";
import { cacheWatching } from "../redis-cache/cloud-alarms";
import { ecsWatching } from "../service-deployment/cloud-alarms";
import { bucketWatching } from "../storage-bucket/cloud-alarms";
import { networkWatching } from "../surveillance-vpc/cloud-alarms";
import { selfAlarms } from "./cloud-alarms";
import { ACCOUNT_EVENTS } from "./cloud-events";
import { billAlarms, healthAlarms } from "./cloud-outside";

const GIB = 1024 ** 3;

/** Every alarm and event there is on AWS, of one resource of each kind: what the documentation and the tests go through. */
export function everyCloudWatching(): readonly CloudWatching[] {
  const service = { service: "api", cluster: "shop", clusterArn: "c", serviceArn: "s", group: "service:api" };
  return [
    rdsWatching(
      [
        { name: "db", identifier: "db", replica: false },
        { name: "db-replica-1", identifier: "db-replica-1", replica: true },
      ],
      { memory: 8 * GIB, storage: 100 * GIB, maxConnections: 200, credits: 576 },
    ),
    cacheWatching(
      ["001", "002"].map((node) => ({ name: `cache-${node}`, id: `cache-${node}` })),
      { purpose: "session" },
    ),
    bucketWatching("recordings", "recordings", { replicated: true }),
    ecsWatching(
      "api",
      { ...service, edge: { balancer: "app/shop/1", targetGroup: "targetgroup/api/1" } },
      { replicas: 3 },
    ),
    ecsWatching("worker", { ...service, service: "worker", group: "service:worker" }, { replicas: 2 }),
    networkWatching("network", { balancer: "app/shop/1", certificateArn: "a", nats: { "us-east-1a": "nat-1" } }),
    vaultWatching("backups", { vault: "backups", vaultArn: "v", copied: true, drilled: true }, { rto: 14_400 }),
    {
      alarms: selfAlarms("alerts", {
        topics: { critical: "critical" },
        deadLetters: "lost",
        heartbeatRule: "heartbeat",
      }),
      events: ACCOUNT_EVENTS,
    },
    { alarms: [...billAlarms(500), ...healthAlarms("shop.example.com", "check")], events: [] },
  ];
}

/** Names of all alarms and events on AWS: each has a runbook. */
export function everyCloudAlert(): readonly string[] {
  return [
    ...new Set(everyCloudWatching().flatMap(({ alarms, events }) => [...alarms, ...events].map((each) => each.alarm))),
  ].sort();
}
