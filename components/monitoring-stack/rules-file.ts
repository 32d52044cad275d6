import { stringify } from "yaml";
import type { AlertRule, RecordingRule, RuleSource } from "../core/monitorable";
import { promDuration, seconds } from "../core/units";

/** Rules that are evaluated together. */
export interface RuleGroup {
  /** Kind of the sources. */
  readonly name: string;
  readonly records: readonly RecordingRule[];
  readonly alerts: readonly AlertRule[];
}

/** Where the links of a notification lead. */
export interface RuleLinks {
  /** Address under which `docs/runbooks` is published, without a slash at its end. */
  readonly runbooks: string;
  /** Address of Grafana, without a slash at its end; none, where there are no pages. */
  readonly grafana?: string;
}

/**
 * One group for each kind. Sources that are tuned alike become one set of rules for all; where tunings differ, each set holds for its own
 * jobs only, so that no two sets ever alert about the same thing.
 */
export function ruleGroups(sources: readonly RuleSource[]): readonly RuleGroup[] {
  const kinds = [...new Set(sources.map((source) => source.kind))].sort();
  return kinds.map((kind) => {
    const variants = variantsOf(sources.filter((source) => source.kind === kind));
    return {
      name: kind,
      records: unique(variants.flatMap((variant) => variant.source.records ?? [])),
      alerts: variants.flatMap((variant) =>
        variants.length === 1 ? variant.source.rules({}) : limited(variant.source, variant.jobs),
      ),
    };
  });
}

/** Rules for some jobs only; a label tells them from those of the same name for other jobs. */
function limited(source: RuleSource, jobs: readonly string[]): readonly AlertRule[] {
  return source.rules({ jobs }).map((rule) => ({ ...rule, labels: { ...rule.labels, tuned_for: jobs.join(",") } }));
}

function variantsOf(
  sources: readonly RuleSource[],
): readonly { readonly source: RuleSource; readonly jobs: readonly string[] }[] {
  const byTuning = new Map<string, { source: RuleSource; jobs: string[] }>();
  for (const source of sources) {
    const key = JSON.stringify(source.tuning, (_, value: unknown) => sorted(value));
    const known = byTuning.get(key);
    if (known === undefined) byTuning.set(key, { source, jobs: [...source.jobs] });
    else known.jobs.push(...source.jobs);
  }
  return [...byTuning.values()]
    .map((variant) => ({ source: variant.source, jobs: [...new Set(variant.jobs)].sort() }))
    .sort((a, b) => a.jobs.join().localeCompare(b.jobs.join()));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)));
}

function unique(records: readonly RecordingRule[]): readonly RecordingRule[] {
  return [...new Map(records.map((rule) => [rule.record, rule])).values()];
}

/** A group as the text of a rules file of Prometheus. */
export function rulesFile(group: RuleGroup, links: RuleLinks): string {
  const records = group.records.map((rule) => ({ record: rule.record, expr: rule.expr }));
  const alerts = group.alerts.map((rule) => alerting(rule, links));
  return stringify(
    {
      groups: [
        ...(records.length === 0 ? [] : [{ name: `${group.name}-records`, rules: records }]),
        { name: group.name, rules: alerts },
      ],
    },
    { lineWidth: 0 },
  );
}

function alerting(rule: AlertRule, links: RuleLinks) {
  const wait = seconds(rule.for);
  return {
    alert: rule.alert,
    expr: rule.expr,
    ...(wait === 0 ? {} : { for: promDuration(wait) }),
    labels: { severity: rule.severity, team: rule.team, alertgroup: rule.group, ...rule.labels },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      runbook_url: `${links.runbooks}/${rule.alert}.md`,
      ...(links.grafana === undefined ? {} : { dashboard: `${links.grafana}/d/bulwark-${rule.dashboard}` }),
    },
  };
}
