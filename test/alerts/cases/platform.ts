import { appears, type Cases, crosses, HOST, quiet, speeds } from "./case";

const ROOT = `${HOST},device="/dev/sda1",fstype="ext4",mountpoint="/"`;
const SNAP = `${HOST},device="/dev/loop1",fstype="squashfs",mountpoint="/snap/core/1"`;
const BOX = `${HOST},name="api-1"`;
const POD = 'namespace="app",pod="p",container="c"';
const DEPLOYMENT = 'namespace="app",deployment="d"';
const CRON = 'namespace="app",cronjob="db-backup"';

const free = (values: readonly [number, number], wait: number) =>
  crosses(wait, { [`node_filesystem_avail_bytes{${ROOT}}`]: values }, { [`node_filesystem_size_bytes{${ROOT}}`]: 100 });
const fullSnap = quiet(60, {
  [`node_filesystem_avail_bytes{${SNAP}}`]: 0,
  [`node_filesystem_size_bytes{${SNAP}}`]: 100,
});
const memory = (values: readonly [number, number], wait: number) =>
  crosses(
    wait,
    { [`node_memory_MemAvailable_bytes{${HOST}}`]: values },
    { [`node_memory_MemTotal_bytes{${HOST}}`]: 100 },
  );
const cpu = (idle: readonly [number, number]) =>
  speeds(15, 5, { [`node_cpu_seconds_total{${HOST},cpu="0",mode="idle"}`]: idle });

/** Hosts, containers, clusters, endpoints, and the watching itself. */
export const PLATFORM_CASES: Cases = {
  ServiceDown: [
    crosses(2, { 'up{job="api",instance="a"}': [1, 0] }),
    quiet(30, { 'up{job="blackbox-http",instance="a"}': 0 }),
  ],
  TargetAbsent: [appears(5, 'up{job="postgres",instance="a"}')],
  EndpointDown: [crosses(2, { 'probe_success{instance="https://a"}': [1, 0] })],
  EndpointSlow: [crosses(10, { 'probe_duration_seconds{instance="https://a"}': [0.1, 5] }, {}, 3)],
  CertificateExpiresSoon: [
    crosses(60, { 'probe_ssl_earliest_cert_expiry{instance="https://a"}': [60 * 86_400, 20 * 86_400] }),
  ],
  CertificateExpiresCritical: [
    crosses(15, { 'probe_ssl_earliest_cert_expiry{instance="https://a"}': [20 * 86_400, 3 * 86_400] }),
  ],
  HostCpuHigh: [cpu([48, 6])],
  HostCpuCritical: [cpu([6, 1.2])],
  HostMemoryHigh: [memory([50, 10], 10)],
  HostMemoryCritical: [memory([10, 3], 5)],
  HostDiskSpaceLow: [free([50, 15], 15), fullSnap],
  HostDiskSpaceCritical: [free([30, 3], 5), fullSnap],
  HostDiskFillingUp: [
    {
      series: {
        [`node_filesystem_avail_bytes{${ROOT}}`]: "100-0.05x1400",
        [`node_filesystem_size_bytes{${ROOT}}`]: "100x1400",
      },
      checks: [
        [1199, 0],
        [1230, 0],
        [1270, 1],
      ],
    },
    quiet(400, { [`node_filesystem_avail_bytes{${ROOT}}`]: 5, [`node_filesystem_size_bytes{${ROOT}}`]: 100 }),
  ],
  HostInodesLow: [
    crosses(15, { [`node_filesystem_files_free{${ROOT}}`]: [4, 0.5] }, { [`node_filesystem_files{${ROOT}}`]: 8 }),
    quiet(40, { [`node_filesystem_files_free{${ROOT}}`]: -1, [`node_filesystem_files{${ROOT}}`]: 0 }),
  ],
  HostFilesystemReadOnly: [
    crosses(2, { [`node_filesystem_readonly{${ROOT}}`]: [0, 1] }),
    quiet(30, { [`node_filesystem_readonly{${SNAP}}`]: 1 }),
  ],
  HostOomKill: [speeds(0, 1, { [`node_vmstat_oom_kill{${HOST}}`]: [0, 0.2] })],
  HostClockNotSynchronised: [
    crosses(10, {
      [`node_timex_sync_status{${HOST}}`]: [1, 0],
      [`node_timex_maxerror_seconds{${HOST}}`]: [0, 16],
    }),
    quiet(40, { [`node_timex_sync_status{${HOST}}`]: 0, [`node_timex_maxerror_seconds{${HOST}}`]: 1 }),
    quiet(40, { [`node_timex_sync_status{${HOST}}`]: 1, [`node_timex_maxerror_seconds{${HOST}}`]: 20 }),
  ],
  HostSystemdUnitFailed: [
    crosses(5, { [`node_systemd_unit_state{${HOST},name="backup.service",state="failed"}`]: [0, 1] }),
    quiet(30, { [`node_systemd_unit_state{${HOST},name="backup.service",state="active"}`]: 1 }),
  ],
  HostSecurityUpdatesPending: [
    crosses(4320, { [`apt_upgrades_pending{${HOST},origin="Debian-Security:12/stable"}`]: [0, 3] }),
    quiet(4400, { [`apt_upgrades_pending{${HOST},origin="Debian:12.5/stable"}`]: 40 }),
  ],
  ContainerMissing: [
    {
      series: { [`container_last_seen{${BOX}}`]: "1x20 stale" },
      checks: [
        [19, 0],
        [24, 0],
        [28, 1],
        [45, 0],
      ],
    },
  ],
  ContainerRestartLoop: [
    {
      series: { [`container_start_time_seconds{${BOX}}`]: "1x9 2 3 4 5 5x20" },
      checks: [
        [9, 0],
        [15, 1],
      ],
    },
    { series: { [`container_start_time_seconds{${BOX}}`]: "1x9 2 3 3x20" }, checks: [[15, 0]] },
  ],
  ContainerMemoryNearLimit: [
    crosses(
      5,
      { [`container_memory_working_set_bytes{${BOX}}`]: [4, 7.6] },
      { [`container_spec_memory_limit_bytes{${BOX}}`]: 8 },
    ),
    quiet(30, {
      [`container_memory_working_set_bytes{${BOX}}`]: 900,
      [`container_spec_memory_limit_bytes{${BOX}}`]: 0,
    }),
  ],
  ContainerCpuThrottled: [
    speeds(15, 5, {
      [`container_cpu_cfs_throttled_periods_total{${BOX}}`]: [6, 300],
      [`container_cpu_cfs_periods_total{${BOX}}`]: [600, 600],
    }),
  ],
  ContainerMetricsMissing: [appears(10, `container_last_seen{${BOX}}`)],
  ImageTooOld: [crosses(60, { [`bulwark_image_created_timestamp_seconds{${BOX}}`]: [-10 * 86_400, -100 * 86_400] })],
  KubeNodeNotReady: [
    crosses(5, { 'kube_node_status_condition{node="n",condition="Ready",status="true"}': [1, 0] }),
    quiet(30, { 'kube_node_status_condition{node="n",condition="DiskPressure",status="true"}': 0 }),
  ],
  KubePodCrashLooping: [
    crosses(10, { [`kube_pod_container_status_waiting_reason{${POD},reason="CrashLoopBackOff"}`]: [0, 1] }),
    {
      series: {
        [`kube_pod_container_status_waiting_reason{${POD},reason="CrashLoopBackOff"}`]:
          "1 0 0 1 0 0 1 0 0 1 0 0 1 0 0 1",
      },
      checks: [[14, 1]],
    },
  ],
  KubeDeploymentUnavailable: [
    crosses(
      5,
      { [`kube_deployment_status_replicas_available{${DEPLOYMENT}}`]: [2, 0] },
      { [`kube_deployment_spec_replicas{${DEPLOYMENT}}`]: 2 },
    ),
    quiet(30, {
      [`kube_deployment_status_replicas_available{${DEPLOYMENT}}`]: 0,
      [`kube_deployment_spec_replicas{${DEPLOYMENT}}`]: 0,
    }),
  ],
  KubeVolumeFillingUp: [
    crosses(
      10,
      { 'kubelet_volume_stats_available_bytes{persistentvolumeclaim="data"}': [50, 10] },
      { 'kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="data"}': 100 },
    ),
  ],
  KubeBackupCronJobStale: [
    crosses(
      5,
      { [`kube_cronjob_status_last_successful_time{${CRON}}`]: [-3600, -100_000] },
      { [`kube_cronjob_spec_suspend{${CRON}}`]: 0 },
    ),
    quiet(30, {
      [`kube_cronjob_status_last_successful_time{${CRON}}`]: -100_000,
      [`kube_cronjob_spec_suspend{${CRON}}`]: 1,
    }),
    quiet(30, {
      [`kube_cronjob_status_last_successful_time{${CRON}}`]: -100_000,
      [`kube_cronjob_spec_suspend{${CRON}}`]: 0,
      [`kube_cronjob_labels{${CRON},label_app_kubernetes_io_managed_by="bulwark"}`]: 1,
    }),
  ],
  Watchdog: [
    {
      series: { up: "1x5" },
      checks: [
        [0, 1],
        [4, 1],
      ],
    },
  ],
  AlertmanagerNotificationsFailing: [
    speeds(5, 1, {
      'alertmanager_notifications_failed_total{integration="slack"}': [0, 0.5],
      'alertmanager_notifications_total{integration="slack"}': [10, 10],
    }),
  ],
  PrometheusConfigReloadFailed: [
    crosses(5, { 'prometheus_config_last_reload_successful{job="prometheus"}': [1, 0] }, {}, 5),
    crosses(5, { 'alertmanager_config_last_reload_successful{job="alertmanager"}': [1, 0] }, {}, 5),
  ],
  PrometheusRuleFailures: [speeds(15, 1, { 'prometheus_rule_evaluation_failures_total{rule_group="g"}': [0, 0.2] })],
  TextfileCollectorBroken: [crosses(5, { [`node_textfile_scrape_error{${HOST}}`]: [0, 1] })],
};
