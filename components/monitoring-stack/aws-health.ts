import { HealthCheck } from "@pulumi/aws/route53/healthCheck";
import type { CloudAlarm } from "../core/cloud-alarm";
import { named } from "../targets/aws/children";
import type { Shared } from "./aws";
import { healthAlarms } from "./cloud-outside";

/** Asks for each page from outside, by HTTPS and from all over the world, and says by which alarms the answers are watched. */
export function buildHealthChecks(shared: Shared): readonly CloudAlarm[] {
  const { name, owner, spec } = shared;
  return spec.healthChecks.flatMap(({ host, path }) => {
    const check = new HealthCheck(
      `${name}-${host}`,
      {
        type: "HTTPS",
        fqdn: host,
        port: 443,
        resourcePath: path,
        enableSni: true,
        // Seconds between two requests of one checker, and failures in a row that count.
        requestInterval: 30,
        failureThreshold: 3,
        ...named(owner, host),
      },
      { parent: owner.parent },
    );
    return healthAlarms(host, check.id);
  });
}
