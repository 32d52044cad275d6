import { ageKey, bech32 } from "../../images/backup/src/age";
import {
  fingerprintOf,
  identitiesIn,
  isSignedBy,
  type KeyStatus,
  passphraseIn,
  signed,
} from "../../images/backup/src/keys";
import { describeWith } from "../lab";
import { PARTS, Rig } from "./rig";

jest.setTimeout(300_000);

describe("the recovery key", () => {
  test("bech32 as BIP 173 has it", () => {
    const bytes = Buffer.from("751e76e8199196d454941c45d1b3a323f1433bd6", "hex");
    // The witness version in front is a group of its own in an address; without it the data alone.
    expect(bech32("bc", bytes)).toMatch(/^bc1w508d6qejxtdg4y5r3zarvary0c5xw7k[02-9ac-hj-np-z]{6}$/);
  });

  test("the same passphrase gives the same pair, another one another", () => {
    const pair = ageKey("correct horse battery staple");
    expect(pair.identity).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
    expect(pair.recipient).toMatch(/^age1[02-9ac-hj-np-z]{58}$/);
    expect(ageKey("correct horse battery staple\n")).toEqual(pair);
    expect(ageKey("Correct horse battery staple").recipient).not.toBe(pair.recipient);
  });

  test("a signature holds for its text and its key alone", () => {
    const signature = signed("report", "passphrase");
    expect(isSignedBy("report", signature, signature.publicKey)).toBe(true);
    expect(isSignedBy("Report", signature, signature.publicKey)).toBe(false);
    const other = signed("report", "another");
    expect(isSignedBy("report", other, signature.publicKey)).toBe(false);
    expect(isSignedBy("report", { ...signature, value: other.value }, signature.publicKey)).toBe(false);
  });

  test("a text that is no key is refused", () => {
    expect(() => passphraseIn("hello")).toThrow(/no recovery key/);
    expect(() => identitiesIn("hello")).toThrow(/no key is in it/);
  });
});

describeWith(PARTS, "the recovery key of a schedule", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start();
  });
  afterAll(async () => await rig?.remove());

  const exported = async () => (await rig.ask<{ text: string }>(["key", "export"])).text;

  test("with the exported file and age alone a dump can be read, as the file itself says (BK-16)", async () => {
    const { id } = await rig.job("dump-db-orders");
    const text = await exported();
    expect(text).toContain(`fingerprint: ${fingerprintOf(rig.passphrase)}`);
    expect(passphraseIn(text)).toBe(rig.passphrase);
    const script = [
      "umask 077; cat >/tmp/key",
      `bulwark-backup rclone copyto store:archive/db/orders/${id}/dump.age /tmp/dump.age`,
      "age --decrypt -i /tmp/key -o /tmp/dump /tmp/dump.age",
      "pg_restore -f - /tmp/dump | grep -c '^[0-9]*.orders [0-9]'",
      "rm /tmp/key /tmp/dump /tmp/dump.age",
    ].join(" && ");
    const { out, err } = await rig.within(["sh", "-euc", script], text);
    expect(err).toBe("");
    expect(out.trim().split("\n").at(-1)).toBe("1000");
  });

  test("a copy counts only when somebody who holds it says so, and only that of the present key", async () => {
    expect((await rig.ask<KeyStatus>(["key", "status"])).confirmed).toBeUndefined();
    const by = ["key", "confirm", "--by", "Ada", "--where", "the safe", "--stdin"];
    const wrong = await rig.backup(by, (await exported()).replace(rig.passphrase, "another"));
    expect(wrong.code).toBe(1);
    expect(wrong.err).toMatch(/the copy is of the key/);
    expect(wrong.err).not.toContain(rig.passphrase);
    await rig.ask(by, await exported());
    const { confirmed } = await rig.ask<KeyStatus>(["key", "status"]);
    expect(confirmed).toMatchObject({ by: "Ada", where: "the safe", fingerprint: fingerprintOf(rig.passphrase) });
    expect(await rig.shell("s3", "grep -rl Ada /data/backups/keys | wc -l")).toBe("1");
    expect(await rig.shell("s3", `grep -rl ${rig.passphrase} /data/backups | wc -l || true`)).toBe("0");
    rig.rotatePassphrase("a passphrase that came later");
    expect((await rig.ask<KeyStatus>(["key", "status"])).confirmed).toBeUndefined();
  });

  test("after the key was changed an older archive needs the older key, which is handed over on standard input", async () => {
    const refused = await rig.backup(["restore", "--database", "orders"]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/whose key is not on this host: give the recovery key with --identity/);
    const verified = await rig.ask<{ depth: string }[]>(["verify-archive", "--database", "orders"]);
    expect(verified).toEqual([expect.objectContaining({ depth: "checksum" })]);
    const old = `# passphrase: ${rig.passphrase}\n${ageKey(rig.passphrase).identity}\n`;
    expect(await rig.ask(["restore", "--database", "orders", "--stdin"], old)).toMatchObject({ rows: 1100 });
    expect(await rig.shell("runner", "ls /tmp/bulwark")).not.toContain("identities");
  });

  test("while a dump and a restore run, no process shows a key, and neither does what they print", async () => {
    const seen: string[] = [];
    let stop = false;
    const watching = (async () => {
      while (!stop) seen.push(await rig.shell("runner", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"));
    })();
    const dumped = await rig.backup(["run", "dump-db-people"]);
    const restored = await rig.backup(["restore", "--database", "people"]);
    stop = true;
    await watching;
    expect([dumped.code, restored.code]).toEqual([0, 0]);
    expect(seen.join("\n")).toMatch(/pg_dump|pg_restore|age /);
    const secrets = ["a passphrase that came later", "AGE-SECRET-KEY", rig.password, rig.secretKey];
    for (const secret of secrets)
      for (const text of [...seen, dumped.out, dumped.err, restored.out, restored.err])
        expect(text).not.toContain(secret);
  });
});
