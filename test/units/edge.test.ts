import { caddyfile } from "../../components/surveillance-vpc/caddyfile";
import type { EdgeRoute } from "../../components/targets/network";

const route = (host: string, path: string, extra: Partial<EdgeRoute> = {}): EdgeRoute => ({
  service: "web",
  host,
  path,
  stripPrefix: false,
  upstreams: ["web-1:8000", "web-2:8000"],
  healthPath: "/health/ready",
  ...extra,
});

const config = (routes: readonly EdgeRoute[], https = 443) =>
  caddyfile(routes, { certificates: { mode: "internal" }, https });

describe("edge configuration", () => {
  it("offers TLS 1.2 and 1.3 only, with the ciphers of the guide (SEC-01)", () => {
    const text = config([route("a.example.com", "/")]);
    expect(text).toContain("protocols tls1.2 tls1.3");
    expect(text).toContain("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  });

  it("sends the headers on every answer, errors and redirects too (SEC-02)", () => {
    const text = config([route("a.example.com", "/")]);
    for (const header of [
      'Strict-Transport-Security "max-age=31536000; includeSubDomains"',
      "X-Frame-Options DENY",
      "X-Content-Type-Options nosniff",
      'X-XSS-Protection "1; mode=block"',
    ]) {
      expect(text).toContain(header);
    }
    expect(text.match(/import headers/g)).toHaveLength(3);
  });

  it("redirects to the published HTTPS port", () => {
    expect(config([route("a.example.com", "/")])).toContain("redir https://{host}{uri} 308");
    expect(config([route("a.example.com", "/")], 8443)).toContain("redir https://{host}:8443{uri} 308");
  });

  it("tries the longest path first and answers 404 where no route is", () => {
    const text = config([route("a.example.com", "/api"), route("a.example.com", "/api/admin")]);
    expect(text.indexOf("path /api/admin")).toBeLessThan(text.indexOf("path /api /api/*"));
    expect(text).toContain("respond 404");
  });

  it("does not depend on the order in which services were made", () => {
    const routes = [route("b.example.com", "/"), route("a.example.com", "/x"), route("a.example.com", "/")];
    expect(config(routes)).toBe(config([...routes].reverse()));
  });

  it("has no site without routes", () => expect(config([])).not.toContain("https://"));
});
