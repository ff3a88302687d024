/**
 * Which files judge the work and may therefore not be changed by it: tests, what tests compare with, what tells a
 * runner how to run them, and what starts the runner elsewhere. Pure, by path; one table. Manifests, which mix such
 * settings with ordinary ones, are looked into by manifest.ts.
 */

type Frozen = readonly [pattern: RegExp, reason: string];

const TEST_FILES: readonly Frozen[] = [
  [/(?:^|\/)(?:tests?|__tests?__|specs?|__specs__|e2e|cypress)\//i, "it belongs to the tests"],
  [/[._-](?:test|spec|cy|e2e)\.(?!(?:json|ya?ml|toml|mdx?|txt|html?|s?css|svg)$)[a-z]+$/i, "it is a test file"],
  [/(?:^|\/)test_[^/]*\.py$|_tests?\.(?:go|py|rs|rb|exs|dart|c|cc|cpp|php)$|_spec\.rb$/, "it is a test file"],
  [
    /(?:^|\/)[^/]+Tests?\.(?:java|kt|cs|swift|php|scala|groovy)$|(?:^|\/)tests?\.(?:rs|[cm]?[jt]sx?|py)$/,
    "it is a test file",
  ],
];

const TEST_DATA: readonly Frozen[] = [
  [/(?:^|\/)__(?:snapshots|mocks|fixtures|image_snapshots)__\/|\.snap(?:\.[a-z]+)?$/, "tests compare with it"],
  [/(?:^|\/)(?:testdata|fixtures)\//, "tests read it"],
];

const RUNNER_CONFIGS: readonly Frozen[] = [
  [/(?:^|\/)vitest\.(?:config|workspace|setup|shared)(?:\.[\w-]+)*\.[cm]?[jt]s$/, "it configures vitest"],
  [/(?:^|\/)vite\.config\.[cm]?[jt]s$/, "vitest reads its settings from it"],
  [/(?:^|\/)jest(?:\.[\w-]+)*\.(?:[cm]?[jt]s|json)$/, "it configures jest"],
  [/(?:^|\/)playwright(?:-ct)?\.config\.[cm]?[jt]s$/, "it configures Playwright"],
  [/(?:^|\/)cypress\.(?:config\.[cm]?[jt]s|json)$/, "it configures Cypress"],
  [/(?:^|\/)\.mocharc(?:\.\w+)?$|(?:^|\/)(?:karma|wdio)\.conf\.[cm]?[jt]s$/, "it configures the test runner"],
  [/(?:^|\/)(?:ava\.config\.[cm]?js|\.(?:nycrc|c8rc|taprc)(?:\.\w+)?)$/, "it configures the test runner"],
  [/(?:^|\/)(?:pytest\.ini|\.?pytest\.toml|tox\.ini|noxfile\.py|conftest\.py|\.coveragerc)$/, "it configures pytest"],
  [/(?:^|\/)(?:\.cargo\/config(?:\.toml)?|\.config\/nextest\.toml|nextest\.toml)$/, "it configures cargo"],
  [/(?:^|\/)(?:phpunit\.xml(?:\.dist)?|\.rspec|\.mvn\/.*)$/, "it configures the test runner"],
  [/(?:^|\/)(?:GNU)?[Mm]akefile$|(?:^|\/)\.?[Jj]ustfile$|(?:^|\/)Taskfile\.ya?ml$/, "checks are started through it"],
  [/(?:^|\/)(?:\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.cjs|pnpm-workspace\.yaml)$/, "it configures how scripts are run"],
];

const CI_FILES: readonly Frozen[] = [
  [/^\.github\/(?:workflows|actions)\//, "it configures continuous integration"],
  [/^\.(?:circleci|buildkite|woodpecker|ci|gitlab)\//, "it configures continuous integration"],
  [
    /^(?:\.gitlab-ci|\.travis|\.drone|\.woodpecker|\.?appveyor|azure-pipelines|bitbucket-pipelines)\.ya?ml$|^Jenkinsfile$/,
    "it configures continuous integration",
  ],
];

const FROZEN: readonly Frozen[] = [...TEST_FILES, ...TEST_DATA, ...RUNNER_CONFIGS, ...CI_FILES];

const find = (table: readonly Frozen[], path: string): Frozen | undefined =>
  table.find(([pattern]) => pattern.test(path));

/** A test, or a helper among the tests. Paths are relative to the repository's root, with `/`. */
export const isTestFile = (path: string): boolean => find(TEST_FILES, path) !== undefined;

const NO_TESTS =
  /(?:^|\/)(?:fixtures?|testdata|__(?:fixtures|mocks|snapshots)__|support|helpers?)\/|\.(?:snap|json|ya?ml|toml|mdx?|txt|csv|html?)$/i;

/** A test file in which tests may be expected: neither a helper nor what tests read. */
export const mayHoldTests = (path: string): boolean => isTestFile(path) && !NO_TESTS.test(path);

/** A file that tells a test runner or continuous integration what to run and how. */
export const isRunnerConfig = (path: string): boolean => find([...RUNNER_CONFIGS, ...CI_FILES], path) !== undefined;

/** Why work on a task may not change this file, as the end of a sentence; undefined = it may. */
export const frozenReason = (path: string): string | undefined => find(FROZEN, path)?.[1];
