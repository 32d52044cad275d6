import type { Subject } from "../join";
import { aws } from "../tokens";
import type { View } from "../view";

/** A load balancer of the newer kinds. */
export const LOAD_BALANCER: readonly string[] = aws("lb/loadBalancer:LoadBalancer");
/** A port of a load balancer. */
export const LISTENER: readonly string[] = aws("lb/listener:Listener");
/** A rule of a listener. */
export const LISTENER_RULE: readonly string[] = aws("lb/listenerRule:ListenerRule");

/** Whether an action of a listener only sends the client on to HTTPS. */
export function redirects(action: View): boolean {
  return action.at("type").text() === "redirect" && action.at("redirect", "protocol").text() === "HTTPS";
}

/** Whether a load balancer faces the internet. */
export function faces(balancer: Subject): boolean {
  return balancer.at("internal").flag() !== true;
}
