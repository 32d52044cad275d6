import type { Problems } from "../core/problems";
import { nearest } from "../core/suggest";
import type { AlertRoutingArgs } from "./args";

/** Adds problems of receivers: missing secrets, names that do not exist, a second channel that is none. */
export function checkReceivers(problems: Problems, args: AlertRoutingArgs): void {
  problems.across(["receivers", "smtp", "vpc"], (add) => {
    for (const [name, receiver] of Object.entries(args.receivers)) {
      if (
        receiver.kind === "pagerduty" &&
        (receiver.routingKey === undefined) === (receiver.serviceKey === undefined)
      ) {
        add({
          path: `receivers.${name}`,
          given: receiver.routingKey === undefined ? "no key" : "routingKey and serviceKey",
          allowed: "exactly one of routingKey (Events API v2) and serviceKey (v1)",
          fix: "give one: routingKey: config.requireSecret(...)",
        });
      }
      if (receiver.kind === "email" && args.smtp === undefined && args.vpc.network.kind !== "aws") {
        add({
          path: "smtp",
          given: "nothing",
          allowed: `the mail server that receiver ${name} needs`,
          fix: "give host, from, username and password of the mail server",
        });
      }
    }
  });
  problems.across(["receivers", "routes", "default", "heartbeat", "selfMonitoring"], (add) => {
    const known = Object.keys(args.receivers);
    for (const [path, name] of uses(args)) {
      if (known.includes(name)) continue;
      const near = nearest(name, known);
      add({
        path,
        given: `"${name}"`,
        allowed: known.join(", ") || "a receiver of this routing",
        fix: near === undefined ? `add "${name}" to receivers` : `use "${near}", or add "${name}" to receivers`,
      });
    }
  });
  problems.across(["receivers", "heartbeat"], (add) => {
    const { heartbeat, vpc } = args;
    const receiver = heartbeat === undefined ? undefined : args.receivers[heartbeat.receiver];
    if (receiver !== undefined && receiver.kind !== "webhook") {
      add({
        path: "heartbeat.receiver",
        given: `a receiver of kind ${receiver.kind}`,
        allowed: "a webhook: a service that raises the alarm when it is no longer called",
        fix: "give the check's address as a webhook receiver",
      });
    }
    if (heartbeat === undefined && vpc.network.target.environment === "prod") {
      add({
        path: "heartbeat",
        given: "nothing",
        allowed: "in prod, a webhook outside the stack",
        fix: "give heartbeat: { receiver }, or nobody learns that alerts no longer arrive",
      });
    }
  });
  problems.across(["receivers", "routes", "selfMonitoring"], (add) => {
    const urgent = new Set(
      args.routes
        .filter((row) => row.severity === "critical")
        .flatMap((row) => [...(row.receivers ?? []), ...(row.escalation ?? []).flatMap((step) => step.receivers)]),
    );
    if (args.selfMonitoring.receivers.every((name) => urgent.has(name))) {
      add({
        path: "selfMonitoring.receivers",
        given: args.selfMonitoring.receivers.join(", "),
        allowed: "at least one receiver that critical alerts do not use",
        fix: "add another channel: when the pager is what fails, the pager cannot say so",
      });
    }
  });
}

/** Every place in which a receiver is named. */
function uses(args: AlertRoutingArgs): readonly (readonly [path: string, name: string])[] {
  return [
    ...args.routes.flatMap((row, index) => [
      ...(row.receivers ?? []).map((name) => [`routes.${index}.receivers`, name] as const),
      ...(row.escalation ?? []).flatMap((step, level) =>
        step.receivers.map((name) => [`routes.${index}.escalation.${level}.receivers`, name] as const),
      ),
    ]),
    ["default", args.default],
    ...(args.heartbeat === undefined ? [] : [["heartbeat.receiver", args.heartbeat.receiver] as const]),
    ...args.selfMonitoring.receivers.map((name) => ["selfMonitoring.receivers", name] as const),
  ];
}
