import type { Honest } from "./honest-case.ts";

const MANIFEST = '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n';
const CRATE = { "Cargo.toml": MANIFEST, ".gitignore": "target/\nCargo.lock\n" };

const unitTest = (name: string): string => `
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds() {
        assert_eq!(${name}(2, 3), 5);
    }
}
`;
const UNIT = unitTest("add");
const documented = (name: string): string =>
  `/// Adds.\n///\n/// \`\`\`\n/// assert_eq!(shop::${name}(1, 1), 2);\n/// \`\`\`\npub fn ${name}(a: i64, b: i64) -> i64 {\n    a + b\n}\n`;
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
  {
    what: "a function is renamed together with its unit test and its example, in a file that the task names",
    files: {
      ...CRATE,
      "src/lib.rs": documented("add") + unitTest("add"),
      "tests/renamed.rs": "#[test]\nfn adds() {\n    assert_eq!(shop::sum(2, 3), 5);\n}\n",
    },
    task: "Rename `add` to `sum`.\n\n## Files to Create/Modify\n- [ ] src/lib.rs (MODIFY)\n- [ ] tests/renamed.rs (MODIFY)\n",
    code: { "src/lib.rs": documented("sum") + unitTest("sum") },
    isRead: true,
  },
  {
    what: "a PartialEq that compares fields, in a module called latest, and a feature in Cargo.toml",
    files: {
      ...CRATE,
      "src/lib.rs": "pub mod latest;\n",
      "src/latest.rs": "pub struct Version(pub u32, pub String);\n",
      "tests/version.rs":
        'use shop::latest::Version;\n\n#[test]\nfn labels_do_not_count() {\n    assert!(Version(1, "a".into()) == Version(1, "b".into()));\n    assert!(Version(1, "a".into()) != Version(2, "a".into()));\n}\n',
    },
    task: "Versions are equal when their numbers are.\n\n## Files to Create/Modify\n- [ ] src/latest.rs (MODIFY)\n- [ ] Cargo.toml (MODIFY)\n",
    code: {
      "Cargo.toml": `${MANIFEST}\n[features]\nlatest = []\n`,
      "src/latest.rs":
        "pub struct Version(pub u32, pub String);\n\nimpl PartialEq for Version {\n    fn eq(&self, other: &Self) -> bool {\n        self.0 == other.0\n    }\n}\n",
    },
  },
];
