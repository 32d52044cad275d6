import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { clusterExecutor } from "../../ops/backup/executor";
import { executorFor } from "../../ops/backup/runner";
import { bulwark, type Ended, folder, removeFolders } from "./command";

afterAll(removeFolders);

const RUNNER = { schedule: "backups", id: "backups-0" };
const ABOUT = {
  schedule: "backups",
  environment: "staging",
  databases: [{ source: "db", database: "smartoffice_prod" }],
  copied: [],
  jobs: [
    { name: "incremental-db", kind: "incremental", source: "db", maxAge: 90_000, lastSuccess: 1 },
    { name: "drill-db", kind: "drill", source: "db", maxAge: 90_000 },
  ],
};
const PLAN = {
  environment: "staging",
  source: "db",
  database: "smartoffice_prod",
  from: "archive 20261121T010000Z",
  origin: { kind: "archive", id: "20261121T010000Z" },
  dataOf: "2026-11-21T01:00:00Z",
  bytes: 1024,
  connections: 0,
  exists: true,
  missingRoles: [],
  steps: ["download", "swap"],
};

/** A kubectl that answers from a table by what `bulwark-backup` is asked, as the real one would, and writes down how it was called. */
const KUBECTL = `#!/usr/bin/env node
const fs = require("node:fs");
const args = process.argv.slice(2);
const at = args.indexOf("bulwark-backup");
const asked = at < 0 ? args.includes("get") ? "pods" : "nothing" : args.slice(at + 1).filter((each) => !each.includes("Z")).join(" ");
const stdin = args.includes("--stdin") ? fs.readFileSync(0, "utf8") : "";
fs.appendFileSync(process.env.CALLS, JSON.stringify({ args, stdin }) + "\\n");
const answers = JSON.parse(process.env.ANSWERS);
const { out = [], err, code = 0 } = answers[asked] ?? { err: "no answer to " + asked, code: 9 };
for (const line of out) console.log(typeof line === "string" ? line : JSON.stringify(line));
if (err !== undefined) console.error(err);
if (code !== 0 && at >= 0) console.error("command terminated with exit code " + code);
process.exitCode = code;
`;

interface Answer {
  readonly out?: readonly unknown[];
  readonly err?: string;
  readonly code?: number;
}

const RUNNERS: Readonly<Record<string, Answer>> = {
  pods: { out: ["backups-0 backups"] },
  about: { out: [{ ok: true, result: ABOUT }] },
};

/** Folder of the stand-in; its calls are in `calls`. */
function standIn(answers: Readonly<Record<string, Answer>>) {
  const path = folder();
  const calls = join(path, "calls");
  writeFileSync(calls, "");
  writeFileSync(join(path, "kubectl"), KUBECTL);
  chmodSync(join(path, "kubectl"), 0o755);
  const env = {
    PATH: `${path}${delimiter}${process.env["PATH"]}`,
    CALLS: calls,
    ANSWERS: JSON.stringify({ ...RUNNERS, ...answers }),
  };
  const called = () =>
    readFileSync(calls, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { args: string[]; stdin: string });
  return { env, called };
}

describe("the executor of a cluster", () => {
  const withStandIn = async <T>(answers: Readonly<Record<string, Answer>>, use: () => Promise<T>) => {
    const { env, called } = standIn(answers);
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      return { result: await use(), calls: called() };
    } finally {
      process.env = before;
    }
  };
  const executor = clusterExecutor(["--context", "microk8s"], "smartoffice");

  test("finds the runners that are up by their labels, in the stack's cluster and namespace alone", async () => {
    const { result, calls } = await withStandIn({}, () => executor.runners());
    expect(result).toEqual([RUNNER]);
    const [{ args } = { args: [] }] = calls;
    expect(args.slice(0, 4)).toEqual(["--context", "microk8s", "--namespace", "smartoffice"]);
    expect(args).toContain("app.kubernetes.io/managed-by=bulwark,app.kubernetes.io/component=backup");
    expect(args).toContain("status.phase=Running");
  });

  test("a cluster that does not answer is said in kubectl's own words", async () => {
    const gone = { pods: { err: "The connection to the server was refused", code: 1 } };
    await expect(withStandIn(gone, () => executor.runners())).rejects.toThrow(
      "The cluster does not answer: The connection to the server was refused",
    );
  });

  test("runs in the runner's container; a key goes by standard input, and the reason of a failure is the runner's", async () => {
    const lines: string[] = [];
    const answers = { "list --stdin": { out: ["one", "two"], err: "the store is gone", code: 3 } };
    const { result, calls } = await withStandIn(answers, () =>
      executor.exec(RUNNER, ["list", "--stdin"], { stdin: "AGE-SECRET-KEY-1X", onLine: (line) => lines.push(line) }),
    );
    expect(result).toEqual({ code: 3, error: "the store is gone" });
    expect(lines).toEqual(["one", "two"]);
    const [{ args, stdin } = { args: [], stdin: "" }] = calls;
    expect(args.slice(4)).toEqual([
      "exec",
      "--stdin",
      "--container",
      "runner",
      "backups-0",
      "--",
      "bulwark-backup",
      "list",
      "--stdin",
    ]);
    expect(stdin).toBe("AGE-SECRET-KEY-1X");
    expect(args.join(" ")).not.toContain("AGE-SECRET-KEY");
  });

  test("a cluster without a context of its own is refused: kubectl might ask another one", () => {
    const graph = {
      resources: [
        { type: "bulwark:index:BackupSchedule", props: { target: "microk8s" } },
        { type: "pulumi:providers:kubernetes", props: { kubeconfig: "[secret]" } },
      ],
    } as unknown as Parameters<typeof executorFor>[0];
    expect(() => executorFor(graph, "edge")).toThrow(/by which context kubectl finds its cluster/);
  });
});

describe("bulwark, of a stack on MicroK8s", () => {
  const run = (args: readonly string[], answers: Readonly<Record<string, Answer>>): Ended & { calls: string[][] } => {
    const { env, called } = standIn(answers);
    const ended = bulwark(args, { env });
    return { ...ended, calls: called().map((each) => each.args) };
  };
  const which = "--source db --database smartoffice_prod";

  test("backup now: the runner runs the job, in the namespace of the plan", () => {
    const { code, out, calls } = run(["backup", "now", "staging"], {
      "run incremental-db": { out: [{ step: "backup" }, { ok: true, id: "20261121-020000F", bytes: 2048 }] },
    });
    expect([code, out]).toEqual([0, "incremental-db: 20261121-020000F, 2.0 KiB\n"]);
    expect(calls.at(-1)).toEqual([
      ...["--context", "microk8s", "--namespace", "smartoffice"],
      ...["exec", "--stdin", "--container", "runner", "backups-0", "--", "bulwark-backup", "run", "incremental-db"],
    ]);
  });

  test("backup list: jobs, archives and physical backups", () => {
    const archive = {
      source: "db",
      database: "smartoffice_prod",
      id: "20261121T010000Z",
      at: "",
      bytes: 1,
      complete: true,
    };
    const listing = {
      archives: [{ ...archive, state: "verified", keptFor: ["daily"] }],
      physical: [],
      copies: [],
      replaced: [],
    };
    const { code, out } = run(["backup", "list", "staging"], { list: { out: [{ ok: true, result: listing }] } });
    expect(code).toBe(0);
    expect(out).toMatch(
      /Jobs of backups \(staging\)[\s\S]*incremental-db .*TOO OLD[\s\S]*db\/smartoffice_prod .*verified/,
    );
  });

  test("restore: the plan first, nothing without the typed confirmation, then what was shown", () => {
    const restored = {
      database: "smartoffice_prod",
      from: PLAN.from,
      dataOf: PLAN.dataOf,
      rows: 7,
      seconds: 3,
      beside: "x",
    };
    const answers = {
      [`restore ${which} --plan`]: { out: [{ ok: true, result: PLAN }] },
      [`restore ${which} --id`]: { out: [{ ok: true, result: restored }] },
    };
    const dry = run(["restore", "staging", "--dry-run"], answers);
    expect([dry.code, dry.out]).toEqual([0, expect.stringMatching(/smartoffice_prod on db \(staging\) from archive/)]);
    for (const confirm of [[], ["--confirm", "prod"]]) {
      const refused = run(["restore", "staging", ...confirm], answers);
      expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/--confirm staging|nothing was changed/)]);
      expect(refused.calls.filter((args) => !args.includes("--plan") && args.includes("restore"))).toEqual([]);
    }
    const done = run(["restore", "staging", "--confirm", "staging"], answers);
    expect([done.code, done.out]).toEqual([0, expect.stringMatching(/^smartoffice_prod: 7 rows from archive/)]);
    expect(done.calls.at(-1)?.slice(-2)).toEqual(["--id", "20261121T010000Z"]);
  });

  test("drill: a failure is the runner's reason and not that of kubectl", () => {
    const { code, err } = run(["drill", "staging"], {
      "drill-report --source db": { err: "no such drill report", code: 1 },
      "run drill-db": { err: "the newest archive is damaged", code: 1 },
    });
    expect(code).toBe(1);
    expect(err).toContain("drill-db: the newest archive is damaged");
    expect(err).not.toContain("terminated");
  });

  test("no runner that is up is said in plain words", () => {
    const { code, err } = run(["backup", "list", "staging"], { pods: {} });
    expect([code, err]).toEqual([
      1,
      "No backup runner of stack staging is up on the cluster (kubectl --context microk8s --namespace smartoffice).\n",
    ]);
  });
});
