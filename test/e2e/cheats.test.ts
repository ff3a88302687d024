/** Ways to make a check say yes without doing the task, in every runner's own words. */
import { describe, expect, test } from "vitest";
import { ASKED, ASKED_CHEATS } from "./cheats/asked.ts";
import { CARGO, CARGO_CHEATS } from "./cheats/cargo.ts";
import { expectCaught, tryCheat } from "./cheats/cheat.ts";
import { COMMAND, COMMAND_CHEATS } from "./cheats/command.ts";
import { JEST, JEST_CHEATS } from "./cheats/jest.ts";
import { NODE, NODE_CHEATS } from "./cheats/node.ts";
import { PLAYWRIGHT, PLAYWRIGHT_CHEATS } from "./cheats/playwright.ts";
import { PYTEST, PYTEST_CHEATS } from "./cheats/pytest.ts";
import { VITEST, VITEST_CHEATS } from "./cheats/vitest.ts";

describe.each([
  { runner: "node --test", project: NODE, cheats: NODE_CHEATS },
  { runner: "a test that the task names", project: ASKED, cheats: ASKED_CHEATS },
  { runner: "vitest", project: VITEST, cheats: VITEST_CHEATS },
  { runner: "jest", project: JEST, cheats: JEST_CHEATS },
  { runner: "Playwright", project: PLAYWRIGHT, cheats: PLAYWRIGHT_CHEATS },
  { runner: "cargo test", project: CARGO, cheats: CARGO_CHEATS },
  { runner: "pytest", project: PYTEST, cheats: PYTEST_CHEATS },
  { runner: "a command judged by its exit code", project: COMMAND, cheats: COMMAND_CHEATS },
])("with $runner a task is not completed by a model that", ({ project, cheats }) => {
  test.each(cheats)("$what", async (cheat) => {
    expectCaught(await tryCheat(project, cheat), project, cheat);
  });
});
