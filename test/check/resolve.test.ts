import { expect, test } from "vitest";
import { type CommandLine, parseCommandLine } from "../../src/check/command-line.ts";
import { directCommand } from "../../src/check/resolve.ts";

const SCRIPTS: Readonly<Record<string, string>> = {
  test: "node --test",
  unit: "NODE_ENV=test vitest run",
  again: "npm run unit -- --bail 1",
  crossed: "cross-env TZ=UTC A=b vitest run",
  chained: "tsc && vitest run",
  guarded: "vitest run",
  preguarded: "tsc",
  circle: "npm run circle",
};

function resolved(command: string, folder = ""): string {
  const line = parseCommandLine(command);
  if (line.kind !== "command") throw new Error(line.why);
  const { words, env, folder: where } = directCommand(line, () => ({ folder, scripts: SCRIPTS }));
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return [...(where === "" ? [] : [`cd ${where} &&`]), ...variables, ...words.map((word) => word.text)].join(" ");
}

test.each([
  ["npm test", "node --test"],
  ["npm t", "node --test"],
  ["npm run test", "node --test"],
  ["npm --silent run test", "node --test"],
  ["npm test -- --test-name-pattern add", "node --test --test-name-pattern add"],
  ["npm run unit src/a", "NODE_ENV=test vitest run src/a"],
  ["npm run again", "NODE_ENV=test vitest run --bail 1"],
  ["npm run crossed", "TZ=UTC A=b vitest run"],
  ["pnpm test", "node --test"],
  ["pnpm unit --bail 1", "NODE_ENV=test vitest run --bail 1"],
  ["yarn test", "node --test"],
  ["yarn unit", "NODE_ENV=test vitest run"],
  ["yarn run unit", "NODE_ENV=test vitest run"],
  ["npx vitest run", "vitest run"],
  ["npx --no-install vitest", "vitest"],
  ["npm exec -- vitest run", "vitest run"],
  ["pnpm exec vitest", "vitest"],
  ["yarn vitest run", "vitest run"],
  ["CI=yes npm run unit", "CI=yes NODE_ENV=test vitest run"],
])("`%s` is `%s`", (command, direct) => {
  expect(resolved(command)).toBe(direct);
});

test.each([
  ["npm run missing", "a script that is not there"],
  ["npm run chained", "a script that only a shell can run"],
  ["npm run guarded", "a script with another one before it"],
  ["npm test --workspace a", "an option for npm itself"],
  ["npm install", "no script at all"],
  ["npm", "no script at all"],
  ["npx --version", "no program of the project"],
  ["make test", "no package manager"],
  ["bun test", "bun's own runner"],
])("`%s` stays as it is: %s", (command) => {
  expect(resolved(command)).toBe(command);
});

test("scripts that name each other in a circle end", () => {
  expect(resolved("npm run circle")).toBe("npm run circle");
});

test("a script runs where its package.json is", () => {
  expect(resolved("cd packages/a/src && npm test", "packages/a")).toBe("cd packages/a && node --test");
});

test("a glob of the script stays a glob", () => {
  const line = parseCommandLine("npm test") as CommandLine;
  const { words } = directCommand(line, () => ({ folder: "", scripts: { test: "node --test test/*.js" } }));
  expect(words.map((word) => word.isGlob)).toEqual([false, false, true]);
});
