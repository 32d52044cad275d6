import { ProgramFailed, run } from "../../images/backup/src/process";
import { impatience } from "../../images/backup/src/restic";

describe("how long restic may try one and the same thing", () => {
  const full = (what: string, wait = "1.56s") =>
    `Save(<${what}>) returned error, retrying after ${wait}: client.PutObject: No space left on device.`;

  test("as long as the next attempt comes in time; the reason is the store's own", () => {
    let now = 0;
    const giveUp = impatience(60, () => now);
    for (const [at, wait] of [
      [0, "952.4ms"],
      [2, "2.6s"],
      [5, "4.08s"],
      [10, "20.2s"],
    ] as const) {
      now = at;
      expect(giveUp(full("data/1", wait))).toBeUndefined();
    }
    now = 30;
    expect(giveUp(full("data/1", "33.1s"))).toBe(
      "the store refused Save(<data/1>) again and again: client.PutObject: No space left on device.",
    );
    now = 0;
    expect(impatience(60, () => now)(full("data/1", "1m2.5s"))).toMatch(/^the store refused/);
  });

  test("an attempt that works starts the count anew, and each thing has its own", () => {
    let now = 0;
    const giveUp = impatience(60, () => now);
    expect(giveUp(full("data/1"))).toBeUndefined();
    now = 50;
    expect(giveUp(full("data/2"))).toBeUndefined();
    expect(giveUp("Save(<data/1>) operation successful after 1 retries")).toBeUndefined();
    now = 70;
    expect(giveUp(full("data/1"))).toBeUndefined();
    expect(giveUp("something else: returned error")).toBeUndefined();
    now = 110;
    expect(giveUp(full("data/2"))).toMatch(/data\/2/);
  });
});

test("a program that is given up is ended, and fails with the reason", async () => {
  const began = Date.now();
  const given = run("sh", ["-c", "echo fine >&2; echo 'no more' >&2; exec sleep 30"], {
    giveUp: (line) => (line === "no more" ? "it said so" : undefined),
  });
  await expect(given).rejects.toThrow(new ProgramFailed("sh", 128, "it said so").message);
  await expect(given).rejects.toBeInstanceOf(ProgramFailed);
  expect(Date.now() - began).toBeLessThan(5000);
});
