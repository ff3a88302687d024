/** Ways to make a check say yes without doing the task, in every runner's own words. */
import { describe, expect, test } from "vitest";
import { expectCaught, tryCheat } from "./cheats/cheat.ts";
import { NODE, NODE_CHEATS } from "./cheats/node.ts";

describe.each([{ runner: "node --test", project: NODE, cheats: NODE_CHEATS }])(
  "with $runner a task is not completed by a model that",
  ({ project, cheats }) => {
    test.each(cheats)("$what", async (cheat) => {
      expectCaught(await tryCheat(project, cheat), project, cheat);
    });
  },
);
