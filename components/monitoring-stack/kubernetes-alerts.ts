import { type RuleSource, type RuleTable, type Tuning, tuned } from "../core/monitorable";

/** What is watched of a cluster (kube-state-metrics 2.10 and later, kubelet). */
export const KUBERNETES_RULES = {
  KubeNodeNotReady: {
    expr: 'kube_node_status_condition{condition="Ready",status="true"} == 0',
    parameters: {},
    for: "5 minutes",
    severity: "critical",
    team: "platform",
    group: "kube-nodes",
    summary: "Node {{ $labels.node }} is not ready",
    description: "The kubelet does not report, or reports trouble: nothing new starts there.",
    dashboard: "kubernetes",
  },
  KubePodCrashLooping: {
    expr: 'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1',
    parameters: {},
    for: "10 minutes",
    severity: "warning",
    team: "app",
    group: "kube-pods",
    summary: "{{ $labels.container }} in {{ $labels.namespace }}/{{ $labels.pod }} ends again and again",
    description: "Kubernetes waits longer before each new start.",
    dashboard: "kubernetes",
  },
  KubeDeploymentUnavailable: {
    expr: "kube_deployment_status_replicas_available == 0 and on (namespace, deployment) kube_deployment_spec_replicas > 0",
    parameters: {},
    for: "5 minutes",
    severity: "critical",
    team: "app",
    group: "kube-deployments",
    summary: "{{ $labels.namespace }}/{{ $labels.deployment }} has no replica that is ready",
    description: "Replicas are asked for, none can receive requests.",
    dashboard: "kubernetes",
  },
  KubeVolumeFillingUp: {
    expr: "100 * kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < $percent",
    parameters: { percent: 15 },
    for: "10 minutes",
    severity: "warning",
    team: "platform",
    group: "kube-volumes",
    summary: "Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} has less than $percent % left",
    description: '{{ $value | printf "%.1f" }} % are free. With hostpath storage this is the disk of the node.',
    dashboard: "kubernetes",
  },
  // A BackupSchedule's own CronJobs run from hourly to monthly; what they report themselves says how old each may be.
  KubeBackupCronJobStale: {
    expr: 'time() - max by (namespace, cronjob) (kube_cronjob_status_last_successful_time{cronjob=~".*backup.*"}) > $hours * 3600 and on (namespace, cronjob) kube_cronjob_spec_suspend == 0 unless on (namespace, cronjob) kube_cronjob_labels{label_app_kubernetes_io_managed_by="bulwark"}',
    parameters: { hours: 25 },
    for: "5 minutes",
    severity: "critical",
    team: "data",
    group: "backup-age",
    summary: "{{ $labels.namespace }}/{{ $labels.cronjob }} has not ended well for more than $hours h",
    description: "Its last success is {{ $value | humanizeDuration }} ago.",
    dashboard: "backups",
  },
} as const satisfies RuleTable;

/** Changes to the alerts of a cluster. */
export type KubernetesAlerts = Tuning<typeof KUBERNETES_RULES>;

/** The rules of the cluster; they exist on MicroK8s only. */
export function kubernetesRules(tuning: KubernetesAlerts = {}): RuleSource {
  return { kind: "kubernetes", jobs: [], tuning, rules: (scope) => tuned(KUBERNETES_RULES, tuning, scope) };
}
