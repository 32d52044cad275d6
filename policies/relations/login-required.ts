import { task } from "../aws/ecs-examples";
import { container } from "../docker/examples";
import { deployment } from "../kubernetes/examples";
import { EVERYWHERE, rule } from "../rule";
import { eachVariable, STARTERS } from "./variables";

const YES = /^(?:true|1|yes|on)$/i;
const NO = /^(?:false|0|no|off)$/i;

/** Variables by which images of others let everybody in, each with the values that do so. */
const OPEN: Readonly<Record<string, RegExp>> = {
  // PostgreSQL
  POSTGRES_HOST_AUTH_METHOD: /^trust$/i,
  // MySQL and MariaDB take any value for yes.
  MYSQL_ALLOW_EMPTY_PASSWORD: /./,
  MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: /./,
  // Bitnami's images
  ALLOW_EMPTY_PASSWORD: YES,
  ALLOW_ANONYMOUS_LOGIN: YES,
  // Grafana
  GF_AUTH_ANONYMOUS_ENABLED: YES,
  GF_AUTH_BASIC_ENABLED: NO,
  // Elasticsearch and OpenSearch
  "xpack.security.enabled": NO,
  DISABLE_SECURITY_PLUGIN: YES,
  DISABLE_SECURITY_DASHBOARDS_PLUGIN: YES,
  // Neo4j, mongo-express
  NEO4J_AUTH: /^none$/i,
  ME_CONFIG_BASICAUTH: NO,
};

/** A store that asks nobody for a password needs only one open port to be lost. */
export const loginRequired = rule({
  id: "xs-login-required",
  title: "No store or console lets everybody in",
  severity: "high",
  level: EVERYWHERE,
  types: STARTERS,
  remedy: "Take the variable away, and give a password as a file.",
  references: ["CWE-306", "POL-12"],
  check(resource, guard) {
    eachVariable(
      resource,
      guard,
      (name) => Object.hasOwn(OPEN, name),
      (name, value, at) => OPEN[name]?.test(value) === true && `${at.path}: ${name} switches the login off`,
    );
  },
  examples: {
    compliant: [
      container({ envs: ["POSTGRES_HOST_AUTH_METHOD=scram-sha-256", "GF_AUTH_ANONYMOUS_ENABLED=false"] }),
      deployment({}, { env: [{ name: "xpack.security.enabled", value: "true" }] }),
      task({ environment: [{ name: "ALLOW_ANONYMOUS_LOGIN", value: "no" }] }),
    ],
    violating: [
      container({ envs: ["POSTGRES_HOST_AUTH_METHOD=trust"] }),
      deployment({}, { env: [{ name: "GF_AUTH_ANONYMOUS_ENABLED", value: "true" }] }),
      task({ environment: [{ name: "NEO4J_AUTH", value: "none" }] }),
    ],
  },
});
