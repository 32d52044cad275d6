import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
export const pulumi = require("@pulumi/pulumi");

/** What a provider would add to the inputs of a resource. */
const OUTPUTS = {
  "docker:index/container:Container": { exitCode: 0 },
  "random:index/randomPassword:RandomPassword": { result: "0123456789012345678901234567890123456789" },
};

/**
 * Runs a program under Pulumi's mocks until every resource is registered. Gives the CPU time (other work on the machine does not count), the
 * time on the clock, and what was registered.
 */
export async function measure(program, { project = "bulwark", stack = "bench", config = {} } = {}) {
  const registered = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider, custom }) => {
        registered.push({ type, name, inputs, provider, custom });
        return { id: `${name}-id`, state: { ...inputs, ...OUTPUTS[type] } };
      },
      call: ({ token }) => {
        throw new Error(`the program asked a provider for ${token}`);
      },
    },
    project,
    stack,
    false,
  );
  pulumi.runtime.setAllConfig(config);
  const cpu = process.cpuUsage();
  const clock = process.hrtime.bigint();
  await pulumi.runtime.runInPulumiStack(program);
  await pulumi.runtime.waitForRPCs();
  const used = process.cpuUsage(cpu);
  return {
    cpu: (used.user + used.system) / 1000,
    clock: Number(process.hrtime.bigint() - clock) / 1e6,
    memory: process.memoryUsage().rss / 2 ** 20,
    registered,
  };
}
