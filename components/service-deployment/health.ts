import type { ServiceSpec } from "./spec";

/**
 * Health check of a replica: asks the readiness path from inside the container with whichever client the image has.
 */
export function healthCommand(spec: ServiceSpec, own: readonly string[] | undefined): readonly string[] {
  if (own !== undefined) return ["CMD", ...own];
  const url = `http://127.0.0.1:${spec.port}${spec.readiness.path}`;
  return [
    "CMD-SHELL",
    [
      `if command -v curl >/dev/null; then exec curl -fsS -o /dev/null ${url}; fi`,
      `if command -v wget >/dev/null; then exec wget -q -O /dev/null ${url}; fi`,
      `if command -v python3 >/dev/null; then exec python3 -c "import urllib.request as u; u.urlopen('${url}')"; fi`,
      `exec node -e "fetch('${url}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"`,
    ].join("; "),
  ];
}
