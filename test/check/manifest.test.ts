import { describe, expect, test } from "vitest";
import { manifestTampering } from "../../src/check/manifest.ts";

describe("package.json", () => {
  const before = {
    name: "shop",
    type: "commonjs",
    scripts: {
      test: "npm run unit && run-s 'e2e:*'",
      unit: "node --test",
      "e2e:web": "playwright test",
      build: "tsc",
      start: "node .",
      verify: "npm run build",
    },
    dependencies: { left: "1.0.0" },
    devDependencies: { vitest: "4.1.12" },
    jest: { testMatch: ["**/*.test.js"] },
  };
  const change = (after: object): string | undefined =>
    manifestTampering("package.json", JSON.stringify(before), JSON.stringify({ ...before, ...after }, null, 2));
  const scripts = (some: object): object => ({ scripts: { ...before.scripts, ...some } });

  test.each<[string, object]>([
    ["dependencies are added and changed", { dependencies: { left: "2.0.0", right: "1.0.0" } }],
    ["a development dependency is added", { devDependencies: { ...before.devDependencies, tsx: "4.0.0" } }],
    ["a script is added", scripts({ dev: "node --watch ." })],
    ["a script that no test uses is changed", scripts({ start: "node dist" })],
    [
      "the kind of modules, imports or exports change",
      { type: "module", imports: { "#a": "./a.js" }, exports: "./a.js" },
    ],
    ["nothing but the layout changes", {}],
  ])("may be changed where %s", (_, after) => {
    expect(change(after)).toBeUndefined();
  });

  test.each<[string, object, string]>([
    ["the test script is replaced", scripts({ test: "true" }), "scripts.test"],
    ["a script that the test script starts is replaced", scripts({ unit: "true" }), "scripts.unit"],
    ["a script that it starts by a pattern is replaced", scripts({ "e2e:web": "true" }), "scripts.e2e:web"],
    ["something is run before the tests", scripts({ pretest: "rm -r test" }), "scripts.pretest"],
    ["something is run before a script of the tests", scripts({ preunit: "rm -r test" }), "scripts.preunit"],
    ["another checking script is replaced", scripts({ verify: "true" }), "scripts.verify"],
    ["what a checking script starts is replaced", scripts({ build: "true" }), "scripts.build"],
    ["the scripts are gone", { scripts: {} }, "scripts."],
    ["a runner's section is changed", { jest: { testMatch: [] } }, "jest"],
    ["a runner's section is added", { vitest: {} }, "vitest"],
    ["the runner is another one", { devDependencies: { vitest: "npm:fake@1" } }, "devDependencies.vitest"],
    ["a runner comes in", { dependencies: { left: "1.0.0", mocha: "file:./fake" } }, "dependencies.mocha"],
    ["dependencies are overridden", { overrides: { chai: "file:./fake" } }, "overrides"],
  ])("is refused where %s", (_, after, setting) => {
    expect(change(after)).toContain(`\`${setting}`);
  });

  test("may be created, may not be deleted or broken; one that was broken may be mended", () => {
    expect(manifestTampering("package.json", undefined, "{}")).toBeUndefined();
    expect(manifestTampering("package.json", "{}", undefined)).toContain("deleted");
    expect(manifestTampering("package.json", "{}", "{")).toContain("no longer be read");
    expect(manifestTampering("package.json", "{", "{}")).toBeUndefined();
  });
});

describe("manifests in TOML and the like", () => {
  const CARGO = `[package]\nname = "shop"\nversion = "0.1.0"\n\n[dependencies]\nserde = "1"\n\n[[test]]\nname = "cart"\n`;
  const PYPROJECT = `[project]\nname = "shop"\n\n[tool.pytest.ini_options]\naddopts = [\n  "-q",\n]\n`;
  const SETUP = `[metadata]\nname = shop\n\n[tool:pytest]\naddopts = -q\n`;

  test.each([
    ["Cargo.toml", CARGO, CARGO.replace('serde = "1"', 'serde = "1"\nrand = "0.8"')],
    ["Cargo.toml", CARGO, `${CARGO}\n[lib]\nname = "shop"\npath = "src/shop.rs"\n`],
    ["Cargo.toml", CARGO, CARGO.replaceAll("\n", "\r\n")],
    ["crates/a/Cargo.toml", CARGO, CARGO.replace("0.1.0", "0.2.0 # next")],
    ["pyproject.toml", PYPROJECT, PYPROJECT.replace("shop", "store")],
    ["setup.cfg", SETUP, SETUP.replace("shop", "store")],
    ["go.mod", "module a", "module b"],
  ])("%s may be changed where no test is concerned", (path, before, after) => {
    expect(manifestTampering(path, before, after)).toBeUndefined();
  });

  test.each([
    ["Cargo.toml", CARGO, `${CARGO}\n[lib]\ntest = false\n`, "lib.test"],
    ["Cargo.toml", CARGO, `lib = { test = false }\n${CARGO}`, "lib"],
    ["Cargo.toml", CARGO, CARGO.replace('name = "cart"', 'name = "cart"\nharness = false'), "test.harness"],
    ["Cargo.toml", CARGO, CARGO.replace('[[test]]\nname = "cart"\n', ""), "test."],
    ["Cargo.toml", CARGO, CARGO.replace('"0.1.0"', '"0.1.0"\nautotests = false'), "package.autotests"],
    ["Cargo.toml", CARGO, `${CARGO}\n[profile.test]\ndebug-assertions = false\n`, "profile.test."],
    ["pyproject.toml", PYPROJECT, PYPROJECT.replace('"-q"', '"-k", "nothing"'), "tool.pytest.ini_options.addopts"],
    ["setup.cfg", SETUP, SETUP.replace("-q", "--co"), "tool:pytest.addopts"],
  ])("%s is refused where the tests' own settings change (%#)", (path, before, after, setting) => {
    expect(manifestTampering(path, before, after)).toContain(`\`${setting}\``);
  });
});
