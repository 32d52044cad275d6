import { evaluate } from "../../policies/evaluate";
import { SECRET, UNKNOWN } from "../../policies/graph";
import { readSource } from "../../policies/sources";
import { InputError } from "../../policies/sources/input-error";

const urn = "urn:pulumi:prod::shop::docker:index/container:Container::api";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", ciphertext: "AAAA" };
const inputs = {
  image: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  privileged: true,
  envs: [secret],
  file: { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", hash: "x", text: "port: 1" },
};
const state = {
  urn,
  type: "docker:index/container:Container",
  custom: true,
  protect: true,
  parent: "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod",
  inputs,
  dependencies: ["urn:a"],
  propertyDependencies: { image: ["urn:b"], user: null },
};
const stack = { urn: "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod", type: "pulumi:pulumi:Stack", inputs: {} };

const forms = {
  state: { version: 3, deployment: { resources: [stack, state, { ...state, delete: true, inputs: {} }] } },
  preview: {
    steps: [
      { op: "same", urn: stack.urn, newState: stack },
      { op: "create", urn, newState: state },
      { op: "delete", urn: `${urn}-old`, oldState: { ...state, urn: `${urn}-old` } },
    ],
  },
  plan: {
    version: 1,
    resources: [{ ...state, inputs: undefined, props: { ...inputs, image: UNKNOWN, envs: [SECRET], file: "port: 1" } }],
  },
};

test.each(Object.entries(forms))("%s: one graph, with markers for what is not there to see", (kind, document) => {
  const source = readSource(JSON.stringify(document));
  expect(source.kind).toBe(kind);
  expect(source.graph.resources).toEqual([
    {
      urn,
      type: state.type,
      name: "api",
      custom: true,
      protect: true,
      props: { image: UNKNOWN, privileged: true, envs: [SECRET], file: "port: 1" },
      dependencies: ["urn:a"],
      propertyDependencies: { image: ["urn:b"], user: [] },
    },
  ]);
});

test("the rules find the same in all three", () => {
  const found = Object.values(forms).map((each) =>
    evaluate(readSource(JSON.stringify(each)).graph, { environment: "prod", now: new Date("2026-11-21") }),
  );
  expect(found[1]).toEqual(found[0]);
  expect(found[2]).toEqual(found[0]);
  expect(found[0]?.map((each) => each.policy)).toContain("docker-no-privileged");
});

test("notes before the JSON do no harm", () => {
  expect(readSource(`Previewing update (prod)\n\n${JSON.stringify(forms.preview)}`).kind).toBe("preview");
});

test.each(["", "hello", "[]", "{}", '{"steps": 3}', '{"resources": [{}]}', '{"deployment": {"resources": [3]}}'])(
  "what is not understood is an error, not an empty graph: %s",
  (text) => {
    expect(() => readSource(text)).toThrow(InputError);
  },
);
