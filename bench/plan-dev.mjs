// Child process: registers the dev stack under mocks and prints what it took. `node bench/plan-dev.mjs library` runs the stack program;
// `node bench/plan-dev.mjs flat FILE` registers what FILE lists, as a program without any library would; `record FILE` writes that list.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parse } from "yaml";
import { measure, pulumi } from "./mocks.mjs";

const require = createRequire(import.meta.url);
const [kind, file] = process.argv.slice(2);
const options = { stack: "dev", config: configuration() };
// Both find the modules loaded: start-up has a budget of its own.
const CLASSES = {
  "docker:index/container:Container": require("@pulumi/docker").Container,
  "docker:index/network:Network": require("@pulumi/docker").Network,
  "docker:index/remoteImage:RemoteImage": require("@pulumi/docker").RemoteImage,
  "docker:index/volume:Volume": require("@pulumi/docker").Volume,
  "pulumi:providers:docker": require("@pulumi/docker").Provider,
  "pulumi:providers:random": require("@pulumi/random").Provider,
  "random:index/randomPassword:RandomPassword": require("@pulumi/random").RandomPassword,
};
require("bulwark");
require("bulwark/compose");

const { registered, ...figures } =
  kind === "flat"
    ? await measure(flat(JSON.parse(readFileSync(file, "utf8"))), options)
    : await measure(async () => require("../dist/stacks/index.js").outputs, options);
if (kind === "record")
  writeFileSync(file, JSON.stringify(registered.filter((each) => each.type !== "pulumi:pulumi:Stack")));
console.log(JSON.stringify({ ...figures, resources: registered.length }));

/** The same resources with the same inputs, each after the one before it that it could depend on. */
function flat(recorded) {
  return async () => {
    const providers = new Map();
    let previous;
    for (const { type, name, inputs, custom, provider } of recorded) {
      const own = providers.get(provider?.split("::").at(-2));
      const opts = {
        ...(own === undefined ? {} : { provider: own }),
        ...(previous === undefined ? {} : { dependsOn: [previous] }),
      };
      if (!custom) {
        new pulumi.ComponentResource(type, name, inputs);
        continue;
      }
      const Class = CLASSES[type];
      if (Class === undefined) throw new Error(`the flat program does not know ${type}`);
      const made = new Class(name, inputs, opts);
      if (type.startsWith("pulumi:providers:")) providers.set(name, made);
      else previous = made;
    }
  };
}

function configuration() {
  const { config } = parse(readFileSync(new URL("../Pulumi.dev.yaml", import.meta.url), "utf8"));
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
