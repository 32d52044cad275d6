/** How Alloy is started, with its configuration at `/etc/bulwark/config.alloy`. */
export const ALLOY_COMMAND: readonly string[] = [
  "run",
  "--server.http.listen-addr=0.0.0.0:12345",
  "--storage.path=/var/lib/alloy/data",
  "--disable-reporting",
  "/etc/bulwark/config.alloy",
];

/** Port of the gateway to Docker. */
export const GATEWAY_PORT = 2375;

/**
 * The gateway to Docker: a list of requests that read, and nothing else. Lists, states and logs of containers, and when images were built.
 * It is compared with the request as it was sent, so that no spelling of a path gets by.
 */
export function gatewayConfig(): string {
  const readable = [
    "_ping",
    "info",
    "version",
    "networks",
    "containers/json",
    "containers/[A-Za-z0-9][A-Za-z0-9_.-]*/(json|logs)",
    "images/(sha256:)?[a-f0-9]+/json",
  ].join("|");
  return `{
	admin off
	auto_https off
}

http://:${GATEWAY_PORT} {
	@read {
		method GET HEAD
		vars_regexp {http.request.uri} ^(/v[0-9]+\\.[0-9]+)?/(${readable})([?].*)?$
	}
	handle @read {
		reverse_proxy unix//var/run/docker.sock {
			flush_interval -1
		}
	}
	handle {
		respond 403
	}
}
`;
}

/**
 * The list of what Alloy does with a line, wherever it comes from. A line of JSON says by its field `stream` that it belongs to `audit` or
 * `security`, which are kept longer; every other line is of `application`.
 */
const STREAMS = (loki: string) => `loki.process "streams" {
  stage.json {
    expressions = { kind = "stream" }
  }
  stage.template {
    source   = "kind"
    template = "{{ if or (eq .Value \\"audit\\") (eq .Value \\"security\\") }}{{ .Value }}{{ else }}application{{ end }}"
  }
  stage.labels {
    values = { stream = "kind" }
  }
  forward_to = [loki.write.kept.receiver]
}

loki.write "kept" {
  endpoint {
    url = "http://${loki}/loki/api/v1/push"
  }
}
`;

/** Logs of the pods of some namespaces, read through the Kubernetes API: nothing of the node is mounted for them. */
export function alloyOnKubernetes(namespaces: readonly string[], loki: string): string {
  return `discovery.kubernetes "pods" {
  role = "pod"
  namespaces {
    names = ${JSON.stringify(namespaces)}
  }
}

discovery.relabel "pods" {
  targets = discovery.kubernetes.pods.targets
  rule {
    source_labels = ["__meta_kubernetes_namespace"]
    target_label  = "namespace"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_label_app_kubernetes_io_instance"]
    target_label  = "service"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_name"]
    target_label  = "pod"
  }
}

loki.source.kubernetes "pods" {
  targets    = discovery.relabel.pods.output
  forward_to = [loki.process.streams.receiver]
}

${STREAMS(loki)}`;
}

/** What Alloy is told. */
export interface AlloySettings {
  /** `host:port` of the gateway to Docker. */
  readonly gateway: string;
  /** Compose project whose containers are listened to. */
  readonly project: string;
}

/**
 * Logs of the project's containers, to Loki. A line of JSON says by its field `stream` that it belongs to `audit` or `security`, which are kept
 * longer; every other line is of `application`.
 */
export function alloyConfig(settings: AlloySettings): string {
  return `discovery.docker "project" {
  host = "tcp://${settings.gateway}"
  filter {
    name   = "label"
    values = ["com.docker.compose.project=${settings.project}"]
  }
}

discovery.relabel "project" {
  targets = discovery.docker.project.targets
  rule {
    source_labels = ["__meta_docker_container_label_com_docker_compose_service"]
    target_label  = "service"
  }
}

loki.source.docker "project" {
  host       = "tcp://${settings.gateway}"
  targets    = discovery.relabel.project.output
  forward_to = [loki.process.streams.receiver]
}

${STREAMS("loki:3100")}`;
}
