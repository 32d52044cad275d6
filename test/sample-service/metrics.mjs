const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Requests and how long they took, in the text format of Prometheus. */
export class Metrics {
  #requests = new Map();
  #durations = new Map();

  count(method, path, status, seconds) {
    const labels = `method="${method}",path="${path}"`;
    const request = `${labels},status="${status}"`;
    this.#requests.set(request, (this.#requests.get(request) ?? 0) + 1);
    let duration = this.#durations.get(labels);
    if (duration === undefined) {
      duration = { buckets: BOUNDS.map(() => 0), sum: 0, count: 0 };
      this.#durations.set(labels, duration);
    }
    for (const [index, bound] of BOUNDS.entries()) if (seconds <= bound) duration.buckets[index]++;
    duration.sum += seconds;
    duration.count++;
  }

  text() {
    const lines = ["# HELP http_requests_total Requests answered.", "# TYPE http_requests_total counter"];
    for (const [labels, count] of this.#requests) lines.push(`http_requests_total{${labels}} ${count}`);
    lines.push("# HELP http_request_duration_seconds How long answers took.");
    lines.push("# TYPE http_request_duration_seconds histogram");
    for (const [labels, { buckets, sum, count }] of this.#durations) {
      for (const [index, bound] of BOUNDS.entries()) {
        lines.push(`http_request_duration_seconds_bucket{${labels},le="${bound}"} ${buckets[index]}`);
      }
      lines.push(`http_request_duration_seconds_bucket{${labels},le="+Inf"} ${count}`);
      lines.push(`http_request_duration_seconds_sum{${labels}} ${sum}`);
      lines.push(`http_request_duration_seconds_count{${labels}} ${count}`);
    }
    return `${lines.join("\n")}\n`;
  }
}
