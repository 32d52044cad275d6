// psql of the host, for looking at a database from outside its containers.
import { onPath } from "./sh.mjs";

export const postgresql = {
  name: "psql",
  lane: "host",
  needs: ["debian"],
  async find() {
    const file = await onPath("psql");
    return file === undefined ? undefined : { bin: file };
  },
  async make() {
    throw new Error("psql is not on PATH although postgresql-client is installed");
  },
};
