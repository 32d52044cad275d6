import type { SourceKind } from "../core/backup-source";
import type { Duration } from "../core/units";

/** Names of the presets. */
export const PRESETS = [
  "hourly-rpo",
  "daily",
  "dotmac-full",
  "dotmac-incremental",
  "dotmac-config",
  "dotmac-emergency",
] as const;

/** Name of a preset. */
export type Preset = (typeof PRESETS)[number];

/** What a preset decides where the arguments say nothing. */
export interface PresetFigures {
  readonly rpo: Duration;
  readonly rto: Duration;
  readonly full: string;
  readonly incremental: string;
  readonly dump: string;
  readonly copy: string;
  readonly pointInTime: Duration;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
  /** Kinds of source that it takes; a source of another kind is refused. */
  readonly kinds: readonly SourceKind[];
}

const EVERYTHING = ["postgres", "redis", "bucket", "volume", "configuration"] as const;

/** PersonaPass: RPO 1 h, RTO 4 h, full backups daily, increments six-hourly, 30 days, 12 weeks, 12 months, 7 years (BK-12, BK-13, BK-25). */
const HOURLY: PresetFigures = {
  rpo: "1 hour",
  rto: "4 hours",
  full: "0 2 * * *",
  incremental: "0 8,14,20 * * *",
  dump: "0 1 * * *",
  copy: "30 * * * *",
  pointInTime: "30 days",
  daily: 30,
  weekly: 12,
  monthly: 12,
  yearly: 7,
  kinds: EVERYTHING,
};

/** Smart Office and the bakery: a dump a day, 30 days of them (BK-01, BK-02, BK-19, BK-28). */
const DAILY: PresetFigures = {
  rpo: "24 hours",
  rto: "4 hours",
  full: "off",
  incremental: "off",
  dump: "0 2 * * *",
  copy: "0 3 * * *",
  pointInTime: "30 days",
  daily: 30,
  weekly: 0,
  monthly: 0,
  yearly: 0,
  kinds: EVERYTHING,
};

/** The figures of each preset. DotMac's default is daily with 30 days (BK-05). */
export const PRESET_FIGURES: Readonly<Record<Preset, PresetFigures>> = {
  "hourly-rpo": HOURLY,
  daily: DAILY,
  "dotmac-full": DAILY,
  "dotmac-incremental": { ...HOURLY, rpo: "6 hours", copy: "0 2,8,14,20 * * *", weekly: 0, monthly: 0, yearly: 0 },
  "dotmac-config": { ...DAILY, dump: "off", kinds: ["configuration"] },
  "dotmac-emergency": { ...DAILY, kinds: ["postgres", "configuration"] },
};
