import { task } from "../aws/ecs-examples";
import { container } from "../docker/examples";
import { deployment } from "../kubernetes/examples";
import { IN_PROD, rule } from "../rule";
import { eachVariable, STARTERS } from "./variables";

const DEBUG = /^(?:\w+_)?DEBUG$/;
const MODE = /^(?:ENV|ENVIRONMENT|(?:APP|NODE|RAILS|RACK|FLASK|DJANGO|ASPNETCORE|DOTNET)_ENV(?:IRONMENT)?)$/;
const ON = /^(?:true|1|yes|on)$/i;
const NOT_PRODUCTION = /^(?:dev|devel|development|debug|local|test|testing)$/i;

/** Debug modes print secrets and stack traces to whoever asks. */
export const productionMode = rule({
  id: "xs-production-mode",
  title: "Nothing runs in debug or development mode",
  severity: "high",
  level: IN_PROD,
  types: STARTERS,
  remedy: "Take the debug variable away, and name the environment production.",
  references: ["CWE-489", "POL-17"],
  check(resource, guard) {
    eachVariable(
      resource,
      guard,
      (name) => DEBUG.test(name) || MODE.test(name),
      (name, value, at) => {
        if (DEBUG.test(name)) return ON.test(value) && `${at.path} switches ${name} on`;
        return NOT_PRODUCTION.test(value) && `${at.path}: ${name} names no production environment`;
      },
    );
  },
  examples: {
    compliant: [
      container({ envs: ["DEBUG=false", "NODE_ENV=production", "LOG_DEBUGGER=true"] }),
      deployment({}, { env: [{ name: "DEBUG", value: "0" }] }),
      task({ environment: [{ name: "ENV", value: "production" }] }),
    ],
    violating: [
      container({ envs: ["DEBUG=true"] }),
      container({ envs: ["NODE_ENV=development"] }),
      deployment({}, { env: [{ name: "FLASK_DEBUG", value: "1" }] }),
      task({ environment: [{ name: "ENVIRONMENT", value: "dev" }] }),
    ],
  },
});
