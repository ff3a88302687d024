import { describe, expect, test } from "vitest";
import { detectStack, type ProjectFiles } from "../../src/app/detect-stack.ts";
import { parseCommandLine } from "../../src/check/command-line.ts";

const packageJson = (scripts: object, devDependencies: object = {}): string =>
  JSON.stringify({ scripts, devDependencies });

function project(files: Readonly<Record<string, string>>): ProjectFiles {
  const paths = Object.keys(files);
  const folders = new Set(paths.filter((path) => path.includes("/")).map((path) => path.slice(0, path.indexOf("/"))));
  return {
    has: (path) => paths.some((known) => known === path || known.startsWith(`${path}/`)),
    read: (path) => files[path],
    folders: [...folders],
  };
}

const commandsOf = (files: Readonly<Record<string, string>>): readonly string[] =>
  detectStack(project(files)).checks.map(({ command }) => command);

describe("the commands proposed for a project", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["nothing known", { "README.md": "" }, []],
    ["Rust", { "Cargo.toml": "[package]\nname='x'" }, ["cargo test"]],
    [
      "a Rust workspace",
      { "Cargo.toml": "[workspace]\nmembers=['a']", "a/Cargo.toml": "" },
      ["cargo test --workspace"],
    ],
    ["Go", { "go.mod": "module x" }, ["go test ./..."]],
    ["a test script with node:test", { "package.json": packageJson({ test: "node --test" }) }, ["npm test"]],
    ["a test script with pnpm", { "package.json": packageJson({ test: "x" }), "pnpm-lock.yaml": "" }, ["pnpm test"]],
    ["a test script with yarn", { "package.json": packageJson({ test: "x" }), "yarn.lock": "" }, ["yarn test"]],
    ["vitest without a script", { "package.json": packageJson({}, { vitest: "4" }) }, ["npx vitest run"]],
    ["vitest in watch mode", { "package.json": packageJson({ test: "vitest" }, { vitest: "4" }) }, ["npx vitest run"]],
    [
      "vitest with options",
      { "package.json": packageJson({ test: "vitest run -c x" }, { vitest: "4" }) },
      ["npm test"],
    ],
    ["jest without a script", { "package.json": packageJson({}, { jest: "30" }) }, ["npx jest"]],
    [
      "the script that npm init writes",
      { "package.json": packageJson({ test: 'echo "Error: no test specified" && exit 1' }) },
      [],
    ],
    ["no script, but a test folder", { "package.json": "{}", "test/a.test.js": "" }, ["node --test"]],
    [
      "unit tests and Playwright, the slow one last",
      { "package.json": packageJson({ test: "vitest run" }, { vitest: "4", "@playwright/test": "1" }) },
      ["npm test", "npx playwright test"],
    ],
    [
      "Playwright as the test script",
      { "package.json": packageJson({ test: "playwright test" }, { "@playwright/test": "1" }) },
      ["npm test"],
    ],
    ["a broken package.json", { "package.json": "{ not json" }, []],
    ["a package.json that is null", { "package.json": "null" }, []],
    ["pytest.ini", { "pytest.ini": "" }, ["pytest"]],
    ["pytest in pyproject", { "pyproject.toml": "[tool.pytest.ini_options]" }, ["pytest"]],
    ["pyproject without pytest", { "pyproject.toml": "[project]" }, []],
    ["setup.cfg", { "setup.cfg": "[tool:pytest]" }, ["pytest"]],
    ["uv", { "pyproject.toml": "dev = ['pytest']", "uv.lock": "" }, ["uv run pytest"]],
    ["a virtual environment", { "pytest.ini": "", ".venv/bin/pytest": "" }, [".venv/bin/pytest"]],
    [
      "a back end and a front end, the quick one first",
      { "backend/Cargo.toml": "", "frontend/package.json": packageJson({ test: "vitest run" }) },
      ["cd frontend && npm test", "cd backend && cargo test"],
    ],
    [
      "a top without tests above a part with tests",
      { "package.json": packageJson({ lint: "x" }), "web/package.json": packageJson({ test: "jest" }) },
      ["cd web && npm test"],
    ],
    ["a folder with a space", { "my app/go.mod": "" }, ['cd "my app" && go test ./...']],
    ["other people's code", { "node_modules/package.json": packageJson({ test: "x" }), "vendor/go.mod": "" }, []],
  ])("%s", (_, files, commands) => {
    expect(commandsOf(files)).toEqual(commands);
  });
});

test("names tell checks of several parts apart", () => {
  const files = {
    "backend/Cargo.toml": "",
    "api/Cargo.toml": "",
    "web/package.json": packageJson({ test: "vitest run" }),
  };
  const stack = detectStack(project(files));
  expect(stack.checks.map(({ name }) => name)).toEqual(["web vitest", "api cargo", "backend cargo"]);
  expect(stack.parts).toEqual(["Node with vitest in web", "Rust in api", "Rust in backend"]);
});

test("installed packages that git does not carry are proposed for linking", () => {
  const files = { "web/package.json": packageJson({ test: "vitest run" }), "pytest.ini": "", ".venv/bin/pytest": "" };
  expect(detectStack(project(files)).link).toEqual(["web/node_modules", ".venv"]);
});

test("a proposed command is one that ralph can run without a shell", () => {
  const files = {
    "my app/package.json": packageJson({ test: "jest" }, { "@playwright/test": "1" }),
    "api/Cargo.toml": "",
  };
  for (const command of commandsOf(files)) expect(parseCommandLine(command)).not.toMatchObject({ kind: "unreadable" });
});
