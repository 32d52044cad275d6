import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { EXIT } from "../../ops/exit";
import { program } from "../../ops/main";
import { ROOT } from "./command";

const text = readFileSync(join(ROOT, "README.md"), "utf8");

test("the example of the README compiles under strict, and stays short", () => {
  const example = /```ts\n([^`]*)```/.exec(text)?.[1] ?? "";
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(20);
  const file = join(ROOT, "readme-example.ts");
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent(
      ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile).config,
      ts.sys,
      ROOT,
    ).options,
    noEmit: true,
    paths: { bulwark: [join(ROOT, "components/index.ts")], "bulwark/compose": [join(ROOT, "components/compose.ts")] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => path === file || fileExists.call(host, path);
  host.readFile = (path) => (path === file ? example : readFile.call(host, path));
  host.getSourceFile = (path, ...rest) =>
    path === file ? ts.createSourceFile(path, example, rest[0], true) : getSourceFile.call(host, path, ...rest);
  const compiled = ts.createProgram([file], options, host);
  const source = compiled.getSourceFile(file);
  const found = [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)];
  expect(found.map((each) => ts.flattenDiagnosticMessageText(each.messageText, "\n"))).toEqual([]);
});

test("every command of the README exists, every command is in the README, and every exit code is one of the contract", () => {
  const commands = program(() => undefined).commands.map((each) => each.name());
  const named = new Set([...text.matchAll(/`bulwark ([a-z]+)/g)].flatMap(([, name]) => name ?? []));
  expect([...named].sort()).toEqual(expect.arrayContaining([...commands].sort()));
  for (const name of named) expect([...commands, "compose", "microk8s", "aws"]).toContain(name);
  expect(Object.values(EXIT)).toEqual([0, 1, 2, 22, 25]);
});

test("every script and folder that the README names is there", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  for (const [, name] of text.matchAll(/npm run ([a-z]+)/g)) expect(Object.keys(scripts)).toContain(name);
  for (const [, folder] of text.matchAll(/^\| `([a-z]+)\/` /gm))
    expect(ts.sys.directoryExists(join(ROOT, folder ?? ""))).toBe(true);
});
