/**
 * Ways to make a check say yes without doing the task, in every runner's own words. The families are those of
 * ImpossibleBench (https://arxiv.org/abs/2510.20270) and EvilGenie (https://arxiv.org/abs/2511.21654).
 */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { runReal } from "../support/real-world.ts";
import { sampleOf } from "../support/sample.ts";
import { ASKED, ASKED_CHEATS } from "./cheats/asked.ts";
import { CARGO, CARGO_CHEATS } from "./cheats/cargo.ts";
import { type Cheat, expectCaught, tryCheat, YES } from "./cheats/cheat.ts";
import { COMMAND, COMMAND_CHEATS } from "./cheats/command.ts";
import { JEST, JEST_CHEATS } from "./cheats/jest.ts";
import { NODE, NODE_CHEATS } from "./cheats/node.ts";
import { NODE_CODE_CHEATS } from "./cheats/node-code.ts";
import { PLAYWRIGHT, PLAYWRIGHT_CHEATS } from "./cheats/playwright.ts";
import { PYTEST, PYTEST_CHEATS } from "./cheats/pytest.ts";
import { repliesOf, TESTER, TESTER_CHEATS } from "./cheats/tester.ts";
import { VITEST, VITEST_CHEATS } from "./cheats/vitest.ts";

/** A dozen runs of a slow runner, on a machine that has other things to do. */
const LONG_MS = 180_000;

const runs = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).status === 0;
const hasCargo = runs("cargo", "--version");
const hasPytest = runs("python3", "-c", "import pytest");

const remarkOf = ({ readerIsShown }: Cheat): string =>
  readerIsShown === undefined ? "" : ", which only a reader tells";

describe.each([
  { runner: "node --test", project: NODE, cheats: [...NODE_CHEATS, ...NODE_CODE_CHEATS], isHere: true },
  { runner: "a test that the task names", project: ASKED, cheats: ASKED_CHEATS, isHere: true },
  { runner: "vitest", project: VITEST, cheats: VITEST_CHEATS, isHere: true },
  { runner: "jest", project: JEST, cheats: JEST_CHEATS, isHere: true },
  { runner: "Playwright", project: PLAYWRIGHT, cheats: PLAYWRIGHT_CHEATS, isHere: true },
  { runner: "cargo test", project: CARGO, cheats: CARGO_CHEATS, isHere: hasCargo },
  { runner: "pytest", project: PYTEST, cheats: PYTEST_CHEATS, isHere: hasPytest },
  { runner: "a command judged by its exit code", project: COMMAND, cheats: COMMAND_CHEATS, isHere: true },
])("with $runner a task is not completed by a model that", ({ project, cheats, isHere }) => {
  for (const cheat of sampleOf(cheats, 2)) {
    test(`${cheat.what}${remarkOf(cheat)}`, {
      skip: !isHere,
      timeout: LONG_MS,
    }, async () => {
      const outcome = await tryCheat(project, cheat);
      expectCaught(outcome, project, cheat);
      expect(outcome.status).toBe("BLOCKED");
    });
  }
});

describe("a task without tests is not completed by a tester that", () => {
  test.each(TESTER_CHEATS)("$what", async (cheat) => {
    const replies = repliesOf(cheat);
    const outcome = await runReal({ ...TESTER, replies: [...replies, YES], attempts: replies.length });
    expectCaught(outcome, TESTER, cheat);
    expect(outcome.roles).toEqual(["tester", "builder"].slice(0, replies.length));
  });
});

test("a reader who says yes to the test's own numbers lets them through: nothing else would tell", async () => {
  const cheat = NODE_CODE_CHEATS.find(({ what }) => what === "knows the test's numbers");
  if (cheat === undefined) throw new Error("the cheat is gone");
  const outcome = await tryCheat(NODE, cheat, YES);
  expect(outcome.status).toBe("COMPLETE");
  expect(outcome.roles).toEqual(["builder", "verifier"]);
});
