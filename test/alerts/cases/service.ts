import { type Case, type Cases, speeds } from "./case";

const S = 'environment="prod",service="api"';
const OK = `http_requests_total{${S},status="200"}`;
const BAD = `http_requests_total{${S},status="500"}`;
const bucket = (le: string) => `http_request_duration_seconds_bucket{${S},le="${le}"}`;

/** A share of failing requests from the start on, of 1000 a minute. */
const steady = (errors: number, checks: Case["checks"]): Case => ({
  series: { [OK]: `0+${1000 - errors}x100`, [BAD]: `0+${errors}x100` },
  checks,
});

/** Services. */
export const SERVICE_CASES: Cases = {
  HighErrorRate: [
    // Half a request a second: above the floor, and not ten times above it.
    speeds(5, 2, { [OK]: [29.7, 27], [BAD]: [0.3, 3] }),
    { series: { [OK]: "0+1x60", [BAD]: "0+1x60" }, checks: [[50, 0]] },
  ],
  HighErrorsPerSecond: [speeds(5, 4, { [BAD]: [0.6, 6] })],
  HighLatencyP95: [
    speeds(10, 1, {
      [bucket("0.5")]: [60, 0],
      [bucket("1")]: [60, 0],
      [bucket("2.5")]: [60, 60],
      [bucket("+Inf")]: [60, 60],
    }),
  ],
  TrafficDropped: [
    {
      series: { [OK]: "0+120x1480 177606+6x60" },
      checks: [
        [1479, 0],
        [1492, 0],
        [1508, 1],
      ],
    },
    // Hardly any traffic yesterday either.
    { series: { [OK]: "0+30x1480 44401+1x60" }, checks: [[1508, 0]] },
  ],
  SLOBurnRateFast: [
    // A burst after six good hours: only the pair 1h/5m sees it.
    {
      series: { [OK]: "0+1000x360 360960+960x40", [BAD]: "0x360 40+40x40" },
      checks: [
        [359, 0],
        [383, 0],
        [390, 1],
      ],
    },
    // One percent for long: only the pair 6h/30m sees it.
    steady(10, [[60, 1]]),
    steady(1, [[60, 0]]),
    // The burst is over: the short window ends the alert, although the long one still remembers.
    {
      series: { [OK]: "0+1000x360 360960+960x40 399360+1000x60", [BAD]: "0x360 40+40x40 1640x60" },
      checks: [[410, 0]],
    },
  ],
  SLOBurnRateSlow: [
    // Errors most of the day, a busy clean spell, and a trickle of errors now: only the pair 1d/2h sees it.
    {
      series: {
        [OK]: "0+990x1080 1074200+5000x240 2274299+99x150",
        [BAD]: "0+10x1080 10800x240 10801+1x150",
      },
      checks: [[1465, 1]],
    },
    // Twice the budget from the start on: only the pair 3d/6h sees it.
    steady(2, [
      [8, 0],
      [40, 1],
    ]),
    steady(0.1, [[60, 0]]),
  ],
  FailedLoginsHigh: [
    {
      series: { [`login_attempts_total{${S},status="failed"}`]: "5x60 6+1x60" },
      checks: [
        [59, 0],
        [90, 1],
      ],
    },
    { series: { [`login_attempts_total{${S},status="success"}`]: "0+9x120" }, checks: [[90, 0]] },
  ],
};
