import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { backend, findCli } from "../../ops/up/command";
import { bulwark, folder, mode, project, removeFolders } from "./command";

afterAll(removeFolders);

/** A folder for PATH with a `pulumi` that writes down how it was called. */
function standIn(script = ""): { bin: string; calls: () => string[] } {
  const bin = folder();
  const log = join(bin, "log");
  writeFileSync(log, "");
  writeFileSync(
    join(bin, "pulumi"),
    `#!/bin/sh
echo "$* $PULUMI_BACKEND_URL $PULUMI_CONFIG_PASSPHRASE_FILE" >> "${log}"
${script}
`,
  );
  chmodSync(join(bin, "pulumi"), 0o755);
  symlinkSync(process.execPath, join(bin, "node"));
  return { bin, calls: () => readFileSync(log, "utf8").trim().split("\n") };
}

const clean = { PULUMI_BACKEND_URL: "", PULUMI_CONFIG_PASSPHRASE_FILE: "" };

test("up selects or creates the stack, then updates it, with its own state and passphrase", () => {
  const path = project("broken");
  const { bin, calls } = standIn();
  const first = bulwark(["up", "--", "--yes", "--skip-preview"], { cwd: path, env: { ...clean, PATH: bin } });
  const file = join(path, ".bulwark", "passphrase");
  expect(first).toMatchObject({ code: 0, err: expect.stringContaining(".bulwark/passphrase. Keep a copy") });
  const where = `file://${join(path, ".bulwark", "state")}?metadata=skip ${file}`;
  expect(calls()).toEqual([`stack select --create dev ${where}`, `up --stack dev --yes --skip-preview ${where}`]);
  expect([mode(file), mode(dirname(file))]).toEqual(["600", "700"]);
  expect(readFileSync(join(path, ".bulwark", ".gitignore"), "utf8")).toBe("*\n");
  const made = readFileSync(file, "utf8");
  expect(made).toMatch(/^[\w-]{43}\n$/);
  expect(first.out + first.err).not.toContain(made.trim());

  const second = bulwark(["up", "dev"], { cwd: path, env: { ...clean, PATH: bin } });
  expect(second.err).toBe("");
  expect(readFileSync(file, "utf8")).toBe(made);
});

test("preview and destroy go the same way, and the exit code is the CLI's", () => {
  const { bin, calls } = standIn('[ "$1" = stack ] || exit 7');
  for (const verb of ["preview", "destroy"])
    expect(bulwark([verb, "dev"], { cwd: project("broken"), env: { ...clean, PATH: bin } }).code).toBe(7);
  expect(calls()[1]).toMatch(/^preview --stack dev /);
  expect(calls()[3]).toMatch(/^destroy --stack dev /);
});

test("an unknown stack is refused before anything is made", () => {
  const path = project("broken");
  const { bin } = standIn();
  const { code, err } = bulwark(["up", "dve"], { cwd: path, env: { ...clean, PATH: bin } });
  expect(code).toBe(2);
  expect(err).toContain('Did you mean "dev"?');
  expect(existsSync(join(path, ".bulwark"))).toBe(false);
});

test("a backend and a passphrase of the user's own are left alone", () => {
  const path = folder();
  expect(backend(path, { PULUMI_BACKEND_URL: "s3://state", PULUMI_CONFIG_PASSPHRASE: "" })).toEqual({
    environment: {},
    notes: [],
  });
  expect(
    backend(path, { PULUMI_BACKEND_URL: "s3://state", PULUMI_CONFIG_PASSPHRASE_FILE: "/key" }).environment,
  ).toEqual({});
  expect(existsSync(join(path, ".bulwark"))).toBe(false);
});

test("the CLI is taken from PATH, then from the project's npm packages; a missing one is said in plain words", () => {
  const root = folder();
  const { bin } = standIn();
  expect(() => findCli(root, { PATH: "/nowhere" })).toThrow(/The Pulumi CLI is not here/);
  const wrapper = join(root, "node_modules", ".bin", "pulumi");
  mkdirSync(dirname(wrapper), { recursive: true });
  writeFileSync(wrapper, "");
  expect(findCli(root, { PATH: `/nowhere:${dirname(wrapper)}` })).toBe(wrapper);
  expect(findCli(root, { PATH: `${dirname(wrapper)}:${bin}` })).toBe(join(bin, "pulumi"));
});
