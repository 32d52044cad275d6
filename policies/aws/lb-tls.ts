import { EVERYWHERE, rule } from "../rule";
import { one } from "./examples";
import { LISTENER, LISTENER_RULE, redirects } from "./load-balancers";

const MODERN = /TLS13-1-[23]|TLS-1-2|FS-1-2/;
const POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/** Plain HTTP only tells the client where HTTPS is, and HTTPS is not older than TLS 1.2. */
export const lbTls = rule({
  id: "aws-lb-tls",
  title: "Load balancers speak TLS 1.2 or newer",
  severity: "high",
  level: EVERYWHERE,
  types: [...LISTENER, ...LISTENER_RULE],
  joins: true,
  remedy: `Redirect HTTP to HTTPS, and set sslPolicy: "${POLICY}".`,
  references: [
    "FSBP ELB.1",
    "FSBP ELB.17",
    "FSBP ELB.18",
    "CKV_AWS_2",
    "CKV_AWS_103",
    "CKV2_AWS_20",
    "TRV AWS-0054",
    "TRV AWS-0047",
    "POL-05",
  ],
  check(resource, guard, { graph }) {
    guard.check(() => {
      if (LISTENER_RULE.includes(resource.type)) {
        const [listener] = graph.target(resource, "listenerArn", LISTENER).found;
        if (listener === undefined || listener.at("protocol").text() !== "HTTP") return undefined;
        return !resource.at("actions").list().every(redirects) && "actions answer plain HTTP";
      }
      const protocol = resource.at("protocol").text() ?? (resource.at("port").number() === 443 ? "HTTPS" : "HTTP");
      if (protocol === "HTTP")
        return !resource.at("defaultActions").list().every(redirects) && "defaultActions answer plain HTTP";
      if (!["HTTPS", "TLS"].includes(protocol)) return undefined;
      return !MODERN.test(resource.at("sslPolicy").text() ?? "") && "sslPolicy allows TLS older than 1.2";
    });
  },
  examples: {
    compliant: [
      [listener({ protocol: "HTTPS", port: 443, sslPolicy: POLICY })],
      [listener({ protocol: "HTTP", port: 80, defaultActions: [redirect()] })],
      [onPlain(redirect()), listener({ protocol: "HTTP", port: 80, defaultActions: [redirect()] })],
    ],
    violating: [
      [listener({ protocol: "HTTP", port: 80, defaultActions: [{ type: "forward" }] })],
      [listener({ protocol: "HTTPS", port: 443 })],
      [listener({ protocol: "HTTPS", port: 443, sslPolicy: "ELBSecurityPolicy-2016-08" })],
      [onPlain({ type: "forward" }), listener({ protocol: "HTTP", port: 80, defaultActions: [redirect()] })],
    ],
  },
});

function redirect() {
  return { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } };
}

function listener(props: Readonly<Record<string, unknown>>) {
  return one("lb/listener:Listener", { loadBalancerArn: "arn:lb", ...props }, { name: "listener" });
}

function onPlain(action: Readonly<Record<string, unknown>>) {
  const propertyDependencies = { listenerArn: ["listener"] };
  return one(
    "lb/listenerRule:ListenerRule",
    { listenerArn: "arn:listener", actions: [action] },
    { propertyDependencies },
  );
}
