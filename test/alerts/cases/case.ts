/** Series of one scenario, one sample a minute in promtool's notation, and how many alerts fire at some minutes. */
export interface Case {
  readonly series: Readonly<Record<string, string>>;
  readonly checks: readonly (readonly [minute: number, firing: number])[];
}

/** Cases by alert name. */
export type Cases = Readonly<Record<string, readonly [Case, ...Case[]]>>;

/** Labels of every host series. */
export const HOST = 'instance="host"';

/** Gauges that go from one value to another: quiet before, not yet while `for` runs, firing after it. */
export function crosses(
  wait: number,
  gauges: Readonly<Record<string, readonly [quiet: number, firing: number]>>,
  constant: Readonly<Record<string, number>> = {},
  lag = 0,
): Case {
  const start = wait + 5;
  const rest = wait + lag + 12;
  return {
    series: {
      ...Object.fromEntries(
        Object.entries(gauges).map(([name, [quiet, firing]]) => [name, `${quiet}x${start - 1} ${firing}x${rest}`]),
      ),
      ...Object.fromEntries(Object.entries(constant).map(([name, value]) => [name, `${value}x${start + rest}`])),
    },
    checks: around(start, wait, lag),
  };
}

/** Counters that go from one pace a minute to another. `lag`: minutes until the windows of the rule show it. */
export function speeds(
  wait: number,
  lag: number,
  counters: Readonly<Record<string, readonly [quiet: number, firing: number]>>,
): Case {
  const start = wait + lag + 5;
  const rest = wait + lag + 12;
  return {
    series: Object.fromEntries(
      Object.entries(counters).map(([name, [quiet, firing]]) => {
        const reached = 700 + quiet * (start - 1);
        return [name, `700+${quiet}x${start - 1} ${reached + firing}+${firing}x${rest}`];
      }),
    ),
    checks: around(start, wait, lag),
  };
}

/** A series that comes late: its absence fires after `for`, and no longer once it is there. */
export function appears(wait: number, name: string): Case {
  return {
    series: { [name]: `_x${wait + 5} 1x30` },
    checks: [
      [Math.floor(wait / 2), 0],
      [wait + 2, 1],
      [wait + 20, 0],
    ],
  };
}

/** Values that never change and never fire. */
export function quiet(minutes: number, constant: Readonly<Record<string, number>>): Case {
  return {
    series: Object.fromEntries(Object.entries(constant).map(([name, value]) => [name, `${value}x${minutes}`])),
    checks: [[minutes - 1, 0]],
  };
}

function around(start: number, wait: number, lag: number): Case["checks"] {
  return [
    [start - 1, 0],
    ...(wait > 0 ? ([[start + lag + Math.floor(wait / 2), 0]] as const) : []),
    [start + lag + wait + 6, 1],
  ];
}
