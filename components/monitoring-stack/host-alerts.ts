import { type RuleSource, type RuleTable, type Tuning, tuned } from "../core/monitorable";

/** Selector of file systems that can fill: pseudo file systems and the layers of containers are left out. */
export const REAL_FILE_SYSTEMS =
  '{fstype!~"tmpfs|overlay|squashfs|ramfs|nsfs|fuse.*|iso9660",mountpoint!~"/run.*|/var/lib/(docker|kubelet|containerd)/.+"}';

const FS = REAL_FILE_SYSTEMS;
const DISK_FREE = `100 * node_filesystem_avail_bytes${FS} / node_filesystem_size_bytes${FS}`;
const MEMORY_USED = "100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)";
const CPU_BUSY = '100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))';

const platform = { team: "platform", dashboard: "host" } as const;

/** What is watched of a host (node_exporter 1.7 and later, with the collectors systemd and textfile). */
export const HOST_RULES = {
  HostCpuHigh: {
    ...platform,
    expr: `${CPU_BUSY} > $percent`,
    parameters: { percent: 80 },
    for: "15 minutes",
    severity: "warning",
    group: "host-cpu",
    summary: "{{ $labels.instance }} is more than $percent % busy",
    description: 'CPU is {{ $value | printf "%.0f" }} % busy.',
  },
  HostCpuCritical: {
    ...platform,
    expr: `${CPU_BUSY} > $percent`,
    parameters: { percent: 95 },
    for: "15 minutes",
    severity: "critical",
    group: "host-cpu",
    summary: "{{ $labels.instance }} has no CPU time left",
    description: 'CPU is {{ $value | printf "%.0f" }} % busy.',
  },
  HostMemoryHigh: {
    ...platform,
    expr: `${MEMORY_USED} > $percent`,
    parameters: { percent: 85 },
    for: "10 minutes",
    severity: "warning",
    group: "host-memory",
    summary: "{{ $labels.instance }} uses more than $percent % of its memory",
    description: '{{ $value | printf "%.0f" }} % are in use, caches not counted.',
  },
  HostMemoryCritical: {
    ...platform,
    expr: `${MEMORY_USED} > $percent`,
    parameters: { percent: 95 },
    for: "5 minutes",
    severity: "critical",
    group: "host-memory",
    summary: "{{ $labels.instance }} is about to run out of memory",
    description: '{{ $value | printf "%.0f" }} % are in use; the kernel will end a process.',
  },
  HostDiskSpaceLow: {
    ...platform,
    expr: `${DISK_FREE} < $percent`,
    parameters: { percent: 20 },
    for: "15 minutes",
    severity: "warning",
    group: "host-disk",
    summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} has less than $percent % left",
    description: '{{ $value | printf "%.1f" }} % of the space is free.',
  },
  HostDiskSpaceCritical: {
    ...platform,
    expr: `${DISK_FREE} < $percent`,
    parameters: { percent: 5 },
    for: "5 minutes",
    severity: "critical",
    group: "host-disk",
    summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} is almost full",
    description: '{{ $value | printf "%.1f" }} % of the space is free.',
  },
  HostDiskFillingUp: {
    ...platform,
    expr: `predict_linear(node_filesystem_avail_bytes${FS}[6h], $hours * 3600) < 0 and ${DISK_FREE} < $percent`,
    parameters: { hours: 24, percent: 40 },
    for: "1 hour",
    severity: "warning",
    group: "host-disk",
    summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} will be full within $hours h",
    description: "At the pace of the last six hours.",
  },
  HostInodesLow: {
    ...platform,
    expr: `100 * node_filesystem_files_free${FS} / (node_filesystem_files${FS} > 0) < $percent`,
    parameters: { percent: 10 },
    for: "15 minutes",
    severity: "warning",
    group: "host-inodes",
    summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} has less than $percent % of its inodes left",
    description: "No new file can be made when they are gone, however much space is free.",
  },
  HostFilesystemReadOnly: {
    ...platform,
    expr: `node_filesystem_readonly${FS} == 1`,
    parameters: {},
    for: "2 minutes",
    severity: "critical",
    group: "host-filesystem",
    summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} is read-only",
    description: "Usually the kernel's answer to a disk error.",
  },
  HostOomKill: {
    ...platform,
    expr: "increase(node_vmstat_oom_kill[10m]) > $count",
    parameters: { count: 0 },
    for: "0 minutes",
    severity: "warning",
    group: "host-oom",
    summary: "The kernel ended a process of {{ $labels.instance }} for want of memory",
    description: '{{ $value | printf "%.0f" }} processes in ten minutes.',
  },
  HostClockNotSynchronised: {
    ...platform,
    expr: "min_over_time(node_timex_sync_status[5m]) == 0 and node_timex_maxerror_seconds >= $seconds",
    parameters: { seconds: 16 },
    for: "10 minutes",
    severity: "warning",
    group: "host-clock",
    summary: "The clock of {{ $labels.instance }} is not set by anyone",
    description: "Certificates, one-time passwords and S3 signatures need the right time.",
  },
  HostSystemdUnitFailed: {
    ...platform,
    expr: 'node_systemd_unit_state{state="failed"} == 1',
    parameters: {},
    for: "5 minutes",
    severity: "warning",
    group: "host-units",
    summary: "{{ $labels.name }} on {{ $labels.instance }} has failed",
    description: "A service or timer of the host ended with an error and was not started again.",
  },
  HostSecurityUpdatesPending: {
    ...platform,
    expr: 'sum by (instance) (apt_upgrades_pending{origin=~".*[Ss]ecurity.*"}) > $count',
    parameters: { count: 0 },
    for: "72 hours",
    severity: "warning",
    team: "security",
    group: "security-updates",
    summary: "{{ $labels.instance }} has had security updates waiting for three days",
    description: '{{ $value | printf "%.0f" }} packages are not up to date.',
  },
} as const satisfies RuleTable;

/** Changes to the alerts of a host. */
export type HostAlerts = Tuning<typeof HOST_RULES>;

/** The rules of the hosts. */
export function hostRules(tuning: HostAlerts = {}): RuleSource {
  return { kind: "host", jobs: [], tuning, rules: (scope) => tuned(HOST_RULES, tuning, scope) };
}
