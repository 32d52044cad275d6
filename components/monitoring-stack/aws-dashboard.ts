import type { CompositeAlarm } from "@pulumi/aws/cloudwatch/compositeAlarm";
import { Dashboard } from "@pulumi/aws/cloudwatch/dashboard";
import * as pulumi from "@pulumi/pulumi";
import type { CloudAlarm } from "../core/cloud-alarm";
import { physicalName } from "../core/names";
import type { MadeAlarm, Shared } from "./aws";

/** Columns of a dashboard, and the size of one graph. */
const WIDTH = 24;
const GRAPH = { width: 6, height: 5 } as const;

interface Widget {
  readonly type: "text" | "alarm" | "metric";
  readonly width: number;
  readonly height: number;
  readonly properties: object;
}

/** One dashboard for the stack: for each thing watched the state of its alarms, and a graph of each metric with its thresholds. */
export function buildDashboard(
  shared: Shared,
  made: readonly MadeAlarm[],
  composites: readonly CompositeAlarm[],
): void {
  const { name, owner } = shared;
  const abouts = [...new Set(made.map(({ alarm }) => alarm.about))];
  const widgets: Widget[] = [
    ...(composites.length === 0
      ? []
      : [
          states(
            "Services",
            composites.map((each) => each.arn),
          ) satisfies Widget,
        ]),
    ...abouts.flatMap((about) =>
      section(
        shared,
        about,
        made.filter(({ alarm }) => alarm.about === about),
      ),
    ),
  ];
  new Dashboard(
    name,
    {
      dashboardName: physicalName("alarm", owner.target.prefix, name),
      dashboardBody: pulumi.jsonStringify({ start: "-PT6H", widgets: laidOut(widgets) }),
    },
    { parent: owner.parent },
  );
}

function section(shared: Shared, about: string, made: readonly MadeAlarm[]): readonly Widget[] {
  const graphs = new Map<string, CloudAlarm[]>();
  for (const { alarm } of made) {
    const names = Object.values(alarm.metrics).map(
      (metric) => `${metric.namespace} ${metric.metric} ${metric.statistic}`,
    );
    const key = names.join(" ");
    graphs.set(key, [...(graphs.get(key) ?? []), alarm]);
  }
  return [
    { type: "text", width: WIDTH, height: 1, properties: { markdown: `## ${about}` } },
    states(
      about,
      made.map(({ resource }) => resource.arn),
    ),
    ...[...graphs.values()].map((alarms) => graph(shared, alarms)),
  ];
}

function states(title: string, alarms: readonly pulumi.Output<string>[]): Widget {
  return { type: "alarm", width: WIDTH, height: 2, properties: { title, alarms: [...alarms] } };
}

function graph(shared: Shared, alarms: readonly CloudAlarm[]): Widget {
  const [first] = alarms;
  if (first === undefined) throw new Error("a graph is made of at least one alarm");
  const names = [...new Set(Object.values(first.metrics).map((each) => each.metric))];
  return {
    type: "metric",
    ...GRAPH,
    properties: {
      title: first.expression === undefined ? names.join(", ") : first.alarm,
      region: shared.owner.target.region,
      view: "timeSeries",
      period: first.period,
      metrics: [
        ...(first.expression === undefined
          ? []
          : [[{ expression: first.expression, id: "result", label: first.alarm }]]),
        ...Object.entries(first.metrics).map(([id, metric]) => [
          metric.namespace,
          metric.metric,
          ...Object.entries(metric.dimensions).flat(),
          { id, stat: metric.statistic, ...(first.expression === undefined ? {} : { visible: false }) },
        ]),
      ],
      annotations: { horizontal: alarms.map((each) => ({ label: each.alarm, value: each.threshold })) },
    },
  };
}

/** Widgets from left to right, in rows; a wide one begins a row. */
function laidOut(widgets: readonly Widget[]): readonly object[] {
  let [x, y, row] = [0, 0, 0];
  return widgets.map((widget) => {
    if (x + widget.width > WIDTH) {
      y += row;
      [x, row] = [0, 0];
    }
    const placed = { ...widget, x, y };
    x += widget.width;
    row = Math.max(row, widget.height);
    return placed;
  });
}
