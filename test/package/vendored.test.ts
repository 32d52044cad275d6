import { readFileSync } from "node:fs";
import { join } from "node:path";

test("the runner's image has the same croner as the package, byte for byte", () => {
  const vendored = readFileSync(join(__dirname, "../../images/backup/vendor/croner.cjs"));
  const installed = readFileSync(require.resolve("croner"));
  expect(vendored.equals(installed)).toBe(true);
});
