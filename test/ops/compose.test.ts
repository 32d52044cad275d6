import { Hidden } from "../../ops/plan/values";
import { composeProject } from "../../ops/render/compose";
import type { GraphResource } from "../../policies/graph";

function container(
  name: string,
  props: Record<string, unknown> = {},
  dependencies: readonly string[] = [],
): GraphResource {
  return {
    urn: `urn:${name}`,
    type: "docker:index/container:Container",
    name,
    custom: true,
    protect: false,
    props: {
      name: `p-${name}`,
      image: "example.com/app:1",
      mustRun: true,
      labels: [{ label: "com.docker.compose.project", value: "p" }],
      ...props,
    },
    dependencies: dependencies.map((each) => `urn:${each}`),
    propertyDependencies: {},
  };
}

const refused = (props: Record<string, unknown>) => () => composeProject([container("app", props)]);

test("what compose cannot say is refused with the service and the property, all at once", () => {
  expect(() =>
    composeProject([
      container("app", { gpus: "all" }),
      container("other", { storageOpts: {}, command: ["[unknown]"] }),
    ]),
  ).toThrow(
    /^This stack cannot be rendered:\n {2}app: gpus .*\n {2}other: command .*only known after.*\n {2}other: storageOpts /,
  );
});

test("a secret outside of files and variables is refused", () => {
  expect(refused({ command: ["--password", new Hidden("canary")] })).toThrow(/app: command .*holds a secret/);
  expect(refused({ command: [new Hidden("canary")] })).not.toThrow(/canary/);
});

test("contents that are not known are refused", () => {
  expect(refused({ uploads: [{ file: "/carry/0", content: "[unknown]" }] })).toThrow(/only known after an update/);
});

test("a volume or network that the stack does not make is refused", () => {
  expect(refused({ mounts: [{ type: "volume", source: "elsewhere", target: "/x" }] })).toThrow(
    /elsewhere, which it does not make/,
  );
});

test("services come in the order of their dependencies, whatever their names", () => {
  const { services } = composeProject([
    container("a", {}, ["b"]),
    container("b", {}, ["c"]),
    container("c", { mustRun: false }),
    container("d"),
  ]);
  expect(services.map((each) => each.key)).toEqual(["c", "b", "a", "d"]);
  expect(() => composeProject([container("a", {}, ["b"]), container("b", {}, ["a"])])).toThrow(
    /wait for each other: a, b/,
  );
});

test("a secret variable goes to a file, and a value with any character comes through", () => {
  const { files, compose } = composeProject([
    container("app", { envs: ["OPEN=1", new Hidden("A=it's $5\nand \\"), new Hidden("B=plain $HOME")] }),
  ]);
  expect(files).toEqual([
    { path: "secrets/app/env", content: "A=\"it's \\$5\\nand \\\\\"\nB='plain $HOME'\n", secret: true },
  ]);
  expect(compose["services"]).toMatchObject({ app: { environment: { OPEN: "1" }, env_file: ["./secrets/app/env"] } });
  expect(JSON.stringify(compose)).not.toContain("plain");
});

test("two files of one name both find a place", () => {
  const command = [
    "cp /carry/0 /out/etc/bulwark/a/x.new\ncp /carry/1 /out/etc/bulwark/x.new\ncp /carry/2 /out/run/secrets/x.new",
  ];
  const uploads = [0, 1, 2].map((index) => ({ file: `/carry/${index}`, content: String(index) }));
  const { files } = composeProject([
    container("app-files", { command, uploads }),
    container("app", {
      command: ["cp /carry/0 /out/etc/bulwark/x.new"],
      uploads: [{ file: "/carry/0", content: "own" }],
    }),
  ]);
  expect(files.map((file) => file.path)).toEqual([
    "config/app/a/x",
    "config/app/x",
    "config/app-files/2",
    "config/app/0",
  ]);
});

test("a one-shot's version follows from its definition and its files, and from nothing else", () => {
  const run = (content: string, name = "x") =>
    composeProject([
      container("a"),
      container("shot", { mustRun: false, uploads: [{ file: "/carry/0", content }], user: name }),
    ]).services.find((each) => each.key === "shot")?.run;
  expect(run("one")).toMatch(/^[0-9a-f]{12}$/);
  expect(run("one")).toBe(run("one"));
  expect(run("two")).not.toBe(run("one"));
  expect(run("one", "y")).not.toBe(run("one"));
});
