import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { readPreview } from "../../ops/change/read";
import { asDiff } from "../../ops/diff/command";
import { decide } from "../../ops/gate/decide";
import { program } from "../../ops/main";

const CI = join(__dirname, "..", "..", "docs", "ci");
const folder = mkdtempSync(join(tmpdir(), "bulwark-ci-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tool(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** Runs the script with a bulwark that ends with `code`, and a `gh` that knows the comments. */
function pullRequest(code: number, comments: string, comment = "<!-- bulwark-gate shop/prod -->\n## NEEDS APPROVAL\n") {
  writeFileSync(join(folder, "comment"), comment);
  writeFileSync(join(folder, "log"), "");
  tool("bulwark", `echo "bulwark $*" >> ${folder}/log; cat ${folder}/comment; exit ${code}`);
  tool("gh", `echo "gh $*" >> ${folder}/log; case "$*" in *PATCH*|*POST*) ;; *) printf '%s' '${comments}' ;; esac`);
  const env = { PATH: `${folder}:${process.env["PATH"]}`, GITHUB_REPOSITORY: "us/shop", PULL_REQUEST: "7" };
  const words = [join(CI, "pull-request.sh"), "origin/main", "prod"];
  const { status, stdout } = spawnSync("sh", words, { encoding: "utf8", env: { ...env, BULWARK: "bulwark" } });
  return { status, stdout, calls: readFileSync(join(folder, "log"), "utf8").trim().split("\n") };
}

describe("the script of a pull request", () => {
  test("writes a comment, and edits it the next time", () => {
    const first = pullRequest(20, "");
    expect(first).toMatchObject({ status: 0, stdout: expect.stringContaining("NEEDS APPROVAL") });
    expect(first.calls).toEqual([
      "bulwark diff origin/main HEAD --stack prod --policies --format markdown",
      expect.stringMatching(
        /^gh api --paginate repos\/us\/shop\/issues\/7\/comments --jq .*<!-- bulwark-gate shop\/prod -->/,
      ),
      expect.stringMatching(/^gh api --silent --method POST repos\/us\/shop\/issues\/7\/comments --field body=@/),
    ]);
    expect(pullRequest(20, "4711").calls[2]).toMatch(
      /--method PATCH repos\/us\/shop\/issues\/comments\/4711 --field body=@/,
    );
  });

  test.each([
    [0, 0],
    [20, 0],
    [21, 21],
    [22, 22],
    [25, 25],
  ])("%i of bulwark ends it with %i", (code, status) => {
    expect(pullRequest(code, "").status).toBe(status);
  });

  test("what is no report is not posted", () => {
    const { status, calls } = pullRequest(2, "", "Say which stack\n");
    expect([status, calls]).toEqual([2, [expect.stringMatching(/^bulwark diff/)]]);
  });

  test("sh and shell checks accept it", () => {
    execFileSync("sh", ["-n", join(CI, "pull-request.sh")]);
  });
});

test("a newly violated policy decides when it is asked for", () => {
  const text = readFileSync(join(__dirname, "previews", "port-opened.jsonl"), "utf8");
  const report = decide(readPreview(text), { at: new Date("2026-11-21T12:00:00Z") });
  expect([asDiff(report).verdict.exitCode, asDiff(report, true).verdict.exitCode]).toEqual([20, 22]);
});

describe.each(["github-actions.yml", "gitlab-ci.yml"])("%s", (name) => {
  const text = readFileSync(join(CI, name), "utf8");

  test("is YAML with a job for the review, the gate and the change", () => {
    const document = parse(text) as Record<string, unknown>;
    const jobs = (document["jobs"] ?? document) as Record<string, unknown>;
    expect(Object.keys(jobs)).toEqual(expect.arrayContaining(["review", "gate", "apply"]));
  });

  test("calls commands that there are, with options that they have", () => {
    const commands = program(() => undefined).commands;
    const calls = [...text.matchAll(/npx bulwark (\w+)(.*)/g)];
    expect(calls.length).toBeGreaterThanOrEqual(3);
    for (const [, called, rest = ""] of calls) {
      const command = commands.find((each) => each.name() === called);
      const known = (command?.options ?? []).map(({ long }) => long);
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(known).toContain(option);
    }
    expect(existsSync(join(CI, "pull-request.sh"))).toBe(true);
  });
});
