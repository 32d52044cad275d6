import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { composeProject, RUN_LABEL } from "../../ops/render/compose";
import { updateScript } from "../../ops/render/update";
import type { GraphResource } from "../../policies/graph";
import { folder, removeFolders } from "./command";

afterAll(removeFolders);

function container(name: string, shot: boolean, after: readonly string[]): GraphResource {
  return {
    urn: `urn:${name}`,
    type: "docker:index/container:Container",
    name,
    custom: true,
    protect: false,
    props: {
      name: `p-${name}`,
      image: "example.com/app:1",
      mustRun: !shot,
      waitTimeout: 120,
      labels: [{ label: "com.docker.compose.project", value: "p" }],
    },
    dependencies: after.map((each) => `urn:${each}`),
    propertyDependencies: {},
  };
}

const project = composeProject([
  container("files", true, []),
  container("migration", true, ["files"]),
  container("app-1", false, ["migration"]),
  container("app-2", false, ["app-1"]),
]);
const version = (key: string) => project.services.find((each) => each.key === key)?.run ?? "";

/**
 * Runs the script against a stand-in for `docker` that answers from `state`, `images` and `fails`, and writes down what would have changed
 * something.
 */
function run(host: {
  state: Record<string, string>;
  started: boolean;
  image?: boolean;
  exit?: string;
  fails?: string;
}) {
  const path = folder();
  const log = join(path, "log");
  mkdirSync(join(path, "bin"));
  writeFileSync(join(path, "state.json"), "");
  for (const [name, state] of Object.entries(host.state)) writeFileSync(join(path, `state-${name}`), `${state}\n`);
  writeFileSync(log, "");
  writeFileSync(
    join(path, "bin", "docker"),
    `#!/bin/sh
case "$1 $2" in
  "inspect -f") cat "${path}/state-$4" 2>/dev/null || exit 1 ;;
  "image inspect") ${host.image === false ? "exit 1" : "exit 0"} ;;
  "ps -aq") ${host.started ? "echo id" : ":"} ;;
  "wait "*) echo "wait $2" >> "${log}"; echo ${host.exit ?? "0"} ;;
  "compose version"|"version "*) ;;
  "compose logs") echo "the log of $6" ;;
  *) echo "$*" >> "${log}"; case "$*" in *${host.fails ?? "nothing-fails"}) exit 1 ;; esac ;;
esac
`,
  );
  chmodSync(join(path, "bin", "docker"), 0o755);
  writeFileSync(join(path, "update.sh"), updateScript(project));
  const { status, stderr } = spawnSync("sh", [join(path, "update.sh")], {
    env: { ...process.env, PATH: `${join(path, "bin")}:${process.env["PATH"]}` },
    encoding: "utf8",
  });
  return { status, stderr, log: readFileSync(log, "utf8").trim().split("\n") };
}

const serve = (key: string) => `compose up -d --no-deps --wait --wait-timeout 120 ${key}`;
const once = (key: string) => [`compose up -d --no-deps --force-recreate ${key}`, `wait p-${key}`];
const orphans = "compose up -d --no-deps --no-recreate --remove-orphans app-2";
const ended = (key: string) => `${version(key)} exited 0`;

test("an unchanged project: no one-shot runs again, each service is looked at, one by one", () => {
  const { status, log } = run({
    started: true,
    state: { "p-files": ended("files"), "p-migration": ended("migration") },
  });
  expect({ status, log }).toEqual({ status: 0, log: [serve("app-1"), serve("app-2"), orphans] });
});

test("a changed one-shot runs before its dependents; one that failed runs again", () => {
  const { log } = run({
    started: true,
    state: { "p-files": "0123456789ab exited 0", "p-migration": `${version("migration")} exited 3` },
  });
  expect(log).toEqual([...once("files"), ...once("migration"), serve("app-1"), serve("app-2"), orphans]);
});

test("the first start is one command, and is then checked", () => {
  const { log } = run({ started: false, state: {} });
  expect(log.slice(0, 3)).toEqual(["compose up -d", ...once("files")]);
});

test("a one-shot that fails stops everything after it, and shows its log", () => {
  const { status, stderr, log } = run({ started: true, state: { "p-files": ended("files") }, exit: "7" });
  expect(status).toBe(1);
  expect(stderr).toContain("the log of migration");
  expect(stderr).toContain("migration ended with exit code 7; nothing after it was changed");
  expect(log).toEqual(once("migration"));
});

test("a replica that does not become healthy leaves the others as they are", () => {
  const state = { "p-files": ended("files"), "p-migration": ended("migration") };
  const { status, stderr, log } = run({ started: true, state, fails: "app-1" });
  expect(status).toBe(1);
  expect(stderr).toContain("app-1 is not well within 120 seconds");
  expect(log).toEqual([serve("app-1")]);
});

test("an image that cannot be had is found before anything is changed", () => {
  const { status, log } = run({ started: true, image: false, state: {}, fails: "pull*" });
  expect(status).toBe(1);
  expect(log).toEqual([expect.stringMatching(/^compose pull /)]);
});

test("it is a POSIX script", () => {
  const file = join(folder(), "update.sh");
  writeFileSync(file, updateScript(project));
  execFileSync("sh", ["-n", file]);
  expect(updateScript(project)).toContain(RUN_LABEL);
  expect(updateScript(project)).not.toMatch(/\[\[|local |function /);
});
