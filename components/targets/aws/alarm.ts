import type { CloudAlarm } from "../../core/cloud-alarm";

const OPERATORS = {
  ">": "GreaterThanThreshold",
  ">=": "GreaterThanOrEqualToThreshold",
  "<": "LessThanThreshold",
  "<=": "LessThanOrEqualToThreshold",
} as const;

/** What an alarm measures and when it is on, as the resource of CloudWatch takes it. */
export function condition(alarm: CloudAlarm) {
  return {
    ...measured(alarm),
    comparisonOperator: OPERATORS[alarm.comparison],
    threshold: alarm.threshold,
    evaluationPeriods: alarm.periods,
    datapointsToAlarm: alarm.datapoints,
    treatMissingData: alarm.missing,
  };
}

function measured(alarm: CloudAlarm) {
  const [only] = Object.values(alarm.metrics);
  if (only === undefined) throw new Error(`${alarm.alarm} has no metric`);
  if (alarm.expression === undefined) {
    const percentile = /^p\d/.test(only.statistic);
    return {
      namespace: only.namespace,
      metricName: only.metric,
      dimensions: only.dimensions,
      period: alarm.period,
      ...(percentile
        ? { extendedStatistic: only.statistic, evaluateLowSampleCountPercentiles: "ignore" }
        : { statistic: only.statistic }),
    };
  }
  return {
    metricQueries: [
      { id: "result", expression: alarm.expression, label: alarm.alarm, returnData: true },
      ...Object.entries(alarm.metrics).map(([id, metric]) => ({
        id,
        returnData: false,
        metric: {
          namespace: metric.namespace,
          metricName: metric.metric,
          dimensions: metric.dimensions,
          period: alarm.period,
          stat: metric.statistic,
        },
      })),
    ],
  };
}
