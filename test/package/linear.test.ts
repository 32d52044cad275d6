import { runtime } from "@pulumi/pulumi";
import { ServiceDeployment, SurveillanceVpc } from "../../components";
import { ComposeHost } from "../../components/compose";

const RUNS = 3;

/** Milliseconds of CPU time to register a stack of so many services; other work on the machine does not count. */
async function plan(services: number): Promise<number> {
  let registered = 0;
  await runtime.setMocks({
    newResource: ({ name, inputs }) => {
      registered++;
      return { id: `${name}-id`, state: { ...inputs, exitCode: 0 } };
    },
    call: () => ({}),
  });
  const before = process.cpuUsage();
  await runtime.runInPulumiStack(async () => {
    const target = new ComposeHost("host", { environment: "dev", cpus: 2000, memory: "8 TiB" });
    const vpc = new SurveillanceVpc("network", { target });
    const shared = { vpc, image: "registry.example.com/service:1.0.0", cpus: 0.5 };
    const hub = new ServiceDeployment("hub", { ...shared, linkable: true });
    for (let number = 1; number <= services; number++) {
      new ServiceDeployment(`service-${number}`, {
        ...shared,
        links: [hub],
        routes: [{ host: `service-${number}.example.com` }],
      });
    }
  });
  await (runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
  const used = process.cpuUsage(before);
  expect(registered).toBeGreaterThan(2 * services);
  return (used.user + used.system) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

describe("plan time", () => {
  const limit = Error.stackTraceLimit;

  beforeAll(() => {
    // The SDK writes down a stack for each property of each resource. That is most of the time, it is linear, and it would hide what is ours.
    Error.stackTraceLimit = 0;
  });

  afterAll(() => {
    Error.stackTraceLimit = limit;
  });

  it("of 500 services is at most 2.2 times that of 250", async () => {
    await plan(50);
    const half: number[] = [];
    const whole: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      half.push(await plan(250));
      whole.push(await plan(500));
    }
    expect(median(whole) / median(half)).toBeLessThanOrEqual(2.2);
  }, 600_000);
});
