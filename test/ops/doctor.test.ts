import { CHECKS, networkRoom } from "../../ops/doctor/checks";
import { examine, resultsText } from "../../ops/doctor/command";
import type { Facts } from "../../ops/doctor/facts";
import { bulwark, folder, project, removeFolders } from "./command";

afterAll(removeFolders);

const docker = {
  version: "20.10.24+dfsg1",
  cpus: 4,
  memory: 8_192,
  networks: ["bridge", "host", "none"],
  networkRoom: 31,
};
const stack = { name: "dev", host: "unix:///run/docker.sock", cpus: 4, memory: 8_192, networks: ["a"], ports: [] };
const seen = { at: new Date().toISOString(), by: "Ada", where: "the safe" };
const copied = { schedule: "backups", fingerprint: "ab12", confirmed: seen };
const well: Facts = {
  node: "v20.20.2",
  pulumi: "path",
  host: "unix:///run/docker.sock",
  docker,
  compose: "2.40.3",
  diskFree: 0.5,
  timeInSync: true,
  stack,
};

const status = (title: string, facts: Partial<Facts>) =>
  examine({ ...well, ...facts }).find((each) => each.title === title);

test("a host that has everything passes every check", () => {
  expect(examine(well).map((each) => each.status)).toEqual(CHECKS.map(() => "ok"));
});

test.each<[string, Partial<Facts>]>([
  ["Node.js", { node: "v18.20.0" }],
  ["Pulumi CLI", { pulumi: "none" }],
  ["Docker Engine", { docker: { ...docker, version: "19.03.15" } }],
  ["Compose plugin", { compose: "1.29.2" }],
  ["CPUs", { docker: { ...docker, cpus: 2 } }],
  ["Memory", { docker: { ...docker, memory: 4_096 } }],
  ["Disk space", { diskFree: 0.19 }],
  ["Clock", { timeInSync: false }],
  ["Networks", { docker: { ...docker, networkRoom: 1 } }],
  ["Edge ports", { stack: { ...stack, ports: [{ ip: "0.0.0.0", port: 443, owner: "other" }] } }],
  ["Remote host", { host: "ssh://deploy@203.0.113.7", remote: false }],
  ["Recovery key", { stack: { ...stack, keys: [{ schedule: "backups", fingerprint: "ab12" }] } }],
  ["Recovery key", { stack: { ...stack, keys: [{ ...copied, confirmed: { ...seen, at: "2020-01-01T00:00:00Z" } }] } }],
])("%s: what is wrong is found, and says what to do", (title, facts) => {
  expect(status(title, facts)).toEqual({
    title,
    status: "failed",
    found: expect.any(String),
    advice: expect.stringMatching(/\w{3}/),
  });
  const others = examine({ ...well, ...facts }).filter((each) => each.status === "failed");
  expect(others.map((each) => each.title)).toEqual([title]);
});

test("no daemon: said first, in plain words; what follows from it is unknown, not failed", () => {
  const { docker: _, ...rest } = well;
  const results = examine({ ...rest, dockerError: "Cannot connect" });
  expect(results[0]).toMatchObject({
    title: "Docker daemon",
    status: "failed",
    advice: expect.stringContaining("start it"),
  });
  expect(results.filter((each) => each.status === "failed")).toHaveLength(1);
  expect(examine({ ...rest, dockerError: "permission denied while trying" })[0]?.advice).toContain("group docker");
});

test.each<[string, Partial<Facts>]>([
  ["Memory", { docker: { ...docker, memory: 7_700 } }],
  ["Docker Engine", { docker: { ...docker, version: "28.1.0" } }],
  ["Networks", { docker: { ...docker, networks: ["bridge", "a"], networkRoom: 2 } }],
  ["Edge ports", { stack: { ...stack, ports: [{ ip: "0.0.0.0", port: 443, owner: "own" }] } }],
  ["Disk space", { diskFree: 0.2 }],
  ["Recovery key", { stack: { ...stack, keys: [copied] } }],
])("%s: what is just enough passes", (title, facts) => {
  expect(status(title, facts)?.status).toBe("ok");
});

test("Recovery key: where dumps are for keys of the site's own, it says that those are needed as well", () => {
  const found = status("Recovery key", { stack: { ...stack, keys: [{ ...copied, recipients: ["D6B481D4"] }] } });
  expect(found?.found).toMatch(/the safe, confirmed by Ada; dumps need a private key of D6B481D4 as well/);
});

test("address pools", () => {
  expect(networkRoom(undefined)).toBe(31);
  expect(networkRoom([{ Base: "10.201.0.0/16", Size: 24 }])).toBe(256);
  expect(
    networkRoom([
      { Base: "10.0.0.0/24", Size: 24 },
      { Base: "10.1.0.0/24", Size: 26 },
    ]),
  ).toBe(5);
});

test("one line for each check, colours only when wanted", () => {
  const text = resultsText(examine({ ...well, node: "v18.0.0" }), false);
  expect(text.trim().split("\n")).toHaveLength(CHECKS.length);
  expect(text).toMatch(/^failed {2}Node\.js +v18\.0\.0\. install Node\.js 20 or newer$/m);
  expect(text).not.toContain("\u001b");
  expect(resultsText(examine(well), true)).toContain("\u001b[32mok\u001b[39m");
});

test("the command: exit code 1 and JSON when the daemon is not there", () => {
  const { code, out } = bulwark(["doctor", "--json", "--cwd", folder()], {
    env: { DOCKER_HOST: `unix://${folder()}/docker.sock` },
  });
  expect(code).toBe(1);
  const { checks } = JSON.parse(out) as { checks: { title: string; status: string }[] };
  expect(checks.map((each) => each.title)).toEqual(CHECKS.map((each) => each.title));
  expect(checks[0]).toMatchObject({ title: "Docker daemon", status: "failed" });
});

test("the command: a stack's ports and networks are taken from its plan", () => {
  const { code, out } = bulwark(["doctor", "dev", "--json"], { cwd: project("site") });
  expect([0, 1]).toContain(code);
  expect(out).toMatch(/127\.0\.0\.1:28180 (free|own)/);
  expect(bulwark(["doctor", "dve"], { cwd: project("site") }).code).toBe(2);
});
