import { CONTAINER } from "../docker/container";
import { container } from "../docker/examples";
import { deployment, SURROUNDINGS } from "../kubernetes/examples";
import { SERVERS } from "../kubernetes/workloads";
import { ADVICE, rule } from "../rule";
import { strings } from "../setting";

const COLLECTOR = /alloy|promtail|fluent|vector|filebeat|otel|loki/i;

/** Logs are kept somewhere, and do not fill the disk. */
export const logSink = rule({
  id: "xs-log-sink",
  title: "Every service logs to something that keeps logs",
  severity: "medium",
  level: ADVICE,
  types: [...CONTAINER, ...SERVERS],
  joins: true,
  settings: { outside: strings([], "names of collectors outside of the program that read the logs of the cluster") },
  remedy: "Bound json-file with max-size, or use another driver; on Kubernetes run a collector on the nodes.",
  references: ["POL-14"],
  check(resource, guard, { graph, settings }) {
    if (CONTAINER.includes(resource.type)) {
      guard.check(() => {
        const driver = resource.at("logDriver").text() ?? "json-file";
        if (driver === "none") return "logDriver is none";
        return driver === "json-file" && !resource.at("logOpts", "max-size").present() && "logOpts has no max-size";
      });
      return;
    }
    const collected = graph.once("log collectors", () =>
      graph.ofType(SERVERS).some((each) => COLLECTOR.test(each.name)),
    );
    guard.check(() => !collected && settings.outside.length === 0 && "no log collector runs in the program");
  },
  examples: {
    compliant: [container(), container({ logDriver: "journald", logOpts: undefined }), deployment()],
    violating: [
      container({ logOpts: undefined }),
      container({ logDriver: "none" }),
      [deployment()[0], ...SURROUNDINGS.filter((each) => each.name !== "alloy")],
    ],
  },
});
