import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** One alert of a notification that arrived. */
export interface Arrival {
  /** Path that it was sent to, without the slash. */
  readonly receiver: string;
  readonly at: number;
  readonly alert: string;
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
}

/** A server that takes Alertmanager's webhooks and remembers them. */
export class Webhooks {
  readonly arrivals: Arrival[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const { alerts } = JSON.parse(body) as {
          alerts: { status: Arrival["status"]; labels: Record<string, string> }[];
        };
        for (const { status, labels } of alerts) {
          this.arrivals.push({
            receiver: (request.url ?? "").slice(1),
            at: Date.now(),
            alert: labels["alertname"] ?? "",
            status,
            labels,
          });
        }
        response.end();
      });
    });
  }

  /** Listens on a free port of an address; returns where. */
  async listen(address: string): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, address, resolve);
    });
    return `http://${address}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What arrived at a receiver about one alert. */
  of(receiver: string, alert: string, status: Arrival["status"] = "firing"): readonly Arrival[] {
    return this.arrivals.filter((each) => each.receiver === receiver && each.alert === alert && each.status === status);
  }

  /** Longest time between two arrivals of an alert, in seconds. */
  longestGap(receiver: string, alert: string): number {
    const times = this.of(receiver, alert).map((each) => each.at);
    return Math.max(...times.slice(1).map((at, index) => (at - (times[index] ?? at)) / 1000));
  }

  close(): void {
    this.#server.close();
  }
}
