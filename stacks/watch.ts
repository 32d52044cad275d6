import * as pulumi from "@pulumi/pulumi";
import { AlertRouting, type Monitorable, MonitoringStack, type SurveillanceVpc } from "../components";
import type { Receiver } from "../components/alert-routing";
import type { MonitoringConfig } from "./config";

/** Watches the platform: critical alerts page, warnings go to the chat, and both wait for nobody in backup and security matters. */
export function watch(
  vpc: SurveillanceVpc,
  watches: readonly Monitorable[],
  config: MonitoringConfig,
): MonitoringStack {
  const receiver = (url: string): Receiver =>
    url.startsWith("mailto:")
      ? { kind: "email", to: url.slice("mailto:".length) }
      : { kind: "webhook", url: pulumi.secret(url) };
  const pager = config.pagerDutyKey;
  const routing = new AlertRouting("alerts", {
    vpc,
    receivers: {
      chat: receiver(config.chatUrl),
      second: receiver(config.secondUrl),
      heartbeat: receiver(config.heartbeatUrl),
      ...(pager === undefined ? {} : { pager: { kind: "pagerduty", routingKey: pulumi.secret(pager) } as const }),
    },
    routes: [
      { severity: "critical", receivers: pager === undefined ? ["chat"] : ["pager", "chat"] },
      { severity: "warning", receivers: ["chat"] },
      { severity: "info", receivers: ["chat"] },
    ],
    default: "chat",
    heartbeat: {
      receiver: "heartbeat",
      ...(config.heartbeatEvery === undefined ? {} : { every: config.heartbeatEvery }),
    },
    ...(config.mute === undefined ? {} : { mute: config.mute.map((window) => ({ window })) }),
    selfMonitoring: { receivers: ["second"] },
  });
  const { interval, tuning, host, packages } = config;
  return new MonitoringStack("monitoring", {
    vpc,
    watches: vpc.network.kind === "microk8s" ? watches : [vpc, ...watches],
    routing,
    ...(config.domain === undefined ? {} : { domain: config.domain }),
    ...(interval === undefined ? {} : { interval }),
    ...(tuning === undefined ? {} : { tuning }),
    ...(host === undefined ? {} : { host }),
    ...(packages === undefined ? {} : { packages }),
  });
}
