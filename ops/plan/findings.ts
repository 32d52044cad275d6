import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ENVIRONMENTS, type Environment } from "../../components/core/environment";
import { evaluate } from "../../policies/evaluate";
import { EMPTY_REGISTER, parseExemptions } from "../../policies/exemptions";
import type { Finding, ResourceGraph } from "../../policies/graph";
import { RULES } from "../../policies/registry";

export { blocks } from "../../policies/evaluate";

/**
 * What the policy pack says of a graph, with the exemptions of the project's `policies/exemptions.yaml`. The clock only decides whether an
 * exemption still holds: without one the findings are the same every day.
 */
export function findingsOf(graph: ResourceGraph, root: string, environment = environmentOf(graph)): readonly Finding[] {
  const file = join(root, "policies", "exemptions.yaml");
  return evaluate(graph, {
    environment,
    exemptions: existsSync(file) ? parseExemptions(readFileSync(file, "utf8"), RULES) : EMPTY_REGISTER,
    now: new Date(),
  });
}

/** The tier that the stack's components say they are in; without one the strictest. */
function environmentOf(graph: ResourceGraph): Environment {
  const said = graph.resources
    .filter((resource) => resource.type.startsWith("bulwark:index:"))
    .map((resource) => resource.props["environment"]);
  return ENVIRONMENTS.findLast((environment) => said.includes(environment)) ?? "prod";
}
