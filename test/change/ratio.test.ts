import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** The aim of `npm run bench` is 3; a machine that is busy with other tests adds garbage collection that a bare JSON.parse does not have. */
const MOST = 4;

interface Times {
  readonly parse: number;
  readonly judge: number;
}

function measured(): number {
  const { parse, judge } = JSON.parse(
    execFileSync(process.execPath, [join(__dirname, "..", "..", "bench", "judge.mjs"), "judge"], { encoding: "utf8" }),
  ) as Times;
  return judge / parse;
}

// In a process of its own, over the built code: what jest does to modules is not what is measured.
test("5,000 changes are read and judged in a small multiple of the time of parsing them", () => {
  const found = [measured()];
  while (Math.min(...found) >= MOST && found.length < 3) found.push(measured());
  expect(Math.min(...found)).toBeLessThan(MOST);
}, 240_000);
