import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Masker } from "../../ops/change/mask";
import { readPreview } from "../../ops/change/read";
import { decide } from "../../ops/gate/decide";
import { FORMATS, written } from "../../ops/gate/output";

const at = new Date("2026-11-21T12:00:00Z");
const folder = join(__dirname, "previews");

describe("secrets", () => {
  test("the fixtures that hold canaries in clear are there", () => {
    const holding = readdirSync(folder).filter((file) => readFileSync(join(folder, file), "utf8").includes("canary-"));
    for (const name of ["secrets-in-environment", "secret-in-configmap", "secret-in-task"])
      expect(holding).toEqual(expect.arrayContaining([`${name}.json`, `${name}.jsonl`]));
  });

  test.each(FORMATS)("no canary of any preview is printed as %s", (format) => {
    for (const file of readdirSync(folder)) {
      const output = written(decide(readPreview(readFileSync(join(folder, file), "utf8")), { at }), format);
      if (/canary-(Tr0|Xq7|Bn5)/.test(output)) throw new Error(`${file} as ${format} shows a canary`);
    }
  });

  const key = "q8Zr4Tn1Vx7Lp3Wc9Yb6Md2Kf5Hs0Jg";
  test.each([
    ["docker:index/container:Container", "envs[0]", `DB_PASSWORD=${key}`, "DB_PASSWORD=[secret]"],
    [
      "docker:index/container:Container",
      "envs[0]",
      "DB_PASSWORD_FILE=/run/secrets/db",
      "DB_PASSWORD_FILE=/run/secrets/db",
    ],
    ["docker:index/container:Container", "envs[0]", `GREETING=${key}`, "GREETING=[secret]"],
    ["docker:index/container:Container", "envs[0]", "LOG_LEVEL=info", "LOG_LEVEL=info"],
    ["docker:index/container:Container", "command", ["x", "--token", "hunter22"], ["x", "--token", "[secret]"]],
    ["docker:index/container:Container", "command[1]", "--password=hunter22", "--password=[secret]"],
    [
      "docker:index/container:Container",
      "image",
      `r.example.com/a@sha256:${"a1".repeat(32)}`,
      `r.example.com/a@sha256:${"a1".repeat(32)}`,
    ],
    ["x:y/z:Z", "url", "redis://user:hunter22@cache:6379", "redis://[secret]@cache:6379"],
    ["x:y/z:Z", "list", [{ name: "API_TOKEN", value: "hunter22" }], [{ name: "API_TOKEN", value: "[secret]" }]],
    ["x:y/z:Z", "document", `{"a":{"apiKey":"hunter22","b":1}}`, `{"a":{"apiKey":"[secret]","b":1}}`],
    ["x:y/z:Z", "masterPassword", "hunter22", "[secret]"],
    ["x:y/z:Z", "manageMasterUserPassword", true, true],
    ["kubernetes:core/v1:Secret", "stringData", { a: "hunter22" }, "[secret]"],
    ["tls:index/privateKey:PrivateKey", "privateKeyPem", "hunter22", "[secret]"],
    ["x:y/z:Z", "note", "-----BEGIN RSA PRIVATE KEY-----\nx", "[secret]"],
    [
      "x:y/z:Z",
      "arn",
      "arn:aws:kms:us-east-1:123456789012:key/shop-database-key-primary",
      "arn:aws:kms:us-east-1:123456789012:key/shop-database-key-primary",
    ],
    ["x:y/z:Z", "id", "3f2a9c1e-5b7d-4e8f-9a0b-1c2d3e4f5a6b", "3f2a9c1e-5b7d-4e8f-9a0b-1c2d3e4f5a6b"],
  ])("%s %s", (type, path, value, shown) => {
    expect(new Masker().value(type, path, value)).toEqual(shown);
  });

  test("what was recognised once is masked wherever else it stands", () => {
    const masker = new Masker();
    masker.value("x:y/z:Z", "password", "correct horse battery");
    expect(masker.text("failed with correct horse battery here")).toBe("failed with [secret] here");
  });
});
