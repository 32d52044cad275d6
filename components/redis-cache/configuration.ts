import { createHash } from "node:crypto";
import type { Purpose } from "./args";
import type { CacheSpec } from "./spec";

/** User that consumers log in as. */
export const APP_USER = "app";

/** User of the exporter: it may read statistics, and no key. */
export const MONITOR_USER = "monitor";

/** User of the process in Bulwark's own image. */
export const OWN_USER = "10379:10379";

/** User that copies the whole content, and may do nothing else. */
export const BACKUP_USER = "backup";

/** What goes when memory is full. */
export const EVICTION: Readonly<Record<Purpose, string>> = {
  cache: "allkeys-lru",
  session: "volatile-lru",
  queue: "noeviction",
};

/** The server's whole configuration: TLS only, limits, and persistence by purpose (RC-04). */
export function configuration(spec: CacheSpec, caFile: string): string {
  return [
    "bind * -::*",
    "protected-mode no",
    "port 0",
    "tls-port 6379",
    "tls-cert-file /tls/tls.crt",
    "tls-key-file /tls/tls.key",
    `tls-ca-cert-file ${caFile}`,
    "tls-auth-clients no",
    'tls-protocols "TLSv1.2 TLSv1.3"',
    "aclfile /run/secrets/users.acl",
    "dir /data",
    `maxmemory ${spec.maxMemory}mb`,
    `maxmemory-policy ${EVICTION[spec.purpose]}`,
    ...(spec.persistent
      ? ["appendonly yes", "appendfsync everysec", "save 900 1 300 10 60 10000"]
      : ["appendonly no", 'save ""']),
    "",
  ].join("\n");
}

/** What consumers may do: everything but administration, and what can stop the server or empty it. */
export const RIGHTS = "~* &* +@all -@admin -@dangerous +info +sort +sort_ro";

/**
 * Who may do what: the default user is off, the health check may only ping, consumers have {@link RIGHTS}. Passwords stand here as SHA-256, as the server itself stores them.
 */
export function users(password: string, monitorPassword: string, backupPassword: string): string {
  const hash = createHash("sha256").update(password).digest("hex");
  const monitorHash = createHash("sha256").update(monitorPassword).digest("hex");
  const backupHash = createHash("sha256").update(backupPassword).digest("hex");
  return [
    "user default off",
    "user health on nopass resetkeys resetchannels -@all +ping",
    `user ${MONITOR_USER} on #${monitorHash} resetkeys resetchannels -@all +ping +info +config|get +slowlog|get +slowlog|len +latency|latest +client|setname`,
    `user ${BACKUP_USER} on #${backupHash} resetkeys resetchannels -@all +ping +psync +sync +replconf`,
    `user ${APP_USER} on #${hash} ${RIGHTS}`,
    "",
  ].join("\n");
}

/** Starts the server and lets it end when its certificate was renewed: Docker starts it again with the new one. */
export function startScript(program: string): string {
  return [
    "#!/bin/sh",
    "set -eu",
    "touch /tmp/certificate-loaded",
    '(while sleep 60; do if [ /tls/tls.crt -nt /tmp/certificate-loaded ]; then kill -TERM "$$"; fi; done) &',
    `exec ${program} /etc/bulwark/server.conf`,
    "",
  ].join("\n");
}

/** A line of shell that succeeds when the server answers. */
export function healthCommand(engine: "redis" | "valkey", caFile: string): string {
  return `REDISCLI_AUTH=none ${engine}-cli --tls --cacert ${caFile} --user health --no-auth-warning ping | grep -q PONG`;
}
