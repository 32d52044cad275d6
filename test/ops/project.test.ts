import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOCKED, readStack } from "../../ops/project";
import { folder, removeFolders } from "./command";

afterAll(removeFolders);

function files(project: string, stack: string): string {
  const path = folder();
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "Pulumi.yaml"), project);
  writeFileSync(join(path, "Pulumi.dev.yaml"), stack);
  return path;
}

test("configuration arrives as Pulumi hands it over", () => {
  const path = files(
    "name: shop\nmain: dist/index.js\nconfig:\n  size: { default: 3, type: integer }\n  kind: { value: big }\n  must: { type: string }\n  shop:both: project\n",
    "config:\n  plain: text\n  shop:both: stack\n  number: 2\n  list: [1, two]\n  other:key: true\n",
  );
  expect(readStack(path, "dev")).toMatchObject({
    project: "shop",
    stack: "dev",
    program: join(path, "dist/index.js"),
    config: {
      "shop:size": "3",
      "shop:kind": "big",
      "shop:both": "stack",
      "shop:plain": "text",
      "shop:number": "2",
      "shop:list": '[1,"two"]',
      "other:key": "true",
    },
    secretKeys: [],
  });
  expect(readStack(path, "dev").config).not.toHaveProperty("shop:must");
});

test("what is encrypted is locked, also inside of an object, and its cipher text goes nowhere", () => {
  const path = files("name: shop\n", "config:\n  a: { secure: v1:x }\n  b: { open: 1, closed: [{ secure: v1:y }] }\n");
  const { config, secretKeys } = readStack(path, "dev");
  expect(config).toEqual({ "shop:a": LOCKED, "shop:b": JSON.stringify({ open: 1, closed: [LOCKED] }) });
  expect(secretKeys).toEqual(["shop:a", "shop:b"]);
});
