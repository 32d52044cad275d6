import { describeWith } from "../lab";
import { PARTS, Rig } from "./rig";

jest.setTimeout(300_000);

const DAYS = 700;

describeWith(PARTS, "a bucket with more objects than a page holds", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start();
    // The gateway keeps objects as files: 700 archives of four objects each, one a day.
    await rig.shell(
      "s3",
      `cd /data/backups; mkdir -p archive/db/orders; cd archive/db/orders; n=0; while [ $n -lt ${DAYS} ]; do d=$(date -u -d "@$(( $(date +%s) - (n + 1) * 86400 ))" +%Y%m%dT020000Z); mkdir $d; for f in dump.age globals.age manifest.json manifest.json.sha256; do echo $n >$d/$f; done; n=$((n+1)); done`,
    );
  });
  afterAll(async () => await rig?.remove());

  test("the gateway gives its list in pages of a thousand, and every archive is seen all the same", async () => {
    const page = await rig.shell(
      "s3",
      `curl -sS --cacert /tls/tls.crt --resolve s3:7070:127.0.0.1 --aws-sigv4 aws:amz:us-east-1:s3 -u "rig:$(cat /key)" "https://s3:7070/backups?list-type=2"`,
    );
    expect(page).toContain("<IsTruncated>true</IsTruncated>");
    expect(page.match(/<Key>/g)).toHaveLength(1000);
    const { archives } = await rig.ask<{ archives: { id: string; complete: boolean; keptFor: string[] }[] }>(["list"]);
    expect(archives).toHaveLength(DAYS);
    expect(archives.every((each) => each.complete)).toBe(true);
    expect(new Set(archives.map((each) => each.id)).size).toBe(DAYS);
    expect(archives.map((each) => each.id)).toEqual([...archives.map((each) => each.id)].sort().reverse());
    const kept = archives.filter((each) => each.keptFor.length > 0);
    expect(kept.filter((each) => each.keptFor.includes("daily"))).toHaveLength(30);
    expect(kept.length).toBeLessThanOrEqual(61);
  });
});
