import { describe, expect, test } from "vitest";
import { type RouteRequest, routeTask } from "../../src/model/route.ts";

const TIERS = ["TIER1", "TIER2", "TIER3"];
const file = (path: string) => ({ path, action: "modify" as const });

function route(task: Partial<RouteRequest["task"]>, more: Partial<RouteRequest> = {}) {
  return routeTask({
    task: { priority: "P1", files: [], ...task },
    linesOf: () => 10,
    tiers: TIERS,
    defaultTier: undefined,
    forced: undefined,
    ...more,
  });
}

describe("a person's word decides", () => {
  test("first that of the call, then the task's tier, its complexity, the repository's default", () => {
    const all = { task: { tier: "TIER2", complexity: "complex" as const }, more: { defaultTier: "TIER3" } };
    expect(route(all.task, { ...all.more, forced: "TIER1" })).toEqual({ tier: "TIER1", why: "named in the call" });
    expect(route(all.task, all.more)).toEqual({ tier: "TIER2", why: "the task names it" });
    expect(route({ complexity: "complex" }, all.more)).toEqual({ tier: "TIER1", why: "complexity complex" });
    expect(route({}, all.more)).toEqual({ tier: "TIER3", why: "default_tier in ralph.yaml" });
  });

  test("whatever the case of a tier's name", () => {
    expect(route({ tier: "tier2" }).tier).toBe("TIER2");
  });

  test("a tier that is not there is noted, and the next thing said decides", () => {
    expect(route({ tier: "TIER9", complexity: "simple" })).toMatchObject({
      tier: "TIER3",
      note: "asks for TIER9, which ralph.yaml does not have",
    });
  });
});

describe("complexities are spread over the tiers that there are", () => {
  test.each([
    [["A"], ["A", "A", "A"]],
    [
      ["A", "B"],
      ["A", "B", "B"],
    ],
    [TIERS, ["TIER1", "TIER2", "TIER3"]],
    [
      ["A", "B", "C", "D"],
      ["A", "C", "D"],
    ],
  ])("of %j", (tiers, expected) => {
    const chosen = (["complex", "medium", "simple"] as const).map(
      (complexity) => route({ complexity }, { tiers }).tier,
    );
    expect(chosen).toEqual(expected);
  });
});

describe("a task of which nothing is said is measured", () => {
  const files = (count: number) => Array.from({ length: count }, (_, at) => file(`src/f${at}.js`));

  test.each([
    ["one small file", { files: files(1) }, 20, "TIER3"],
    ["an urgent small task", { files: files(1), priority: "P0" as const }, 20, "TIER3"],
    ["four files of 300 lines", { files: files(4) }, 300, "TIER2"],
    ["eight long files", { files: files(8) }, 500, "TIER1"],
    ["no file at all", {}, 0, "TIER3"],
  ])("%s goes where it belongs, and the reason holds the numbers", (_, task, lines, tier) => {
    const chosen = route(task, { linesOf: () => lines });
    expect(chosen.tier).toBe(tier);
    expect(chosen.why).toMatch(/^measured as (simple|medium|complex): \d+ files?, \d+ lines?, \d+ languages?, P\d$/);
  });
});
