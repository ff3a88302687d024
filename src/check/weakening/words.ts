/** The words by which tests assert, language by language. */
import type { Family } from "../source/tokens.ts";

const RUNNER_METHODS =
  "is|not|deepEqual|notDeepEqual|true|false|truthy|falsy|throws\\w*|doesNotThrow|regex|like|equal|notEqual|equals|same|ok|notOk|strictEqual|deepStrictEqual|match|rejects|resolves|fail|snapshot";
/** Where assertions begin; those that are calls end with their bracket. Global. */
export const ASSERTIONS: Readonly<Record<Family, RegExp>> = {
  js: new RegExp(
    `(?<![\\w$.]|function\\s)(?:(?:chai\\.)?expect(?:\\.(?:soft|poll))?|(?:sinon\\.|chai\\.|(?:t|ctx|context)\\.)?assert(?:\\.\\w+)*|(?:t|tt)\\.(?:${RUNNER_METHODS})|(?:expect|assert|verify|check|should)[A-Z]\\w*)\\s*(?:<[^()\\n]{0,200}>\\s*)?\\(|\\.should\\b`,
    "g",
  ),
  python:
    /\bassert(?<=(?:^|[:;])[ \t]*assert)(?=[\s(])|(?<!def\s{1,3})(?:\bself\.(?:assert\w+|fail)|\bpytest\.(?:raises|warns|fail)|\.assert_\w+|(?<![\w.])(?:\w+\.)?assert_\w+)\s*\(/gm,
  rust: /\b(?:(?:debug_|prop_)?assert\w*!|panic!)\s*\(|\bassert_\w+\s*\(|#\[should_panic\b/g,
  go: /\b(?:t|b|f|s\.T\(\)|tb)\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\s*\(|\b(?:assert|require|is|s|suite|should)\.[A-Z]\w*\s*\(/g,
  c: /\b(?:assert|expect|verify|should|refute|XCT|EXPECT_|ASSERT_|Assert|CHECK|REQUIRE)\w*(?:\.\w+)?\s*\(|\.should\w*\s*\(/g,
  hash: /\b(?:assert|expect|refute|should|is_expected)\w*[ (.]/g,
};
