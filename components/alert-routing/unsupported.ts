import type { Problem } from "../core/errors";
import { seconds } from "../core/units";
import type { Network } from "../targets/network";
import type { AlertRoutingArgs } from "./args";

/** What the target cannot give. The arguments have passed the schema. */
export function unsupportedRouting(args: AlertRoutingArgs, network: Network): Problem[] {
  return network.kind === "aws" ? onAws(args) : withAlertmanager(args);
}

function withAlertmanager(args: AlertRoutingArgs): Problem[] {
  return Object.entries(args.receivers).flatMap(([name, receiver]) =>
    receiver.kind === "slack" && receiver.webhook === undefined
      ? [
          {
            path: `receivers.${name}.webhook`,
            given: "nothing",
            allowed: "the address of an incoming webhook, but on aws",
            fix: "give webhook: config.requireSecret(...)",
          },
        ]
      : [],
  );
}

function onAws(args: AlertRoutingArgs): Problem[] {
  return [...receivers(args), ...rows(args), ...heartbeat(args)];
}

function receivers(args: AlertRoutingArgs): Problem[] {
  const problems: Problem[] = [];
  const channels = new Map<string, string>();
  for (const [name, receiver] of Object.entries(args.receivers)) {
    if (receiver.kind !== "slack") continue;
    if (receiver.workspace === undefined) {
      problems.push({
        path: `receivers.${name}.workspace`,
        given: "nothing",
        allowed: "on aws, the workspace and the channel by their ids",
        fix: 'give workspace: { team: "T0123456789", channel: "C0123456789" }: Amazon Q Developer posts there once the workspace is authorised',
      });
      continue;
    }
    const { team, channel } = receiver.workspace;
    const other = channels.get(`${team}/${channel}`);
    if (other !== undefined) {
      problems.push({
        path: `receivers.${name}.workspace`,
        given: `the channel of ${other}`,
        allowed: "each channel once on aws",
        fix: `use receiver ${other} in its place`,
      });
    }
    channels.set(`${team}/${channel}`, name);
  }
  if (args.smtp !== undefined) {
    problems.push({
      path: "smtp",
      given: `mail server ${args.smtp.host}`,
      allowed: "nothing on aws",
      fix: "remove smtp: Amazon SNS sends e-mail itself, after the recipient has confirmed once",
    });
  }
  return problems;
}

function rows(args: AlertRoutingArgs): Problem[] {
  return args.routes.flatMap((row, index) => {
    const problems: Problem[] = [];
    if ((row.escalation ?? []).length > 1 || (row.escalation ?? []).some((step) => seconds(step.after) > 0)) {
      problems.push({
        path: `routes.${index}.escalation`,
        given: `${row.escalation?.length ?? 0} levels`,
        allowed: "on aws, receivers that are told at once",
        fix: "make the levels an escalation policy of PagerDuty, which knows who has acknowledged, and name that receiver",
      });
    }
    if (row.repeatEvery !== undefined) {
      problems.push({
        path: `routes.${index}.repeatEvery`,
        given: `"${row.repeatEvery}"`,
        allowed: "nothing on aws",
        fix: "remove repeatEvery: CloudWatch tells of each change of an alarm once; PagerDuty repeats what nobody acknowledges",
      });
    }
    if (row.during !== undefined && !("days" in row.during)) {
      problems.push({
        path: `routes.${index}.during`,
        given: `"${row.during.name}", which opens once`,
        allowed: "on aws, a window that opens every week",
        fix: "give days, from and to",
      });
    }
    return problems;
  });
}

function heartbeat(args: AlertRoutingArgs): Problem[] {
  const every = args.heartbeat?.every;
  if (every === undefined || seconds(every) % 60 === 0) return [];
  return [
    {
      path: "heartbeat.every",
      given: `"${every}"`,
      allowed: "whole minutes on aws",
      fix: 'use "1 minute" or more',
    },
  ];
}
