/**
 * What a project is made of, from the files that every ecosystem keeps at its top, and the commands that test it.
 * Looks at the top folder and one level below; where a stack has tests at the top it is not looked for below, because
 * the top's command runs the parts. A wrong guess costs a person one edit of ralph.yaml; nothing is run here.
 */

export interface ProjectFiles {
  /** A file or folder, relative to the project, with `/`. */
  has(path: string): boolean;
  /** Undefined where there is no such file. */
  read(path: string): string | undefined;
  /** Names of the folders at the top. */
  readonly folders: readonly string[];
}

interface DetectedCheck {
  readonly name: string;
  readonly command: string;
}

export interface DetectedStack {
  /** For a person: "Rust in backend", "Node with vitest in frontend". */
  readonly parts: readonly string[];
  /** Cheapest first. */
  readonly checks: readonly DetectedCheck[];
  /** What git does not carry and these checks need. */
  readonly link: readonly string[];
}

/** `cost` orders checks: unit tests of scripts first, then compiled ones, then browsers. */
interface Check extends DetectedCheck {
  readonly cost: number;
}

/** One stack in one folder. */
interface Part {
  readonly label: string;
  readonly checks: readonly Check[];
  readonly link: readonly string[];
}

type Detector = (files: ProjectFiles, folder: string) => Part | undefined;

const DETECTORS: readonly Detector[] = [detectNode, detectPython, detectGo, detectRust];
const NOT_A_PART = /^\.|^(node_modules|vendor|target|dist|build|examples?|fixtures?)$/;

export function detectStack(files: ProjectFiles): DetectedStack {
  const folders = files.folders.filter((name) => !NOT_A_PART.test(name)).sort();
  const parts = DETECTORS.flatMap((detect) => {
    const top = detect(files, "");
    if (top !== undefined && top.checks.length > 0) return [top];
    const below = folders.flatMap((folder) => inFolder(detect(files, `${folder}/`), folder));
    return top === undefined ? below : [top, ...below];
  });
  const checks = parts.flatMap((part) => part.checks).sort((a, b) => a.cost - b.cost);
  return {
    parts: parts.map(({ label }) => label),
    checks: checks.map(({ name, command }) => ({ name, command })),
    link: parts.flatMap((part) => part.link),
  };
}

function inFolder(part: Part | undefined, folder: string): readonly Part[] {
  if (part === undefined) return [];
  const quoted = /^[\w.@/-]+$/.test(folder) ? folder : `"${folder}"`;
  return [
    {
      label: `${part.label} in ${folder}`,
      checks: part.checks.map((check) => ({
        ...check,
        name: `${folder} ${check.name}`,
        command: `cd ${quoted} && ${check.command}`,
      })),
      link: part.link.map((path) => `${folder}/${path}`),
    },
  ];
}

function detectRust(files: ProjectFiles, folder: string): Part | undefined {
  const manifest = files.read(`${folder}Cargo.toml`);
  if (manifest === undefined) return undefined;
  const command = /^\s*\[workspace\b/m.test(manifest) ? "cargo test --workspace" : "cargo test";
  return { label: "Rust", checks: [{ name: "cargo", command, cost: 3 }], link: [] };
}

function detectGo(files: ProjectFiles, folder: string): Part | undefined {
  if (!files.has(`${folder}go.mod`)) return undefined;
  return { label: "Go", checks: [{ name: "go", command: "go test ./...", cost: 2 }], link: [] };
}

const PYTEST_SETTINGS: readonly (readonly [file: string, mark: RegExp])[] = [
  ["pytest.ini", /^/],
  ["pyproject.toml", /\bpytest\b/],
  ["setup.cfg", /\[tool:pytest\]|\bpytest\b/],
  ["requirements-dev.txt", /^pytest\b/m],
  ["requirements.txt", /^pytest\b/m],
];

const PYTHON_RUNNERS: readonly (readonly [file: string, command: string])[] = [
  ["uv.lock", "uv run pytest"],
  ["poetry.lock", "poetry run pytest"],
  [".venv/bin/pytest", ".venv/bin/pytest"],
];

function detectPython(files: ProjectFiles, folder: string): Part | undefined {
  const usesPytest = PYTEST_SETTINGS.some(([file, mark]) => {
    const text = files.read(folder + file);
    return text !== undefined && mark.test(text);
  });
  if (!usesPytest) return undefined;
  const command = PYTHON_RUNNERS.find(([file]) => files.has(folder + file))?.[1] ?? "pytest";
  const link = files.has(`${folder}.venv`) ? [".venv"] : [];
  return { label: "Python with pytest", checks: [{ name: "pytest", command, cost: 1 }], link };
}

interface PackageJson {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface NodeRunner {
  readonly name: string;
  /** A test script that starts it. */
  readonly script: RegExp;
  /** The dependency that brings it. */
  readonly dependency: string;
  /** Runs the tests once. */
  readonly command: string;
  readonly cost: number;
}

const UNIT_RUNNERS: readonly NodeRunner[] = [
  { name: "vitest", script: /\bvitest\b/, dependency: "vitest", command: "npx vitest run", cost: 1 },
  { name: "jest", script: /\b(jest|react-scripts test)\b/, dependency: "jest", command: "npx jest", cost: 1 },
];
const NODE_TEST = { name: "node:test", script: /\bnode\b.*--test\b/, command: "node --test", cost: 1 };
const PLAYWRIGHT: NodeRunner = {
  name: "playwright",
  script: /\bplaywright test\b/,
  dependency: "@playwright/test",
  command: "npx playwright test",
  cost: 4,
};

const LOCK_FILES: readonly (readonly [file: string, command: string])[] = [
  ["pnpm-lock.yaml", "pnpm test"],
  ["yarn.lock", "yarn test"],
];

/** What `npm init` writes, and scripts that wait for changes: neither ends with a verdict. */
const USELESS_SCRIPT = /no test specified|--watch\b|^\s*vitest\s*$/;

function detectNode(files: ProjectFiles, folder: string): Part | undefined {
  const text = files.read(`${folder}package.json`);
  if (text === undefined) return undefined;
  const manifest = readPackage(text);
  const installed = { ...manifest.dependencies, ...manifest.devDependencies };
  const written = manifest.scripts?.test ?? "";
  const script = USELESS_SCRIPT.test(written) ? "" : written;
  const unit = script === "" ? unitCheck(installed, files, folder) : scriptCheck(script, files, folder);
  const browser = PLAYWRIGHT.dependency in installed && !PLAYWRIGHT.script.test(script) ? [PLAYWRIGHT] : [];
  const checks = [...unit, ...browser].map(({ name, command, cost }) => ({ name, command, cost }));
  const runners = checks.map(({ name }) => name).filter((name) => name !== "test");
  const label = runners.length === 0 ? "Node" : `Node with ${runners.join(" and ")}`;
  return { label, checks, link: ["node_modules"] };
}

/** The script as a whole, because it may do more than start its runner. */
function scriptCheck(script: string, files: ProjectFiles, folder: string): readonly Check[] {
  const runner = [...UNIT_RUNNERS, NODE_TEST, PLAYWRIGHT].find(({ script: mark }) => mark.test(script));
  const command = LOCK_FILES.find(([file]) => files.has(folder + file) || files.has(file))?.[1] ?? "npm test";
  return [{ name: runner?.name ?? "test", command, cost: runner?.cost ?? 1 }];
}

function unitCheck(installed: object, files: ProjectFiles, folder: string): readonly Check[] {
  const runner = UNIT_RUNNERS.find(({ dependency }) => dependency in installed);
  if (runner !== undefined) return [runner];
  return files.has(`${folder}test`) ? [NODE_TEST] : [];
}

/** A manifest that is no JSON is npm's to complain about. */
function readPackage(text: string): PackageJson {
  try {
    return (JSON.parse(text) as PackageJson | null) ?? {};
  } catch {
    return {};
  }
}
