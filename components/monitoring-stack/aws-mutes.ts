import { AlarmMuteRule } from "@pulumi/aws/cloudwatch/alarmMuteRule";
import { physicalName } from "../core/names";
import type { MadeAlarm, Shared } from "./aws";
import { closedSchedules, type MuteSchedule, muteSchedules } from "./cloud-windows";

/**
 * Holds back what the routing says is held back, in the windows of the gate. What still fires when a window closes is sent then. A mute rule
 * takes a hundred alarms, so there is one for each thing watched.
 */
export function buildMutes(shared: Shared, made: readonly MadeAlarm[]): void {
  const { name, owner, routing } = shared;
  const rules = new Map<string, { schedule: MuteSchedule; about: string; alarms: MadeAlarm[] }>();
  for (const each of made.filter(({ speaks }) => speaks)) {
    const audience = routing.audienceOf(each.alarm);
    const schedules = [
      ...audience.muted.flatMap(muteSchedules),
      ...(audience.during !== undefined && "days" in audience.during ? closedSchedules(audience.during) : []),
    ];
    for (const schedule of schedules) {
      const key = `${schedule.key}-${each.alarm.about}`;
      const rule = rules.get(key) ?? { schedule, about: each.alarm.about, alarms: [] };
      rule.alarms.push(each);
      rules.set(key, rule);
    }
  }
  for (const [key, { schedule, about, alarms }] of rules) {
    new AlarmMuteRule(
      `${name}-${key}`,
      {
        name: physicalName("alarm", owner.target.prefix, name, key),
        description: `${schedule.key}: alarms of ${about} wait`,
        muteTargets: { alarmNames: alarms.map(({ resource }) => resource.name) },
        rule: {
          schedule: { expression: schedule.expression, duration: schedule.duration, timezone: schedule.timezone },
        },
        tags: { Name: key },
      },
      { parent: owner.parent },
    );
  }
}
