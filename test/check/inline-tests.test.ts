import { describe, expect, test } from "vitest";
import { inlineTests, keepsInlineTests } from "../../src/check/inline-tests.ts";

const RUST = `//! Sums.
//!
//! \`\`\`
//! assert_eq!(sum::add(1, 2), 3);
//! \`\`\`

/// Adds "}" to nothing.
pub fn add(a: i32, b: i32) -> i32 {
    a - b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds() {
        assert_eq!(add(1, 2), 3, "}}");
    }
}
`;

const keeps = (after: string, before = RUST, path = "src/lib.rs") => keepsInlineTests(path, before, after);

test("modules of tests and examples are found as they are written", () => {
  const tests = inlineTests("src/lib.rs", RUST);
  expect(tests).toEqual([RUST.slice(RUST.indexOf("#[cfg"), -1), "```\nassert_eq!(sum::add(1, 2), 3);"]);
  expect(inlineTests("src/a.js", "export const a = 1;\nif (import.meta.vitest) {\n  it('x', () => {});\n}\n")).toEqual([
    "if (import.meta.vitest) {\n  it('x', () => {});\n}",
  ]);
  expect(inlineTests("src/lib.rs", "pub fn add() {}\n")).toEqual([]);
  expect(inlineTests("a.py", RUST)).toEqual([]);
});

describe("the tests within the code stay", () => {
  test.each([
    ["when the code changes", RUST.replace("a - b", "a + b")],
    ["when code comes before and after them", `use std::fmt;\n${RUST}pub fn more() {}\n`],
    ["when a test is added", RUST.replace('"}}");\n    }\n', '"}}");\n    }\n\n    #[test]\n    fn more() {}\n')],
    ["when an example is added", RUST.replace("/// Adds", "/// ```\n/// let x = 1;\n/// ```\n/// Adds")],
    ["when the prose around an example changes", RUST.replace("//! Sums.", "//! Sums of two numbers.")],
  ])("%s", (_, after) => {
    expect(keeps(after)).toBe(true);
  });

  test.each([
    ["an assertion is changed", RUST.replace("add(1, 2), 3, ", "add(1, 2), -1, ")],
    ["a test is taken out", RUST.replace("    #[test]\n", "")],
    ["the module is taken out", RUST.slice(0, RUST.indexOf("#[cfg"))],
    ["the module is commented out", RUST.replace("#[cfg", "/*\n#[cfg").concat("*/\n")],
    ["the module is only built elsewhere", RUST.replace("#[cfg(test)]", '#[cfg(all(test, target_os = "none"))]')],
    ["an example is changed", RUST.replace("add(1, 2), 3);\n//! ```", "add(1, 2), -1);\n//! ```")],
    ["an example is not run any more", RUST.replace("//! ```\n//! assert", "//! ```ignore\n//! assert")],
    ["the file is gone", ""],
  ])("and are missed when %s", (_, after) => {
    expect(keeps(after)).toBe(false);
  });
});
