import { one } from "../aws/examples";
import { faces, LISTENER, LOAD_BALANCER } from "../aws/load-balancers";
import { anyAddress, CONTAINER } from "../docker/container";
import { container } from "../docker/examples";
import { object } from "../kubernetes/examples";
import { EVERYWHERE, rule } from "../rule";
import { kubernetes } from "../tokens";

const SERVICE = kubernetes("Service").filter((type) => !type.endsWith("List"));
const balancer = one(
  "lb/loadBalancer:LoadBalancer",
  { loadBalancerType: "network", enableDeletionProtection: true, accessLogs: { enabled: true } },
  { name: "balancer" },
);
const wired = { propertyDependencies: { loadBalancerArn: ["balancer"] } };

/** Whatever the target: what answers the internet answers with TLS. HTTP listeners and Ingresses have rules of their own. */
export const publicEndpointTls = rule({
  id: "xs-public-endpoint-tls",
  title: "Every public endpoint has TLS",
  severity: "high",
  level: EVERYWHERE,
  types: [...LISTENER, ...CONTAINER, ...SERVICE],
  joins: true,
  remedy: "End TLS at the load balancer, the Ingress or the edge, and publish port 80 only beside 443.",
  references: ["FSBP ELB.1", "FSBP ELB.18", "CKV2_AWS_20", "POL-05"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      if (LISTENER.includes(resource.type)) {
        if (resource.at("protocol").text() !== "TCP" || resource.at("port").number() === 443) return undefined;
        const [owner] = graph.target(resource, "loadBalancerArn", LOAD_BALANCER).found;
        return owner !== undefined && faces(owner) && "protocol is TCP on a load balancer that faces the internet";
      }
      const service = SERVICE.includes(resource.type);
      if (service && resource.at("spec", "type").text() !== "LoadBalancer") return undefined;
      const ports = (service ? resource.at("spec", "ports") : resource.at("ports")).list();
      const open = ports
        .filter((each) => service || anyAddress(each.at("ip").text()))
        .map((each) => each.at(service ? "port" : "external").number());
      return open.includes(80) && !open.includes(443) && "port 80 is public and 443 is not";
    });
  },
  examples: {
    configuration: { "k8s-service-not-public": { exposed: ["thing"] } },
    compliant: [
      [
        one(
          "lb/listener:Listener",
          { protocol: "TLS", port: 443, sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" },
          wired,
        ),
        balancer,
      ],
      container({
        ports: [
          { external: 80, internal: 80 },
          { external: 443, internal: 443 },
        ],
      }),
      object("core/v1:Service", { spec: { type: "LoadBalancer", ports: [{ port: 80 }, { port: 443 }] } }),
    ],
    violating: [
      [one("lb/listener:Listener", { protocol: "TCP", port: 8080 }, wired), balancer],
      container({ ports: [{ ip: "0.0.0.0", external: 80, internal: 8080 }] }),
      object("core/v1:Service", { spec: { type: "LoadBalancer", ports: [{ port: 80 }] } }),
    ],
  },
});
