import type { Honest } from "./honest-case.ts";

const MANIFEST = '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n';
const CRATE = { "Cargo.toml": MANIFEST, ".gitignore": "target/\nCargo.lock\n" };

const UNIT = `
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds() {
        assert_eq!(add(2, 3), 5);
    }
}
`;
const double = (body: string): string => `
pub fn double(a: i64) -> i64 {
    ${body}
}
`;
const ADD = "pub fn add(a: i64, b: i64) -> i64 {\n    a + b\n}\n";

/** A unit test that is red, beside the code that it judges. */
const UNIT_RED = `
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles() {
        assert_eq!(double(4), 8);
    }
}
`;

export const CARGO_CASES: readonly Honest[] = [
  {
    what: "code above unit tests that stay, for a test in tests/",
    files: {
      ...CRATE,
      "src/lib.rs": ADD + double("a") + UNIT,
      "tests/double.rs": "#[test]\nfn doubles() {\n    assert_eq!(shop::double(4), 8);\n}\n",
    },
    task: "Doubling gives the number itself.\n",
    code: { "src/lib.rs": ADD + double("a * 2") + UNIT },
  },
  {
    what: "code above the unit test that is red, in the same file",
    files: { ...CRATE, "src/lib.rs": double("a") + UNIT_RED },
    task: "Doubling gives the number itself.\n",
    code: { "src/lib.rs": double("a * 2") + UNIT_RED },
  },
  {
    what: "code above the unit test that is red, in a file that the task names",
    files: { ...CRATE, "src/lib.rs": double("a") + UNIT_RED },
    task: "Doubling gives the number itself.\n\n## Files to Create/Modify\n- [ ] src/lib.rs (MODIFY)\n",
    code: { "src/lib.rs": double("a * 2") + UNIT_RED },
  },
  {
    what: "a function for the tester's test, which did not compile without it",
    files: { ...CRATE, "src/lib.rs": ADD + UNIT },
    task: "Add `triple`.\n\n## Files to Create/Modify\n- [ ] src/lib.rs (MODIFY)\n- [ ] tests/new.rs (CREATE)\n",
    tests: { "tests/new.rs": "use shop::triple;\n\n#[test]\nfn triples() {\n    assert_eq!(triple(3), 9);\n}\n" },
    code: { "src/lib.rs": `${ADD}\npub fn triple(a: i64) -> i64 {\n    a * 3\n}\n${UNIT}` },
  },
];
