import type { SignedReport } from "../../images/backup/src/drill";
import { keysOf } from "../../images/backup/src/gpg";
import { identitiesIn, type KeyStatus, PROTECTION } from "../../images/backup/src/keys";
import { describeWith } from "../lab";
import { PARTS, Rig } from "./rig";

jest.setTimeout(300_000);

const LISTING = (caps: string, validity = "-") =>
  `tru:t:0:0:0:0:0:0\npub:${validity}:3072:1:D048F7DC4C63CF96:1795293095:1826829095::-:::${caps}::::::23::0:\nfpr:::::::::D6B4:\nuid:-::::1795293095::FD75::Ops:\nsub:-:3072:1:06D6:1795293095::::::e:\nfpr:::::::::36DB:\n`;

describe("keys of GPG", () => {
  test.each([
    ["one that encrypts", LISTING("scESC"), undefined],
    ["one that only signs", LISTING("scSC"), "it has no key for encryption that is valid now"],
    ["one that has expired", LISTING("sc", "e"), "it has expired"],
    ["one that was revoked", LISTING("sc", "r"), "it was revoked"],
  ])("%s", (_title, listing, unusable) => {
    expect(keysOf(listing)).toEqual([{ fingerprint: "D6B4", unusable }]);
  });

  test("a file may hold several keys of several kinds, and what protects them", () => {
    const block = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQWG\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----";
    const found = identitiesIn(
      `# passphrase: old\r\nAGE-SECRET-KEY-1AB\r\n${block}\n${block}\n${PROTECTION}with a space\n`,
    );
    expect(found).toEqual({
      age: ["AGE-SECRET-KEY-1AB"],
      gpg: `${block}\n${block}`,
      passphrases: ["old"],
      protection: "with a space",
    });
  });
});

/** Nothing of a keyring is left, and no agent that holds a key. */
async function clean(rig: Rig): Promise<void> {
  expect(await rig.shell("runner", "ls /tmp/bulwark")).not.toMatch(/gnupg|identities/);
  const running = await rig.shell("runner", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '");
  expect(running).not.toMatch(/gpg-agent|keyboxd|dirmngr/);
}

describeWith(PARTS, "dumps that GPG encrypts with the passphrase", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start({ wal: false, tool: "gpg" });
  });
  afterAll(async () => await rig?.remove());

  test("the packets are those of BK-16: AES-256, SHA-512, 65,536 rounds, ZIP, protected against tampering", async () => {
    const { id } = await rig.job("dump-db-orders");
    const folder = `/data/backups/archive/db/orders/${id}`;
    const names = (await rig.shell("s3", `ls ${folder}`)).split("\n").map((name) => name.replace(/-\d{8}T\d{6}Z$/, ""));
    expect(names).toEqual(["dump.gpg", "globals.gpg", "manifest.json", "manifest.json.sha256", "verified"]);
    const script = [
      "umask 077; cat >/tmp/pass; mkdir /tmp/gnupg",
      `bulwark-backup rclone copyto store:archive/db/orders/${id}/dump.gpg /tmp/dump.gpg`,
      "gpg --homedir /tmp/gnupg --batch --pinentry-mode loopback --passphrase-file /tmp/pass --list-packets /tmp/dump.gpg 2>/dev/null",
      "gpgconf --homedir /tmp/gnupg --kill all; rm -r /tmp/pass /tmp/dump.gpg /tmp/gnupg",
    ].join(" && ");
    const { out, err } = await rig.within(["sh", "-euc", script], rig.passphrase);
    expect(err).toBe("");
    // 9 is AES-256, 10 is SHA-512, compression 1 is ZIP; method 2 is the packet against tampering.
    expect(out).toMatch(/symkey enc packet: version 4, cipher 9, (aead 0,\s*)?s2k 3, hash 10/);
    expect(out).toMatch(/count 65536/);
    expect(out).toMatch(/mdc_method: 2/);
    expect(out).toMatch(/compressed packet: algo=1/);
    await clean(rig);
  });

  test("it is read back whole, restored and rehearsed like one of age", async () => {
    expect(await rig.ask(["verify-archive", "--database", "orders"])).toEqual([
      expect.objectContaining({ depth: "whole" }),
    ]);
    await rig.asOwner("orders", "DELETE FROM items WHERE id > 500");
    expect(await rig.ask(["restore", "--database", "orders"])).toMatchObject({ rows: 1100 });
    expect((await rig.asOwner("orders", "SELECT count(*) FROM items")).out.trim()).toBe("1000");
    await rig.job("dump-db-people");
    await rig.job("drill-db");
    const { report } = await rig.ask<SignedReport>(["drill-report"]);
    expect(report.sets.map((set) => [set.tier, set.database, set.ok])).toEqual([
      ["archive", "orders", true],
      ["archive", "people", true],
    ]);
    await clean(rig);
  });

  test("with the exported key and gpg alone a dump can be read, as the file itself says", async () => {
    const { id } = await rig.job("dump-db-orders");
    const { text } = await rig.ask<{ text: string }>(["key", "export"]);
    const line = text.split("\n").find((each) => each.includes("gpg --batch"));
    const script = [
      "umask 077; mkdir /tmp/gnupg; export GNUPGHOME=/tmp/gnupg; cd /tmp; cat >THIS_FILE",
      `bulwark-backup rclone copyto store:archive/db/orders/${id}/dump.gpg dump.gpg`,
      (line ?? "").replace(/^#\s+/, "").replace(/&& pg_restore .*/, ""),
      "pg_restore -f - dump | grep -c '^[0-9]*.orders [0-9]'",
      "gpgconf --kill all; rm -r THIS_FILE dump dump.gpg gnupg",
    ].join("\n");
    const { out } = await rig.within(["sh", "-euc", script], text);
    expect(out.trim().split("\n").at(-1)).toBe("1000");
  });

  test("one byte that was changed is found out", async () => {
    const { id } = await rig.job("dump-db-people");
    const flip = "printf X | dd of=$f bs=1 seek=$(( $(stat -c %s $f) / 2 )) conv=notrunc status=none";
    await rig.shell("s3", `f=/data/backups/archive/db/people/${id}/dump.gpg; ${flip}`);
    expect((await rig.backup(["verify-archive", "--database", "people"])).err).toMatch(/checksum/);
  });

  test("after the passphrase was changed, the older recovery key reads the older dump", async () => {
    const { text } = await rig.ask<{ text: string }>(["key", "export"]);
    rig.rotatePassphrase("a passphrase that came later");
    const refused = await rig.backup(["restore", "--database", "orders"]);
    expect(refused.err).toMatch(/is for passphrase:[0-9a-f-]+, whose key is not on this host/);
    expect(await rig.ask(["restore", "--database", "orders", "--stdin"], text)).toMatchObject({ rows: 1100 });
    await clean(rig);
  });
});

describeWith(PARTS, "dumps for GPG keys", () => {
  let rig: Rig;
  let publicKey: string;
  let privateKey: string;
  const protection = "what the operator knows";

  /** Makes a pair and forgets it: the runner never has the private half. */
  const pair = async (expires: string) => {
    const gpg = `gpg --homedir /tmp/pair --batch --quiet --no-tty --pinentry-mode loopback --passphrase '${protection}'`;
    const script = [
      "mkdir -m 0700 /tmp/pair",
      `${gpg} --faked-system-time 20260101T000000 --quick-generate-key 'Operator <operator@example.org>' default default ${expires}`,
      `${gpg} --armor --export; echo ====; ${gpg} --armor --export-secret-keys`,
      "gpgconf --homedir /tmp/pair --kill all; rm -r /tmp/pair",
    ].join("; ");
    const [open = "", secret = ""] = (await rig.shell("runner", script)).split("====\n");
    return { open, secret };
  };

  beforeAll(async () => {
    rig = await Rig.start({ wal: true });
    const made = await pair("10y");
    publicKey = made.open;
    privateKey = made.secret;
    rig.configure((config) => ({ ...config, tool: "gpg", recipients: [publicKey] }));
    await rig.job("full-db");
    for (const name of ["dump-db-orders", "dump-db-people"]) await rig.job(name);
  });
  afterAll(async () => await rig?.remove());

  test("who can read them stands in the manifest and in the key's status; a check without the key compares checksums", async () => {
    const { recipients, elsewhere } = await rig.ask<KeyStatus>(["key", "status"]);
    expect([recipients, elsewhere]).toEqual([[expect.stringMatching(/^[0-9A-F]{40}$/)], true]);
    const manifest = await rig.shell("s3", "cat /data/backups/archive/db/orders/*/manifest.json");
    expect(JSON.parse(manifest)).toMatchObject({ tool: "gpg", recipients });
    expect(await rig.ask(["verify-archive", "--database", "orders"])).toEqual([
      expect.objectContaining({ depth: "checksum" }),
    ]);
    const { text } = await rig.ask<{ text: string }>(["key", "export"]);
    expect(text).toContain(`new dumps are for ${recipients[0]}: they take the private half of those, not this one`);
  });

  test("a restore takes the private key, and what protects it, on standard input; nothing of either is left", async () => {
    await rig.asOwner("orders", "DELETE FROM items WHERE id > 500");
    const without = await rig.backup(["restore", "--database", "orders"]);
    expect(without.err).toMatch(/is for [0-9A-F]{40}, whose key is not on this host: give .* with --identity/);
    const locked = await rig.backup(["restore", "--database", "orders", "--stdin"], privateKey);
    expect(locked.err).toMatch(/the GPG private key [0-9A-F]{40} does not open: .*--identity-passphrase/);
    const restored = await rig.backup(
      ["restore", "--database", "orders", "--stdin"],
      `${privateKey}\n${PROTECTION}${protection}\n`,
    );
    expect(restored).toMatchObject({ code: 0 });
    expect((await rig.asOwner("orders", "SELECT count(*) FROM items")).out.trim()).toBe("1000");
    for (const text of [restored.out, restored.err, locked.err]) expect(text).not.toContain(protection);
    await clean(rig);
  });

  test("a drill rehearses the physical tier alone, as the private key is not there", async () => {
    await rig.job("drill-db");
    const { report } = await rig.ask<SignedReport>(["drill-report"]);
    expect(report.sets.map((set) => [set.tier, set.ok, set.error])).toEqual([["operational", true, undefined]]);
    await clean(rig);
  });

  test("a key that has expired fails the dump with its reason; what there is can still be listed and restored", async () => {
    const { open } = await pair("1d");
    rig.configure((config) => ({ ...config, recipients: [publicKey, open] }));
    const { code, err } = await rig.backup(["job", "dump-db-orders"]);
    expect(code).toBe(1);
    expect(err).toMatch(/nothing can be encrypted to the recipients: GPG key [0-9A-F]{40}: it has expired/);
    expect((await rig.backup(["list"])).code).toBe(0);
    rig.configure((config) => ({
      ...config,
      recipients: ["-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----"],
    }));
    expect((await rig.backup(["job", "dump-db-orders"])).err).toMatch(/nothing can be encrypted to the recipients/);
    expect((await rig.backup(["list"])).code).toBe(0);
    await clean(rig);
  });
});
