// Runs the compiled program under Pulumi's mocks and prints what was registered and which packages of Pulumi were loaded.
const pulumi = require("@pulumi/pulumi");

const OUTPUTS = {
  "docker:index/container:Container": { exitCode: 0 },
  "random:index/randomPassword:RandomPassword": { result: "0123456789012345678901234567890123456789" },
};

async function run() {
  const types = {};
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        types[type] = (types[type] ?? 0) + 1;
        return { id: `${name}-id`, state: { ...inputs, ...OUTPUTS[type] } };
      },
      call: ({ token }) => {
        throw new Error(`the program asked a provider for ${token}`);
      },
    },
    "consumer",
    "dev",
    false,
  );
  let program;
  await pulumi.runtime.runInPulumiStack(async () => {
    program = require("./out/program.js");
  });
  await pulumi.runtime.waitForRPCs();
  const loaded = Object.keys(require.cache).flatMap((path) => /@pulumi[\\/]([a-z]+)[\\/]/.exec(path)?.[1] ?? []);
  console.log(JSON.stringify({ types, loaded: [...new Set(loaded)].sort(), sameClass: program.sameClass }));
}

run();
