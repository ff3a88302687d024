import { describe, expect, test } from "vitest";
import { weakenings } from "../../src/check/weakening/weakening.ts";

type Honest = readonly [title: string, before: string | undefined, after: string | undefined];
/** The last is a part of what is said about it. */
type Weak = readonly [...Honest, says: string];

const saysOf = (path: string, before: string | undefined, after: string | undefined): string =>
  weakenings(path, before, after)
    .map(({ what }) => what)
    .join("\n");

const passes = (path: string, cases: readonly Honest[]): void => {
  test.each(cases)("%s is as strong as before", (_, before, after) => {
    expect(saysOf(path, before, after)).toBe("");
  });
};
const fails = (path: string, cases: readonly Weak[]): void => {
  test.each(cases)("%s is weaker", (_, before, after, says) => {
    expect(saysOf(path, before, after)).toContain(says);
  });
};

/** A change of one part of a text that has it once. */
const swap = (text: string, part: string, by: string): [string, string] => {
  expect(text.split(part)).toHaveLength(2);
  return [text, text.replace(part, () => by)];
};

describe("JavaScript and TypeScript", () => {
  const SUM = `import { expect, test } from "vitest";
import { sum } from "../src/sum.ts";

describe("sum", () => {
  test("adds", () => {
    expect(sum(1, 2)).toBe(3);
    expect(sum(0.1, 0.2)).toBeCloseTo(0.3, 10);
  });

  it("skips blank lines", async () => {
    const lines = await read({ skip: 1, timeout: 9000, retries: 3 });
    expect(lines).toEqual(["a", "b"]);
  });
});
`;
  const NODE = `import assert from "node:assert/strict";
import { test } from "node:test";

test("adds", (t) => {
  assert.strictEqual(sum(1, 2), 3);
  assert.ok(sum(2, 2) === 4);
});
`;
  const added = (text: string): [string, string] => [SUM, SUM + text];

  passes("test/sum.test.ts", [
    ["a file as it was", SUM, SUM],
    ["a new file", undefined, SUM],
    ["an added test", ...added(`test("more", () => { expect(sum(2, 2)).toBe(4); });\n`)],
    ["an added assertion", ...swap(SUM, "toBe(3);", "toBe(3);\n    expect(sum(2, 2)).toBe(4);")],
    ["a renamed test", ...swap(SUM, `"adds"`, `"adds two numbers"`)],
    ["another expected value", ...swap(SUM, "toBe(3)", "toBe(4)")],
    ["another parameter", ...swap(SUM, "sum(1, 2)", "sum(1, 2, options)")],
    ["a stronger assertion", ...swap(SUM, "toEqual([", "toStrictEqual([")],
    ["other quotes and layout", SUM, SUM.replaceAll('"', "'").replaceAll("  ", "\t").replaceAll(";", "")],
    ["lines that end otherwise", SUM, SUM.replaceAll("\n", "\r\n")],
    ["a comment about test.skip and it.only", ...added(`// no test.skip("x") here\n/* it.only( */\n`)],
    ["a title about skipping", ...added(`test("it.skip( is kept", () => { expect(f("test.only(")).toBe(1); });\n`)],
    ["a template with code in it", ...added("test(`is ${a ? `x.skip(` : '}'}`, () => { expect(a).toBe(1); });\n")],
    ["a pattern with quotes in it", ...swap(SUM, "const lines", `const quote = /["'\`]/g;\n    const lines`)],
    [
      "a variable called only",
      ...swap(SUM, "const lines", "const only = items.only; const skip = list.skip(2);\n    const lines"),
    ],
    [
      "timeouts of the product",
      ...swap(SUM, "const lines", "await fetch(url, { timeout: 60000, retries: 5 });\n    const lines"),
    ],
    [
      "process.exit behind a spy",
      ...swap(SUM, "const lines", `vi.spyOn(process, "exit").mockImplementation(stop);\n    const lines`),
    ],
    [
      "process.exit in a program that is started",
      ...swap(SUM, "const lines", "await run(`process.exit(1)`);\n    const lines"),
    ],
    [
      "a failure that is thrown on",
      ...swap(
        SUM,
        "expect(sum(1, 2)).toBe(3);",
        "try { expect(sum(1, 2)).toBe(3); } catch (error) { log(error); throw error; }",
      ),
    ],
    [
      "a failure that is judged",
      ...swap(
        SUM,
        "expect(sum(1, 2)).toBe(3);",
        "expect(sum(1, 2)).toBe(3);\n    try { check(sum()); expect.fail(); } catch (error) { expect(error.code).toBe(1); }",
      ),
    ],
    [
      "a failure that is judged later",
      ...swap(
        SUM,
        "expect(sum(1, 2)).toBe(3);",
        "expect(sum(1, 2)).toBe(3);\n    let seen;\n    try { assertWide(); } catch (error) { seen = error; }\n    expect(seen).toBeInstanceOf(Error);",
      ),
    ],
    [
      "a clean-up that may fail",
      ...swap(SUM, "expect(lines)", "await server.close().catch(() => {});\n    expect(lines)"),
    ],
    ["a try without assertions", ...swap(SUM, "expect(lines)", "try { rm(folder); } catch {}\n    expect(lines)")],
    ["expect.assertions", ...swap(SUM, `"adds", () => {`, `"adds", () => {\n    expect.assertions(2);`)],
    [
      "a mark for what must not be reached",
      ...swap(SUM, "expect(lines)", "if (!lines) expect(true).toBe(false);\n    expect(lines)"),
    ],
    ["a result that is the same twice", ...added(`test("is stable", () => { expect(hash("a")).toBe(hash("a")); });\n`)],
    [
      "a test in another group",
      SUM,
      SUM.replace(/^ {2}it\([^]*?^ {2}\}\);\n/m, "") +
        `describe("lines", () => {\n${/^ {2}it\([^]*?^ {2}\}\);\n/m.exec(SUM)?.[0]}});\n`,
    ],
    [
      "a test within a group that is skipped already",
      "describe.skip('a', () => { test('b', f); });",
      "describe.skip('a', () => {\n  test('b', f);\n  test('c', g);\n});",
    ],
    [
      "a skipped test with another name",
      `test.skip("a", () => { expect(a).toBe(1); });`,
      `test.skip("the first", () => { expect(a).toBe(1); });`,
    ],
    [
      "a skipped test that runs again",
      `test.skip("a", () => { expect(a).toBe(1); });`,
      `test("a", () => { expect(a).toBe(1); });`,
    ],
    [
      "a slow new test with its own timeout",
      ...added(`test("all", { timeout: 60_000 }, () => { expect(all()).toBe(1); });\n`),
    ],
    [
      "a shorter timeout",
      `test("a", () => { expect(a).toBe(1); }, 9000);`,
      `test("a", () => { expect(a).toBe(1); }, 900);`,
    ],
    ["a narrower tolerance", ...swap(SUM, "0.3, 10", "0.3, 12")],
    [
      "a switch of the assertion library",
      NODE,
      NODE.replace("assert.strictEqual(sum(1, 2), 3)", "expect(sum(1, 2)).toBe(3)").replace(
        "assert.ok(sum(2, 2) === 4)",
        "expect(sum(2, 2)).toBe(4)",
      ),
    ],
    ["an option that says not to skip", ...swap(NODE, `"adds", `, `"adds", { skip: false }, `)],
    [
      "tests that move into a table",
      `test("1", () => { expect(f(1)).toBe(1); });\ntest("2", () => { expect(f(2)).toBe(2); });`,
      `test.each([\n  [1, 1],\n  [2, 2],\n])("%i", (a, b) => { expect(f(a)).toBe(b); });`,
    ],
    [
      "a table with a name",
      `test.each([[1, 1], [2, 2]])("%i", (a, b) => { expect(f(a)).toBe(b); });`,
      `const ROWS: readonly [number, number][] = [[1, 1], [2, 2]];\ntest.each<[number, number]>(ROWS)("%i", (a, b) => { expect(f(a)).toBe(b); });`,
    ],
    [
      "a table that a function completes",
      `test.each([[1, 1], [2, 2]])("%i", (a, b) => { expect(f(a)).toBe(b); });`,
      `test.each(rows([[1], [2]]))("%i", (a, b) => { expect(f(a)).toBe(b); });`,
    ],
    [
      "a longer table of the other kind",
      "test.each`\n  a | b\n  ${1} | ${1}\n`('x', ({ a, b }) => { expect(f(a)).toBe(b); });",
      "test.each`\n  a | b\n  ${1} | ${1}\n  ${2} | ${2}\n`('x', ({ a, b }) => { expect(f(a)).toBe(b); });",
    ],
    [
      "assertions that move into a helper",
      `test("1", () => { expect(f(1).a).toBe(1); expect(f(1).b).toBe(1); });\ntest("2", () => { expect(f(2).a).toBe(2); expect(f(2).b).toBe(2); });`,
      `const holds = (n: number): void => {\n  expect(f(n).a).toBe(n);\n  expect(f(n).b).toBe(n);\n};\ntest("1", () => { holds(1); });\ntest("2", () => { holds(2); });`,
    ],
    [
      "a helper that is written out",
      `function holds(n) { expect(f(n)).toBe(n); }\ntest("1", () => { holds(1); holds(2); });`,
      `test("1", () => { expect(f(1)).toBe(1); expect(f(2)).toBe(2); });`,
    ],
    [
      "a suite that others call",
      `export function suite(make) { test("a", () => { expect(make()).toBe(1); }); }`,
      `export function suite(make, name) { test(name, () => { expect(make()).toBe(1); }); }`,
    ],
    ["a promise that is returned", ...swap(NODE, "assert.strictEqual", "await load();\n  assert.strictEqual")],
    [
      "a return in a callback",
      ...swap(
        SUM,
        "expect(lines)",
        "items.forEach((item) => { if (item) { return; } use(item); });\n    expect(lines)",
      ),
    ],
    [
      "a guard for the types",
      ...swap(SUM, "expect(lines)", "expect(lines.ok).toBe(true);\n    if (!lines.ok) return;\n    expect(lines)"),
    ],
    [
      "a small runner of its own in a new file",
      undefined,
      `function assert(ok, why) { if (!ok) throw new Error(why); }\nassert(sum(1, 2) === 3, "adds");\n`,
    ],
    ["a deleted helper without assertions", "export const wait = () => 1;\n", undefined],
  ]);

  fails("test/sum.test.ts", [
    ["a deleted file", SUM, undefined, "deleted, with 3 tests"],
    [
      "a test that is gone",
      SUM,
      SUM.replace(/^ {2}it\([^]*?^ {2}\}\);\n/m, ""),
      "runs 1 test instead of 2; the one of line 10 is gone",
    ],
    [
      "a test that is a comment",
      SUM,
      SUM.replace(/^ {2}it\([^]*?^ {2}\}\);\n/m, (it) => it.replaceAll(/^/gm, "// ")),
      "runs 1 test instead of 2",
    ],
    [
      "a test in a string",
      SUM,
      SUM.replace(/^ {2}it\([^]*?^ {2}\}\);\n/m, (it) => `const old = \`${it}\`;`),
      "runs 1 test",
    ],
    [
      "an assertion that is gone",
      ...swap(SUM, "    expect(sum(1, 2)).toBe(3);\n", ""),
      "makes 2 assertions instead of 3; see the test at line 5",
    ],
    ["an assertion that is a comment", ...swap(SUM, "expect(sum(1", "// expect(sum(1"), "makes 2 assertions"],
    [
      "assertions in a function nobody calls",
      ...swap(SUM, "expect(lines).toEqual", "const later = () => expect(lines).toEqual"),
      "makes 2 assertions",
    ],
    [
      "a test whose assertion went elsewhere",
      SUM,
      `${SUM.replace(`    expect(lines).toEqual(["a", "b"]);\n`, "")}test("more", () => { expect(sum(0, 0)).toBe(0); });\n`,
      "the test at line 10 asserts nothing any more",
    ],
    ["test.skip", ...swap(SUM, `test("adds"`, `test.skip("adds"`), "`test.skip` at line 5 leaves a test out"],
    ["it.only", ...swap(SUM, "it(", "it.only("), "`it.only` at line 10"],
    ["describe.skip", ...swap(SUM, "describe(", "describe.skip("), "`describe.skip` at line 4"],
    ["it.todo", ...added(`it.todo("more");\n`), "`it.todo` at line 15"],
    ["test.concurrent.skip", ...swap(SUM, `test("adds"`, `test.concurrent.skip("adds"`), "leaves a test out"],
    ["test.fixme", ...swap(SUM, `test("adds"`, `test.fixme("adds"`), "`test.fixme`"],
    ["test.fails", ...swap(SUM, `test("adds"`, `test.fails("adds"`), "takes a failure for a success"],
    ["xit", ...swap(SUM, "it(", "xit("), "`xit`"],
    ["xdescribe", ...swap(SUM, "describe(", "xdescribe("), "`xdescribe`"],
    ["fdescribe", ...swap(SUM, "describe(", "fdescribe("), "`fdescribe`"],
    ["fit", ...swap(SUM, "it(", "fit("), "`fit`"],
    ["pending()", ...swap(SUM, "const lines", "pending();\n    const lines"), "`pending"],
    ["skipIf", ...swap(SUM, `test("adds"`, `test.skipIf(process.env.CI)("adds"`), "`test.skipIf`"],
    ["a skip in brackets", ...swap(SUM, `test("adds"`, `test["skip"]("adds"`), "hides how the test is run"],
    [
      "a skip in the options",
      ...swap(NODE, `"adds", `, `"adds", { skip: true }, `),
      "`skip` at line 4 leaves a test out",
    ],
    ["a skip with a reason in the options", ...swap(NODE, `"adds", `, `"adds", { todo: "later" }, `), "`todo`"],
    ["t.skip()", ...swap(NODE, "assert.strictEqual", "t.skip();\n  assert.strictEqual"), "`t.skip` at line 5"],
    ["this.skip()", ...swap(SUM, "const lines", "this.skip();\n    const lines"), "`this.skip`"],
    [
      "a skip that goes from one test to another",
      `test.skip("a", () => { expect(a).toBe(1); });\ntest("b", () => { expect(b).toBe(1); });`,
      `test("a", () => { expect(a).toBe(1); });\ntest.skip("b", () => { expect(b).toBe(1); });`,
      "`test.skip` at line 2",
    ],
    ["a new file with a skip", undefined, SUM.replace("it(", "it.skip("), "`it.skip`"],
    [
      "expect(true).toBe(true)",
      ...swap(SUM, "expect(sum(1, 2)).toBe(3)", "expect(true).toBe(true)"),
      "`expect(true).toBe(true);` at line 6 holds whatever the product does",
    ],
    ["expect(1).toBeTruthy()", ...added(`test("x", () => { expect(1).toBeTruthy(); });\n`), "holds whatever"],
    ["assert.ok(true)", ...swap(NODE, "assert.ok(sum(2, 2) === 4)", "assert.ok(true)"), "holds whatever"],
    ["assert(1)", ...swap(NODE, "assert.ok(sum(2, 2) === 4)", "assert(1)"), "holds whatever"],
    ["assert.equal(1, 1)", ...swap(NODE, "assert.strictEqual(sum(1, 2), 3)", "assert.equal(1, 1)"), "holds whatever"],
    [
      "a value compared with itself",
      ...swap(SUM, 'expect(lines).toEqual(["a", "b"])', "expect(lines).toEqual(lines)"),
      "holds whatever",
    ],
    ["a call compared with itself", ...swap(SUM, "toBe(3)", "toBe(sum(1, 2))"), "demands less than before"],
    ["a condition that is always true", ...swap(NODE, "=== 4", "=== 4 || true"), "holds whatever"],
    [
      "toBeDefined for toBe",
      ...swap(SUM, "toBe(3)", "toBeDefined()"),
      "the assertion at line 6 demands less than before",
    ],
    ["toBeTruthy for toEqual", ...swap(SUM, `toEqual(["a", "b"])`, "toBeTruthy()"), "line 12 demands less"],
    [
      "not.toThrow for toBe",
      ...swap(SUM, "expect(sum(1, 2)).toBe(3)", "expect(() => sum(1, 2)).not.toThrow()"),
      "hold for nearly any value",
    ],
    ["toBeGreaterThan for toBe", ...swap(SUM, "toBe(3)", "toBeGreaterThan(0)"), "demands less"],
    ["toContain for toEqual", ...swap(SUM, `toEqual(["a", "b"])`, `toContain("a")`), "demands less"],
    ["expect.anything() for a value", ...swap(SUM, "toBe(3)", "toEqual(expect.anything())"), "demands less"],
    ["ok for strictEqual", ...swap(NODE, "assert.strictEqual(sum(1, 2), 3)", "assert.ok(sum(1, 2))"), "demands less"],
    [
      "notEqual for strictEqual",
      ...swap(NODE, "assert.strictEqual(sum(1, 2), 3)", "assert.notEqual(sum(1, 2), 4)"),
      "demands less",
    ],
    ["!== for ===", ...swap(NODE, "=== 4", "!== 5"), "demands less"],
    [
      "toThrow without what is thrown",
      `test("a", () => { expect(f).toThrow("no"); });`,
      `test("a", () => { expect(f).toThrow(); });`,
      "demands less",
    ],
    ["a wider tolerance", ...swap(SUM, "0.3, 10", "0.3, 1"), "line 7 demands less"],
    [
      "a wider tolerance by hand",
      `test("a", () => { expect(Math.abs(f() - 1)).toBeLessThan(1e-9); });`,
      `test("a", () => { expect(Math.abs(f() - 1)).toBeLessThan(10); });`,
      "demands less",
    ],
    [
      "a failure that is caught",
      ...swap(SUM, "expect(sum(1, 2)).toBe(3);", "try { expect(sum(1, 2)).toBe(3); } catch {}"),
      "`catch {` at line 6 swallows",
    ],
    [
      "a failure that is logged",
      ...swap(
        SUM,
        "expect(sum(1, 2)).toBe(3);",
        "try {\n  expect(sum(1, 2)).toBe(3);\n} catch (error) {\n  console.log(error);\n}",
      ),
      "swallows failed assertions",
    ],
    [
      "a rejection that is caught",
      ...swap(
        SUM,
        "expect(lines).toEqual",
        "await expect(load()).resolves.toBe(1).catch(() => {});\n    expect(lines).toEqual",
      ),
      "hides a failure",
    ],
    [
      "an early return",
      ...swap(SUM, "const lines", "return;\n    const lines"),
      "`return;` at line 11 ends a test before its assertions",
    ],
    [
      "a branch never taken",
      ...swap(SUM, "expect(lines)", "if (false) expect(lines)"),
      "keeps what follows from ever being run",
    ],
    [
      "a loop over nothing",
      ...swap(SUM, "expect(lines)", "for (const line of []) expect(lines)"),
      "keeps what follows",
    ],
    ["jest.setTimeout", SUM, `jest.setTimeout(600000);\n${SUM}`, "more time than before"],
    ["a timeout without end", ...swap(SUM, `"adds", `, `"adds", { timeout: 0 }, `), "more time than before"],
    [
      "a raised timeout",
      `test("a", () => { expect(a).toBe(1); }, 1000);`,
      `test("a", () => { expect(a).toBe(1); }, 60_000);`,
      "`60_000` at line 1 gives a test more time",
    ],
    ["retries in the options", ...swap(SUM, `"adds", `, `"adds", { retry: 3 }, `), "repeats a test until it passes"],
    ["this.retries", ...swap(SUM, "const lines", "this.retries(4);\n    const lines"), "repeats a test"],
    ["process.exit", ...swap(SUM, "const lines", "process.exit(0);\n    const lines"), "ends the run"],
    [
      "process.exitCode",
      ...swap(SUM, "const lines", `process.on("exit", () => { process.exitCode = 0; });\n    const lines`),
      "hides that tests failed",
    ],
    [
      "an assertion library of its own",
      SUM,
      `${SUM}const assert = { equal() {} };\n`,
      "replaces what the tests are judged by",
    ],
    ["a patched assertion", NODE, `${NODE}assert.strictEqual = () => {};\n`, "replaces what the tests are judged by"],
    [
      "a row that is gone",
      `test.each([\n  [1, 1],\n  [2, 2],\n])("%i", (a, b) => { expect(f(a)).toBe(b); });`,
      `test.each([\n  [1, 1],\n])("%i", (a, b) => { expect(f(a)).toBe(b); });`,
      "runs 1 test instead of 2",
    ],
    [
      "an inline snapshot that is emptied",
      "test('a', () => { expect(a).toMatchInlineSnapshot(`1`); });",
      "test('a', () => { expect(a).toMatchInlineSnapshot(); });",
      "compares with nothing",
    ],
  ]);
});

describe("Python", () => {
  const CART = `import pytest
from shop import cart


class TestCart:
    def test_total(self):
        """The total, with
tax."""
        assert cart.total([1, 2]) == 3
        assert cart.total([0.1]) == pytest.approx(0.1, abs=1e-9)

    def test_empty(self):
        with pytest.raises(ValueError):
            cart.total([])


@pytest.mark.parametrize("n, expected", [
    (1, 1),
    (2, 4),
])
def test_square(n, expected):
    assert cart.square(n) == expected
`;
  const UNIT = `import unittest


class CartTest(unittest.TestCase):
    def setUp(self):
        self.cart = Cart()

    def test_total(self):
        self.assertEqual(self.cart.total(), 3)
        self.assertTrue(self.cart.is_open)


if __name__ == "__main__":
    sys.exit(unittest.main())
`;

  passes("tests/test_cart.py", [
    ["a file as it was", CART, CART],
    ["a new file of unittest", undefined, UNIT],
    ["an added test", CART, `${CART}\n\ndef test_more():\n    assert cart.total([2]) == 2\n`],
    ["an added row", ...swap(CART, "    (2, 4),\n", "    (2, 4),\n    (3, 9),\n")],
    ["a renamed test", ...swap(CART, "test_empty", "test_refuses_nothing")],
    ["a changed value", ...swap(CART, "== 3", "== 4")],
    ["a word in a string", ...swap(CART, `"""The total, with`, `"""@pytest.mark.skip, assert True, with`)],
    [
      "a word in a comment",
      ...swap(CART, "assert cart.total([1, 2])", "# pytest.skip()\n        assert cart.total([1, 2])"),
    ],
    [
      "an importorskip that was there",
      `np = pytest.importorskip("numpy")\n${CART}`,
      `np = pytest.importorskip("numpy")\n${CART}\n\ndef test_a():\n    assert a == 1\n`,
    ],
    [
      "a helper",
      ...swap(
        CART,
        "assert cart.square(n) == expected",
        "check(n, expected)\n\n\ndef check(n, expected):\n    assert cart.square(n) == expected",
      ),
    ],
    [
      "an error that is asked for by name",
      ...swap(
        CART,
        "        with pytest.raises",
        "        try:\n            cart.total(None)\n        except TypeError:\n            pass\n        with pytest.raises",
      ),
    ],
    [
      "an exception that is raised on",
      ...swap(
        CART,
        "        assert cart.total([1, 2]) == 3",
        "        try:\n            assert cart.total([1, 2]) == 3\n        except Exception:\n            print('no')\n            raise",
      ),
    ],
    ["a message", ...swap(CART, "== 3", `== 3, "adds (with, tax)"`)],
    [
      "parentheses around the whole",
      ...swap(CART, "cart.total([1, 2]) == 3", "(\n            cart.total([1, 2])\n            == 3\n        )"),
    ],
    ["a variable called skip", ...swap(UNIT, "self.cart = Cart()", "self.cart = Cart(skip=1, timeout=30)")],
    ["an end by main", ...swap(UNIT, "sys.exit(unittest.main())", "sys.exit(pytest.main([__file__]))")],
  ]);

  fails("tests/test_cart.py", [
    ["a test that is not collected", ...swap(CART, "def test_empty", "def _test_empty"), "runs 3 tests instead of 4"],
    ["a row that is gone", ...swap(CART, "    (2, 4),\n", ""), "runs 3 tests instead of 4"],
    [
      "an assertion that is gone",
      ...swap(CART, "        assert cart.total([1, 2]) == 3\n", ""),
      "assertions instead of",
    ],
    [
      "mark.skip",
      ...swap(CART, "    def test_total", "    @pytest.mark.skip(reason='x')\n    def test_total"),
      "`mark.skip` at line 6 leaves a test out",
    ],
    [
      "mark.skipif",
      ...swap(CART, "    def test_total", "    @pytest.mark.skipif(True, reason='x')\n    def test_total"),
      "`mark.skipif`",
    ],
    ["mark.xfail", ...swap(CART, "    def test_total", "    @pytest.mark.xfail\n    def test_total"), "`mark.xfail`"],
    [
      "a mark for the file",
      ...swap(CART, "import pytest\n", "import pytest\npytestmark = pytest.mark.skip\n"),
      "`mark.skip`",
    ],
    [
      "pytest.skip()",
      ...swap(CART, "        with pytest", "        pytest.skip('later')\n        with pytest"),
      "`pytest.skip` at line 13",
    ],
    [
      "unittest.skip",
      ...swap(UNIT, "    def test_total", "    @unittest.skip('x')\n    def test_total"),
      "`@unittest.skip`",
    ],
    [
      "expectedFailure",
      ...swap(UNIT, "    def test_total", "    @unittest.expectedFailure\n    def test_total"),
      "expectedFailure",
    ],
    [
      "self.skipTest",
      ...swap(UNIT, "        self.assertEqual", "        self.skipTest('x')\n        self.assertEqual"),
      "`self.skipTest`",
    ],
    [
      "raise SkipTest",
      ...swap(UNIT, "        self.assertEqual", "        raise unittest.SkipTest('x')\n        self.assertEqual"),
      "`SkipTest`",
    ],
    [
      "assert True",
      ...swap(CART, "assert cart.total([1, 2]) == 3", "assert True"),
      "`assert True` at line 9 holds whatever",
    ],
    ["assert 1 == 1", ...swap(CART, "assert cart.total([1, 2]) == 3", "assert 1 == 1"), "holds whatever"],
    [
      "a pair that is always true",
      ...swap(CART, "assert cart.total([1, 2]) == 3", "assert (cart.total([1, 2]) == 3, 'adds')"),
      "holds whatever",
    ],
    ["or True", ...swap(CART, "== 3", "== 3 or True"), "holds whatever"],
    ["assertEqual(1, 1)", ...swap(UNIT, "self.cart.total(), 3", "1, 1"), "holds whatever"],
    ["is not None for ==", ...swap(CART, "== 3", "is not None"), "demands less than before"],
    ["in for ==", ...swap(CART, "== 3", "in (3, 4)"), "demands less than before"],
    [
      "assertTrue for assertEqual",
      ...swap(UNIT, "self.assertEqual(self.cart.total(), 3)", "self.assertTrue(self.cart.total())"),
      "demands less",
    ],
    ["a wider tolerance", ...swap(CART, "abs=1e-9", "abs=0.5"), "demands less"],
    ["any exception for one", ...swap(CART, "raises(ValueError)", "raises(Exception)"), "no longer name"],
    [
      "except: pass",
      ...swap(
        CART,
        "        assert cart.total([1, 2]) == 3",
        "        try:\n            assert cart.total([1, 2]) == 3\n        except:\n            pass",
      ),
      "`except` at line 11 swallows",
    ],
    [
      "except Exception",
      ...swap(
        CART,
        "        assert cart.total([1, 2]) == 3",
        "        try:\n            assert cart.total([1, 2]) == 3\n        except Exception as error:\n            print(error)",
      ),
      "swallows",
    ],
    [
      "suppress",
      ...swap(
        CART,
        "        assert cart.total([1, 2]) == 3",
        "        with contextlib.suppress(Exception):\n            assert cart.total([1, 2]) == 3",
      ),
      "swallows",
    ],
    [
      "an early return",
      ...swap(CART, "        with pytest", "        return\n        with pytest"),
      "`return` at line 13 ends a test",
    ],
    [
      "if False",
      ...swap(CART, "    assert cart.square", "    if False:\n        assert cart.square"),
      "keeps what follows",
    ],
    ["os._exit", ...swap(CART, "        with pytest", "        os._exit(0)\n        with pytest"), "ends the run"],
    ["sys.exit", ...swap(CART, "        with pytest", "        sys.exit(0)\n        with pytest"), "ends the run"],
    [
      "flaky",
      ...swap(CART, "    def test_total", "    @pytest.mark.flaky(reruns=5)\n    def test_total"),
      "repeats a test",
    ],
    [
      "a patched assertion",
      ...swap(UNIT, "class CartTest", "unittest.TestCase.assertEqual = lambda *a: None\n\n\nclass CartTest"),
      "replaces what the tests are judged by",
    ],
  ]);
});

describe("Rust", () => {
  const CART = `//! Tests of the cart.
use shop::cart;

#[test]
fn total() {
    let quote = '"';
    assert_eq!(cart::total(&[1, 2]), 3);
    assert!(cart::total(&[]) == 0, "nothing costs nothing: {}", r#"a "quote""#);
}

/// Not \`#[ignore]\`.
#[test]
#[should_panic(expected = "negative")]
fn negative<'a>() {
    cart::total(&[-1]);
}
`;

  passes("tests/cart.rs", [
    ["a file as it was", CART, CART],
    ["a new file", undefined, CART],
    ["an added test", CART, `${CART}\n#[tokio::test]\nasync fn more() {\n    assert_eq!(cart::total(&[2]), 2);\n}\n`],
    ["a renamed test", ...swap(CART, "fn total", "fn adds_prices")],
    ["a changed value", ...swap(CART, "3);", "4);")],
    ["a comment about #[ignore]", ...swap(CART, "//! Tests", "/* /* #[ignore] */ #[cfg(any())] */\n//! Tests")],
    ["an assertion with a message", ...swap(CART, "3);", `3, "adds");`)],
    [
      "a panic that is looked at",
      ...swap(CART, "let quote", "assert!(std::panic::catch_unwind(|| cart::total(&[-1])).is_err());\n    let quote"),
    ],
    ["tests of one platform", ...swap(CART, "#[test]\nfn total", "#[cfg(unix)]\n#[test]\nfn total")],
  ]);

  fails("tests/cart.rs", [
    ["a test without its attribute", ...swap(CART, "#[test]\nfn total", "fn total"), "runs 1 test instead of 2"],
    ["a test in a nested comment", ...swap(CART, "#[test]\nfn total", "/* /* */ #[test] */\nfn total"), "runs 1 test"],
    [
      "#[ignore]",
      ...swap(CART, "#[test]\nfn total", "#[test]\n#[ignore]\nfn total"),
      "`#[ignore` at line 5 leaves a test out",
    ],
    ["#[ignore = …]", ...swap(CART, "#[test]\nfn total", `#[test]\n#[ignore = "slow"]\nfn total`), "leaves a test out"],
    ["#[cfg(any())]", ...swap(CART, "#[test]\nfn total", "#[cfg(any())]\n#[test]\nfn total"), "leaves a test out"],
    ["assert!(true)", ...swap(CART, "assert_eq!(cart::total(&[1, 2]), 3)", "assert!(true)"), "holds whatever"],
    ["assert_eq!(1, 1)", ...swap(CART, "cart::total(&[1, 2]), 3", "1, 1"), "holds whatever"],
    [
      "assert! for assert_eq!",
      ...swap(CART, "assert_eq!(cart::total(&[1, 2]), 3)", "assert!(cart::total(&[1, 2]) > 0)"),
      "demands less",
    ],
    [
      "assert_ne! for assert_eq!",
      ...swap(CART, "assert_eq!(cart::total(&[1, 2]), 3)", "assert_ne!(cart::total(&[1, 2]), 4)"),
      "demands less",
    ],
    [
      "a panic that is thrown away",
      ...swap(CART, "let quote", "let _ = std::panic::catch_unwind(|| cart::total(&[-1]));\n    let quote"),
      "hides a failure",
    ],
    ["process::exit", ...swap(CART, "let quote", "std::process::exit(0);\n    let quote"), "ends the run"],
    ["an early return", ...swap(CART, "let quote", "return;\n    let quote"), "`return;` at line 6"],
    [
      "should_panic on another test",
      CART,
      CART.replace("#[test]\nfn total", "#[test]\n#[should_panic]\nfn total").replace(
        '#[should_panic(expected = "negative")]\n',
        "",
      ),
      "takes a failure for a success",
    ],
    ["if false", ...swap(CART, "assert_eq!", "if false { panic!() }\n    assert_eq!"), "keeps what follows"],
  ]);
});

describe("Go", () => {
  const CART = `package cart

import "testing"

func TestTotal(t *testing.T) {
	tests := []struct {
		name string
		in   []int
		want int
	}{
		{"two", []int{1, 2}, 3},
		{"none", nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Total(tt.in); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	_, err := Open("t.Skip()")
	if err != nil {
		t.Fatal(err)
	}
}
`;

  passes("cart_test.go", [
    ["a file as it was", CART, CART],
    ["a new file", undefined, CART],
    ["an added row", ...swap(CART, `		{"none", nil, 0},\n`, `		{"none", nil, 0},\n		{"one", []int{1}, 1},\n`)],
    [
      "an added test",
      CART,
      `${CART}\nfunc TestMore(t *testing.T) {\n\tif Total(nil) != 0 {\n\t\tt.Fatal("no")\n\t}\n}\n`,
    ],
    ["a renamed test", ...swap(CART, "TestOpen", "TestOpens")],
    ["a main that sets up", CART, `${CART}\nfunc TestMain(m *testing.M) {\n\tcode := m.Run()\n\tos.Exit(code)\n}\n`],
    [
      "a panic that is expected",
      CART,
      `${CART}\nfunc TestPanic(t *testing.T) {\n\tdefer func() {\n\t\tif recover() == nil {\n\t\t\tt.Error("no panic")\n\t\t}\n\t}()\n\tTotal(nil)\n}\n`,
    ],
    ["words in a raw string", ...swap(CART, `Open("t.Skip()")`, "Open(`t.SkipNow() os.Exit(0)`)")],
  ]);

  fails("cart_test.go", [
    ["a row that is gone", ...swap(CART, `		{"none", nil, 0},\n`, ""), "runs 2 tests instead of 3"],
    ["a test that is gone", CART, CART.slice(0, CART.indexOf("func TestOpen")), "runs 2 tests instead of 3"],
    ["t.Skip()", ...swap(CART, "	_, err", "	t.Skip()\n	_, err"), "`t.Skip` at line 24 leaves a test out"],
    [
      "testing.Short",
      ...swap(CART, "	_, err", "	if testing.Short() {\n		return\n	}\n	_, err"),
      "`testing.Short`",
    ],
    ["t.Log for t.Errorf", ...swap(CART, "t.Errorf(", "t.Logf("), "asserts nothing any more"],
    ["a failure under another condition", ...swap(CART, "got != tt.want", "got < 0"), "demands less"],
    ["recover()", ...swap(CART, "	_, err", "	defer func() { recover() }()\n	_, err"), "hides a failure"],
    ["os.Exit(0)", ...swap(CART, "	_, err", "	os.Exit(0)\n	_, err"), "ends the run"],
    ["a build tag", CART, `//go:build ignore\n\n${CART}`, "under a condition only"],
    ["assert.True(t, true)", ...swap(CART, "	_, err", "	assert.True(t, true)\n	_, err"), "holds whatever"],
    ["require.Equal(t, 1, 1)", ...swap(CART, "	_, err", "	require.Equal(t, 1, 1)\n	_, err"), "holds whatever"],
    ["an early return", ...swap(CART, "	_, err", "	return\n	_, err"), "`return` at line 24"],
  ]);
});

describe("other languages, by general words", () => {
  const JAVA = `class CartTest {\n  @Test\n  void total() {\n    assertEquals(3, cart.total());\n  }\n\n  @Test\n  void open() {\n    assertTrue(cart.isOpen());\n  }\n}\n`;
  const RUBY = `describe Cart do\n  it "adds" do\n    expect(cart.total).to eq 3\n  end\nend\n`;
  const PHP = `<?php\nclass CartTest extends TestCase {\n  public function testTotal() {\n    $this->assertSame(3, $cart->total());\n  }\n}\n`;

  passes("src/test/CartTest.java", [
    [
      "an added test",
      JAVA,
      JAVA.replace(/\}\n$/, "  @Test\n  void more() {\n    assertEquals(1, 1 + cart.one());\n  }\n}\n"),
    ],
    ["a comment about @Disabled", ...swap(JAVA, "class", "/* @Disabled */ class")],
  ]);
  passes("spec/cart_spec.rb", [["another value", ...swap(RUBY, "eq 3", "eq 4")]]);
  fails("src/test/CartTest.java", [
    [
      "@Disabled",
      ...swap(JAVA, "  @Test\n  void total", "  @Test\n  @Disabled\n  void total"),
      "`@Disabled` at line 3",
    ],
    ["a test without its annotation", ...swap(JAVA, "  @Test\n  void total", "  void total"), "runs 1 test"],
    [
      "an assertion that is gone",
      ...swap(JAVA, "    assertEquals(3, cart.total());\n", ""),
      "asserts nothing any more",
    ],
  ]);
  fails("spec/cart_spec.rb", [
    ["xit", ...swap(RUBY, "  it ", "  xit "), "`xit`"],
    ["a comment", ...swap(RUBY, "    expect", "    # expect"), "asserts nothing any more"],
  ]);
  fails("tests/CartTest.php", [
    [
      "markTestSkipped",
      ...swap(PHP, "$this->assertSame", "$this->markTestSkipped(); $this->assertSame"),
      "markTestSkipped",
    ],
  ]);
});

describe("configurations", () => {
  const VITEST = `import { configDefaults, defineConfig } from "vitest/config";
export default defineConfig({
  optimizeDeps: { exclude: ["big"] },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 5000,
    coverage: { exclude: ["bench/**"] },
  },
});
`;
  passes("vitest.config.ts", [
    ["a configuration as it was", VITEST, VITEST],
    ["a new configuration", undefined, VITEST],
    ["another reporter", ...swap(VITEST, "testTimeout", `reporters: ["dot"],\n    testTimeout`)],
    ["an alias", ...swap(VITEST, "test: {", "resolve: { alias: { a: 'b' } },\n  test: {")],
    ["a shorter timeout", ...swap(VITEST, "5000", "2000")],
    [
      "what is usually excluded",
      ...swap(VITEST, "testTimeout", `exclude: [...configDefaults.exclude, "**/dist/**"],\n    testTimeout`),
    ],
    ["coverage of less", ...swap(VITEST, `["bench/**"]`, `["bench/**", "scripts/**"]`)],
    ["dependencies left as they are", ...swap(VITEST, `["big"]`, `["big", "huge"]`)],
    ["one more place to look", ...swap(VITEST, `["test/**/*.test.ts"]`, `["test/**/*.test.ts", "src/**/*.test.ts"]`)],
  ]);
  fails("vitest.config.ts", [
    [
      "passWithNoTests",
      ...swap(VITEST, "testTimeout", "passWithNoTests: true,\n    testTimeout"),
      "`passWithNoTests: true` at line 6",
    ],
    [
      "exclude",
      ...swap(VITEST, "testTimeout", `exclude: ["test/sum.test.ts"],\n    testTimeout`),
      "`test/sum.test.ts` at line 6 is excluded",
    ],
    ["a narrower include", ...swap(VITEST, "test/**/*.test.ts", "test/other.test.ts"), "no longer looked into"],
    ["allowOnly", ...swap(VITEST, "testTimeout", "allowOnly: true,\n    testTimeout"), "`allowOnly: true`"],
    ["bail", ...swap(VITEST, "testTimeout", "bail: 1,\n    testTimeout"), "`bail: 1`"],
    ["a raised timeout", ...swap(VITEST, "5000", "500_000"), "more time than before"],
    ["no timeout", ...swap(VITEST, "5000", "0"), "more time than before"],
    ["retries", ...swap(VITEST, "testTimeout", "retry: 3,\n    testTimeout"), "repeats a test"],
    [
      "unhandled errors",
      ...swap(VITEST, "testTimeout", "dangerouslyIgnoreUnhandledErrors: true,\n    testTimeout"),
      "hides errors",
    ],
  ]);

  const PLAYWRIGHT = `export default { forbidOnly: !!process.env.CI, retries: process.env.CI ? 1 : 0, testDir: "e2e", timeout: 30_000 };\n`;
  passes("playwright.config.ts", [
    ["a new configuration", undefined, PLAYWRIGHT],
    ["another browser", ...swap(PLAYWRIGHT, "testDir", `projects: [{ name: "firefox" }], testDir`)],
  ]);
  fails("playwright.config.ts", [
    ["forbidOnly: false", ...swap(PLAYWRIGHT, "!!process.env.CI,", "false,"), "`forbidOnly: false`"],
    ["no forbidOnly", ...swap(PLAYWRIGHT, "forbidOnly: !!process.env.CI, ", ""), "is gone"],
    ["more retries", ...swap(PLAYWRIGHT, "? 1", "? 5"), "repeats a test"],
    [
      "testIgnore",
      ...swap(PLAYWRIGHT, "testDir", `testIgnore: "cart.spec.ts", testDir`),
      "`cart.spec.ts` at line 1 is excluded",
    ],
    ["a longer timeout", ...swap(PLAYWRIGHT, "30_000", "300_000"), "more time"],
    [
      "written snapshots",
      ...swap(PLAYWRIGHT, "testDir", `updateSnapshots: "all", testDir`),
      "writes what it should compare with",
    ],
  ]);
  fails("jest.config.json", [
    [
      "testPathIgnorePatterns",
      `{ "testEnvironment": "node" }`,
      `{ "testEnvironment": "node", "testPathIgnorePatterns": ["cart"] }`,
      "`cart` at line 1 is excluded",
    ],
  ]);

  const PYTEST = `[pytest]\naddopts = -q --strict-markers\ntestpaths = tests\nnorecursedirs = .git build\n`;
  passes("pytest.ini", [
    ["another report", ...swap(PYTEST, "-q", "-q -ra --tb=short")],
    ["a comment", ...swap(PYTEST, "[pytest]", "# never --ignore=tests -k x\n[pytest]")],
    ["a marker", ...swap(PYTEST, "testpaths", "markers =\n    slow: takes long\ntestpaths")],
  ]);
  fails("pytest.ini", [
    ["--ignore", ...swap(PYTEST, "-q", "-q --ignore=tests/test_cart.py"), "`--ignore` at line 2"],
    ["--deselect", ...swap(PYTEST, "-q", "-q --deselect tests/test_cart.py::test_total"), "`--deselect`"],
    ["-k", ...swap(PYTEST, "-q", "-q -k 'not total'"), "leaves tests out"],
    ["norecursedirs", ...swap(PYTEST, ".git build", ".git build tests"), "`tests` at line 4 is excluded"],
    ["--collect-only", ...swap(PYTEST, "-q", "--co"), "runs no test"],
    ["reruns", ...swap(PYTEST, "-q", "-q --reruns 5"), "repeats a test"],
  ]);
  fails("conftest.py", [
    [
      "a report that is changed",
      "import pytest\n",
      "import pytest\n\n\ndef pytest_sessionfinish(session):\n    session.exitstatus = 0\n",
      "changes what pytest reports",
    ],
    [
      "collect_ignore",
      "import pytest\n",
      `import pytest\n\ncollect_ignore = ["test_cart.py"]\n`,
      "`test_cart.py` at line 3 is excluded",
    ],
    [
      "tests taken out",
      "import pytest\n",
      "import pytest\n\n\ndef pytest_collection_modifyitems(items):\n    items[:] = []\n",
      "changes which tests run",
    ],
  ]);
  passes("conftest.py", [
    ["a fixture", "import pytest\n", "import pytest\n\n\n@pytest.fixture\ndef shop():\n    return Shop(timeout=60)\n"],
  ]);

  const CI = `on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    timeout-minutes: 10\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci\n      - run: npm test\n      - run: git push -u origin main\n`;
  passes(".github/workflows/ci.yml", [
    ["a further step", ...swap(CI, "npm ci", "npm ci\n      - run: npm run lint")],
    ["a clean-up that may fail", ...swap(CI, "npm ci", "docker rm -f db || true\n      - run: npm ci")],
    ["another name of the script", ...swap(CI, "npm test", "npm run test:all")],
  ]);
  fails(".github/workflows/ci.yml", [
    [
      "continue-on-error",
      ...swap(CI, "npm test", "npm test\n        continue-on-error: true"),
      "`continue-on-error: true` at line 10",
    ],
    ["|| true", ...swap(CI, "npm test", "npm test || true"), "`|| true` at line 9"],
    ["a step that is gone", ...swap(CI, "      - run: npm test\n", ""), "`npm test` of line 9 is no longer run"],
    ["a step that is a comment", ...swap(CI, "      - run: npm test", "      # - run: npm test"), "no longer run"],
    ["if: false", ...swap(CI, "npm test", "npm test\n        if: false"), "is never run"],
    ["exit 0", ...swap(CI, "run: npm test", "run: npm test; exit 0"), "lets a failure pass"],
  ]);
  const MAKE = `test:\n\tcargo test\n\nclean:\n\t-rm -r target\n`;
  passes("Makefile", [["another target", MAKE, `${MAKE}\nbuild:\n\tcargo build\n`]]);
  fails("Makefile", [
    ["an ignored failure", ...swap(MAKE, "\tcargo", "\t-cargo"), "lets a failure pass"],
    ["|| true", ...swap(MAKE, "cargo test", "cargo test || true"), "lets a failure pass"],
    ["some tests only", ...swap(MAKE, "cargo test", "cargo test --lib"), "leaves tests out"],
    ["none", ...swap(MAKE, "cargo test", "true"), "`cargo test` of line 2 is no longer run"],
    [
      "written snapshots",
      ...swap(MAKE, "cargo test", "cargo test && vitest run -u"),
      "writes what it should compare with",
    ],
  ]);
  fails("package.json", [
    [
      "passWithNoTests",
      `{ "scripts": { "test": "vitest run" } }`,
      `{ "scripts": { "test": "vitest run --passWithNoTests" } }`,
      "passes where there is no test",
    ],
    [
      "|| true",
      `{ "scripts": { "test": "vitest run" } }`,
      `{ "scripts": { "test": "vitest run || true" } }`,
      "lets a failure pass",
    ],
    [
      "a script that runs nothing",
      `{ "scripts": { "test": "vitest run" } }`,
      `{ "scripts": { "test": "true" } }`,
      "no longer run",
    ],
  ]);
});

describe("snapshots", () => {
  const SNAP = "exports[`a 1`] = `1`;\n\nexports[`b 1`] = `2`;\n";
  test("may be added and changed, not removed", () => {
    expect(saysOf("test/__snapshots__/a.test.ts.snap", SNAP, SNAP.replace("`2`", "`3`"))).toBe("");
    expect(saysOf("test/__snapshots__/a.test.ts.snap", SNAP, "exports[`a 1`] = `1`;\n")).toContain(
      "1 snapshot instead of 2",
    );
    expect(saysOf("test/__snapshots__/a.test.ts.snap", SNAP, undefined)).toContain("deleted");
  });
});

test.each(["js", "py", "rs", "go", "java", "rb"])(
  "what nobody writes in .%s is read without a failure",
  (extension) => {
    const pieces = [
      "(",
      "`${",
      "'a\\",
      '"""',
      "/*",
      "test(",
      'r#"',
      "{",
      "it('a', () => {",
      "assert ",
      "def test_a(:\n",
      "<!--",
      "#[test]",
    ];
    for (const piece of pieces) {
      const text = piece.repeat(2_000);
      expect(weakenings(`test/a.test.${extension}`, text, text)).toEqual([]);
      expect(Array.isArray(weakenings(`test/a.test.${extension}`, "", text))).toBe(true);
    }
  },
);
