import { password, SecretStore } from "../../ops/render/store";

const request = { urn: "urn:a", name: "a", type: "random:index/randomPassword:RandomPassword" };

test("a password has the length, alphabet and least numbers that were asked for, and is never the same", () => {
  expect(password({ length: 40, special: false })).toMatch(/^[A-Za-z0-9]{40}$/);
  expect(password({ length: 64, special: false, upper: false, lower: false })).toMatch(/^[0-9]{64}$/);
  expect(password({ length: 30, upper: false, lower: false, numeric: false, overrideSpecial: "_-" })).toMatch(
    /^[_-]{30}$/,
  );
  for (let round = 0; round < 50; round++) {
    const made = password({ length: 8, minNumeric: 3, minUpper: 3, minSpecial: 2, overrideSpecial: "%" });
    expect(made).toHaveLength(8);
    expect([...made].filter((char) => /\d/.test(char)).length).toBeGreaterThanOrEqual(3);
    expect([...made].filter((char) => char === "%").length).toBeGreaterThanOrEqual(2);
  }
  expect(new Set(Array.from({ length: 100 }, () => password({ length: 40 }))).size).toBe(100);
});

test("every character of the alphabet comes up", () => {
  const seen = new Set(password({ length: 5_000, special: false }));
  expect(seen.size).toBe(62);
});

test("a kept value is used as long as it was made for the same, under its URN or its name", () => {
  const inputs = { length: 40, keepers: { rotation: "1" } };
  const kept = new Map([["urn:a", { value: "old", inputs }]]);
  const store = (mode: "none" | "generate" | "file", from = kept) => new SecretStore(mode, from);
  expect(store("generate").generated({ ...request, inputs })).toBe("old");
  expect(store("generate").generated({ ...request, inputs: { keepers: { rotation: "1" }, length: 40 } })).toBe("old");
  expect(store("generate").generated({ ...request, inputs: { ...inputs, keepers: { rotation: "2" } } })).toHaveLength(
    40,
  );
  expect(store("file", new Map([["a", { value: "mine", inputs }]])).generated({ ...request, inputs })).toBe("mine");
});

test("without a value it is missing, and no value is made up but a stand-in", () => {
  const store = new SecretStore("file", new Map());
  expect(store.generated({ ...request, inputs: { length: 20 } })).toMatch(/^standin/);
  expect(store.missing).toEqual(["a"]);
  expect(store.toJson()).toBe("{}\n");
});
