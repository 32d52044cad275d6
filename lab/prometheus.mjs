// Prometheus, Alertmanager and their checking tools, from Debian's packages of the host.
import { onPath } from "./sh.mjs";

const programs = ["prometheus", "promtool", "prometheus-alertmanager", "amtool"];

export const prometheus = {
  name: "prometheus",
  lane: "host",
  needs: ["debian"],
  async find() {
    const found = await Promise.all(programs.map((program) => onPath(program)));
    return found.every((file) => file !== undefined) ? { bin: found[0], programs } : undefined;
  },
  async make() {
    throw new Error(`not all of ${programs.join(", ")} are on PATH although their packages are installed`);
  },
};
