import type * as pulumi from "@pulumi/pulumi";
import { ArgumentError, type Problem } from "../core/errors";
import type { Consumer, Link, Linkable, SecretVariable } from "../core/links";
import { TRACES_PORT } from "../core/monitorable";
import { accept } from "../core/tick";

/** Links resolved for one consumer, and what they add up to. */
export interface Bound {
  readonly links: readonly Link[];
  /** Variables of the links and the service's own, which win nothing: a clash is an error. */
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets: readonly SecretVariable[];
}

/** What OpenTelemetry reads: where traces go, and under which name. */
export function tracingVariables(service: string, collector: string): Readonly<Record<string, string>> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${collector}:${TRACES_PORT}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    OTEL_SERVICE_NAME: service,
  };
}

/**
 * Asks every link for access and joins what they give with the service's own variables. Throws an `ArgumentError` when two of them set the
 * same variable.
 */
export function bind(
  consumer: Consumer,
  linkables: readonly Linkable[],
  own: Readonly<Record<string, pulumi.Input<string>>>,
): Bound {
  const links = linkables.map((each) => each.link(consumer));
  const origin = new Map(Object.keys(own).map((variable) => [variable, "environment"]));
  const problems: Problem[] = [];
  for (const [index, link] of links.entries()) {
    for (const variable of [...Object.keys(link.variables), ...link.secrets.map((secret) => secret.variable)]) {
      const other = origin.get(variable);
      if (other !== undefined) {
        problems.push({
          path: `links.${index}`,
          given: `${variable} from ${link.to}, which ${other} sets too`,
          allowed: "each variable once",
          fix: `give one of them another prefix: links: [${link.to}.as({ prefix: "OTHER" })]`,
        });
      }
      origin.set(variable, link.to);
    }
  }
  accept(() => {
    if (problems.length > 0) throw new ArgumentError(`ServiceDeployment "${consumer.name}"`, problems);
  });
  return {
    links,
    variables: Object.assign({}, own, ...links.map((link) => link.variables)) as Record<string, pulumi.Input<string>>,
    secrets: links.flatMap((link) => link.secrets),
  };
}
