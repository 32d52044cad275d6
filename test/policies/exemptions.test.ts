import { container } from "../../policies/docker/examples";
import { evaluate } from "../../policies/evaluate";
import { EMPTY_REGISTER, parseExemptions } from "../../policies/exemptions";
import { RULES } from "../../policies/registry";
import { graphOf, urnOf } from "./program";

const example = container({ memory: undefined });
const urn = urnOf(example[0]);
const entry = {
  id: "EX-1",
  policy: "docker-resource-limits",
  urn,
  reason: "the batch host runs nothing else and has no swap",
  ticket: "SEC-12",
  approver: "ann",
  created: "2026-11-01",
  expires: "2026-12-31",
};

function register(changes: Readonly<Record<string, unknown>>) {
  const lines = Object.entries({ ...entry, ...changes }).filter(([, value]) => value !== undefined);
  const yaml = lines.map(([key, value], index) => `${index === 0 ? "  - " : "    "}${key}: ${JSON.stringify(value)}`);
  return parseExemptions(`exemptions:\n${yaml.join("\n")}\n`, RULES);
}

function judged(changes: Readonly<Record<string, unknown>>, day = "2026-11-21") {
  return evaluate(graphOf(example), {
    environment: "prod",
    now: new Date(`${day}T12:00:00Z`),
    exemptions: register(changes),
  });
}

const limits = (findings: ReturnType<typeof judged>) =>
  findings.filter((each) => each.policy === "docker-resource-limits");
const own = (findings: ReturnType<typeof judged>) => findings.filter((each) => each.policy === "xs-exemption-valid");

test("a valid exemption keeps the finding in the report, and takes its sting", () => {
  const [finding] = limits(judged({}));
  expect(finding).toMatchObject({ status: "exempt", level: "advisory" });
  expect(finding?.message).toContain("EX-1, SEC-12");
  expect(own(judged({}))).toEqual([]);
});

test("the last day still counts, the next one does not", () => {
  expect(limits(judged({}, "2026-12-31"))[0]?.status).toBe("exempt");
  const after = judged({}, "2027-01-01");
  expect(limits(after)[0]).toMatchObject({ status: "fail", level: "mandatory" });
  expect(own(after)).toMatchObject([{ level: "mandatory", severity: "high" }]);
});

test("an exemption that has not begun does not hold", () => {
  expect(limits(judged({ created: "2026-12-01" }))[0]?.status).toBe("fail");
});

test("what ends within 14 days is announced", () => {
  expect(own(judged({}, "2026-12-17"))).toMatchObject([
    { level: "advisory", message: expect.stringContaining("14 days") },
  ]);
  expect(own(judged({}, "2026-12-16"))).toEqual([]);
});

test("what covers nothing is announced, unless it belongs to another stack", () => {
  expect(own(judged({ policy: "docker-readonly-rootfs" }))).toMatchObject([{ level: "advisory" }]);
  expect(own(judged({ urn: urn.replace("prod", "staging") }))).toEqual([]);
});

test("other resources and other rules stay as they are", () => {
  expect(limits(judged({ urn: `${urn}2` }))[0]?.status).toBe("fail");
  expect(limits(judged({ policy: "docker-healthcheck" }))[0]?.status).toBe("fail");
});

test.each([
  ["a policy with a typing mistake", { policy: "docker-resource-limit" }, "did you mean docker-resource-limits?"],
  ["a short reason", { reason: "because" }, "reason: must say why"],
  ["no approver", { approver: undefined }, "approver: must be a string"],
  ["no ticket", { ticket: "" }, "ticket: must not be empty"],
  ["a pattern", { urn: "urn:pulumi:prod::*" }, "urn: must not hold *"],
  ["something that is no day", { expires: "2026-13-01" }, "expires: must be a day"],
  ["half a year and more", { expires: "2027-05-20" }, "expires: at most 180 days"],
  ["an end before the beginning", { expires: "2026-10-01" }, "expires: must not be before created"],
  ["a rule without exemptions", { policy: "docker-no-privileged" }, "docker-no-privileged cannot be exempted"],
  ["a key of its own", { urns: "x" }, "unknown urns"],
  ["the owner as approver", { owner: "ann" }, "approver: must be somebody else"],
  [
    "a critical rule for two months",
    { policy: "k8s-no-cluster-admin", expires: "2026-12-31" },
    "expires: at most 30 days",
  ],
])("%s: one problem, and the finding is back", (_what, changes, message) => {
  const { entries, problems } = register(changes);
  expect(entries).toEqual([]);
  expect(problems).toEqual([{ entry: "EX-1", message: expect.stringContaining(message) }]);
  const findings = judged(changes);
  expect(limits(findings)[0]).toMatchObject({ status: "fail", level: "mandatory" });
  expect(own(findings)).toMatchObject([{ level: "mandatory", status: "fail", urn: "exemption:EX-1" }]);
});

test("one wrong entry does not take the others away", () => {
  const yaml = `exemptions:\n  - {id: EX-2}\n  - ${JSON.stringify(entry)}\n`;
  const { entries, problems } = parseExemptions(yaml, RULES);
  expect(entries).toHaveLength(1);
  expect(problems).toHaveLength(1);
});

test("an empty register is fine, a broken one is not", () => {
  expect(parseExemptions("exemptions: []", RULES)).toEqual(EMPTY_REGISTER);
  expect(parseExemptions("# nothing yet", RULES)).toEqual(EMPTY_REGISTER);
  for (const broken of ["exemptions: [", "exceptions: []", "- a"]) {
    expect(parseExemptions(broken, RULES).problems).toHaveLength(1);
  }
});
