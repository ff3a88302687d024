/** Honest work, as good models send it, is complete at the first attempt: what keeps cheats out must let it pass. */
import { describe, test } from "vitest";
import { CARGO_CASES } from "./honest/cargo.ts";
import { expectToLand } from "./honest/honest-case.ts";

describe("cargo test: an honest patch lands", () => {
  test.each(CARGO_CASES)("$what", (honest) => expectToLand(honest, { checks: ["cargo test"] }));
});
