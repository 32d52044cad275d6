import { columns, paint, wantsColour } from "../../ops/terminal";

const terminal = { isTTY: true, write: () => true };

test("colours on a terminal only, and never with NO_COLOR", () => {
  expect(wantsColour(terminal, {})).toBe(true);
  expect(wantsColour(terminal, { NO_COLOR: "1" })).toBe(false);
  expect(wantsColour(terminal, { NO_COLOR: "" })).toBe(true);
  expect(wantsColour(terminal, { TERM: "dumb" })).toBe(false);
  expect(wantsColour({ write: () => true }, {})).toBe(false);
  expect(paint(true).red("x")).toBe("\u001b[31mx\u001b[39m");
  expect(paint(false).red("x")).toBe("x");
});

test("columns", () => {
  expect(
    columns([
      ["a", "bb", "a long last cell"],
      ["aaa", "b", ""],
      ["a", "x"],
    ]),
  ).toEqual(["a    bb  a long last cell", "aaa  b", "a    x"]);
});
