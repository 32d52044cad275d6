import type { EdgeRoute } from "../targets/network";
import type { EdgeCertificates } from "./args";

/** What the edge's configuration is made from. */
export interface EdgeSettings {
  readonly certificates: EdgeCertificates;
  /** Public HTTPS port, for the redirect. */
  readonly https: number;
}

/** Port inside the edge's container that answers its own health check; it is not published. */
export const EDGE_HEALTH_PORT = 2020;

/**
 * The edge's configuration: TLS 1.2 and 1.3 only, redirect to HTTPS, security headers on every answer (errors too), compression, and for each
 * route a pool of replicas with health checks and retries, so that a replica can be replaced without a failed request.
 */
export function caddyfile(routes: readonly EdgeRoute[], settings: EdgeSettings): string {
  const hosts = [...new Set(routes.map((route) => route.host))].sort();
  return `${[global(settings), HEADERS, health(), ...hosts.map((host) => site(host, routes, settings))].join("\n\n")}\n`;
}

function global(settings: EdgeSettings): string {
  return block("", [
    "admin off",
    "auto_https disable_redirects",
    "skip_install_trust",
    "grace_period 10s",
    ...(settings.certificates.mode === "acme" ? [`email ${settings.certificates.email}`] : []),
    block("servers", ["protocols h1 h2"]),
  ]);
}

const HEADERS = block("(headers)", [
  block("header", [
    'Strict-Transport-Security "max-age=31536000; includeSubDomains"',
    "X-Frame-Options DENY",
    "X-Content-Type-Options nosniff",
    'X-XSS-Protection "1; mode=block"',
    "-Server",
    "defer",
  ]),
]);

function health(): string {
  return block(`http://:${EDGE_HEALTH_PORT}`, ["respond /healthz 200"]);
}

function site(host: string, routes: readonly EdgeRoute[], settings: EdgeSettings): string {
  const port = settings.https === 443 ? "" : `:${settings.https}`;
  const own = routes
    .filter((route) => route.host === host)
    .sort((a, b) => b.path.length - a.path.length || a.path.localeCompare(b.path));
  const redirect = block(`http://${host}`, ["import headers", `redir https://{host}${port}{uri} 308`]);
  const secure = block(`https://${host}`, [
    block(settings.certificates.mode === "internal" ? "tls internal" : "tls", [
      "protocols tls1.2 tls1.3",
      "ciphers TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ]),
    "import headers",
    "encode zstd gzip",
    ...own.map(handle),
    ...(own.some((route) => route.path === "/") ? [] : [block("handle", ["respond 404"])]),
    block("handle_errors", ["import headers", 'respond "{err.status_code} {err.status_text}"']),
  ]);
  return `${redirect}\n\n${secure}`;
}

function handle(route: EdgeRoute, index: number): string {
  const proxy = block(`reverse_proxy ${route.upstreams.join(" ")}`, [
    "lb_policy least_conn",
    "lb_try_duration 5s",
    "lb_try_interval 250ms",
    "fail_duration 5s",
    `health_uri ${route.healthPath}`,
    "health_interval 2s",
    "health_timeout 2s",
    "header_up X-Real-IP {remote_host}",
  ]);
  const login = route.login === undefined ? [] : [block("basicauth", [`${route.login.username} ${route.login.hash}`])];
  const path = route.path.replace(/\/$/, "");
  if (path === "") return block("handle", [...login, proxy]);
  return [
    `@route${index} path ${path} ${path}/*`,
    block(`handle @route${index}`, [...login, ...(route.stripPrefix ? [`uri strip_prefix ${path}`] : []), proxy]),
  ].join("\n");
}

function block(head: string, lines: readonly string[]): string {
  const body = lines.map((line) => line.replace(/^/gm, "\t")).join("\n");
  return `${head === "" ? "" : `${head} `}{\n${body}\n}`;
}
