/** Words by which a test proves less, as tables: language, pattern in its code, what the words do. Pure. */
import type { Family } from "../source/tokens.ts";

export interface Rule {
  readonly families: readonly Family[];
  /** Global. Where "code", strings and comments are blank; where "raw", nothing is; "options" are a test's own. */
  readonly in: "code" | "raw" | "options";
  readonly pattern: RegExp;
  /** The rest of the sentence after the words that were found. */
  readonly does: string;
  /** The words are part of a test, and a test of the same name may not gain them from another. */
  readonly isOfTest?: boolean;
  /** A new test may have it; one that was there may not get it. */
  readonly isFineWhenNew?: boolean;
  /** Meant for the process that runs the tests: a program that a test starts may say so. */
  readonly isOfRunner?: boolean;
}

/** Something at a place of a file that makes it prove less. */
export interface Mark {
  readonly at: number;
  readonly words: string;
}

const rule = (families: readonly Family[], pattern: RegExp, does: string, more: Partial<Rule> = {}): Rule => ({
  families,
  in: "code",
  pattern,
  does,
  ...more,
});

const OUT = "leaves a test out";
const ofTest = { isOfTest: true };
const JS: readonly Family[] = ["js"];
const PYTHON: readonly Family[] = ["python"];
const RUST: readonly Family[] = ["rust"];
const GO: readonly Family[] = ["go"];
const OTHERS: readonly Family[] = ["c", "hash"];

const SKIPS: readonly Rule[] = [
  rule(
    JS,
    /(?<![\w$.])(?:test|it|describe|suite|context|specify)(?:\.\w+)*?\.(?:skip|todo|fixme|skipIf|runIf)\b/g,
    OUT,
    ofTest,
  ),
  rule(
    JS,
    /(?<![\w$.])(?:test|it|describe|suite|context|specify)(?:\.\w+)*?\.only\b/g,
    "leaves all other tests out",
    ofTest,
  ),
  rule(
    JS,
    /(?<![\w$.])(?:test|it|describe)(?:\.\w+)*?\.(?:fails|failing|fail)\b/g,
    "takes a failure for a success",
    ofTest,
  ),
  rule(JS, /(?<![\w$.])x(?:it|test|describe|context|specify)\s*(?=[(.`])/g, OUT, ofTest),
  rule(JS, /(?<![\w$.])f(?:it|describe|context)\s*(?=\(\s*["'`])/g, "leaves all other tests out", ofTest),
  rule(JS, /(?<![\w$.])pending\s*\(\s*["'`)]/g, OUT, ofTest),
  rule(JS, /(?<![\w$.])(?:t|tt|ctx|context|testContext|this|test\.info\(\))\.(?:skip|todo|fixme)\s*\(/g, OUT, ofTest),
  rule(JS, /\b(?:skip|todo|only)["']?\s*:(?!\s*(?:false|undefined)\b)/g, OUT, { in: "options", isOfTest: true }),
  rule(JS, /(?<![\w$.])(?:test|it|describe)\s*\[\s*["'`]/g, "hides how the test is run"),
  rule(JS, /\(\s*\{[^(){}]*\bskip\b[^(){}]*\}\s*\)\s*=>/g, OUT, ofTest),
  rule(PYTHON, /\bmark\.(?:skip|skipif|xfail)\b|@(?:\w+\.)?(?:skip|skipIf|skipUnless|expectedFailure)\b/g, OUT, ofTest),
  rule(
    PYTHON,
    /\bpytest\.(?:skip|xfail|exit|importorskip)\s*\(|\bself\.skipTest\s*\(|\bSkipTest\b(?=\s*\(|\s*$)/gm,
    OUT,
    ofTest,
  ),
  rule(PYTHON, /\b__test__\s*=\s*False/g, OUT, ofTest),
  rule(RUST, /#!?\[\s*ignore\b|#!?\[\s*cfg_attr\b[^\]]*\bignore\b/g, OUT, ofTest),
  rule(RUST, /#!?\[\s*cfg\(\s*(?:any\(\s*\)|FALSE|false|not\(\s*(?:test|all\(\s*\))\s*\))/g, OUT, ofTest),
  rule(GO, /\b(?:t|b|f|tb|s\.T\(\))\.Skip(?:f|Now)?\s*\(|\btesting\.Short\s*\(/g, OUT, ofTest),
  rule(GO, /^\/\/(?:go:build|\s*\+build)[^\n]*/gm, "builds the tests under a condition only", { in: "raw" }),
  rule(
    OTHERS,
    /@(?:Disabled|Ignore|Ignored|Pending)\w*|\[(?:Ignore|Explicit)\b|\bSkip\s*=|enabled\s*=\s*false/g,
    OUT,
    ofTest,
  ),
  rule(
    OTHERS,
    /\b(?:markTest(?:Skipped|Incomplete)|XCTSkip\w*|GTEST_SKIP|DISABLED_\w+|assumeTrue|assumeFalse)\b|@tag\s+:?skip/g,
    OUT,
    ofTest,
  ),
  rule(OTHERS, /^[ \t]*(?:skip|pending|x(?:it|describe|context|specify)|fit|fdescribe)\b(?=[ (]|$)/gm, OUT, ofTest),
  rule(OTHERS, /,\s*(?:skip|pending|focus)(?::(?!\s*false)|\s*=>)/g, OUT, ofTest),
];

const DEAD = "keeps what follows from ever being run";
const CONDITIONS: readonly Rule[] = [
  rule(
    JS,
    /\b(?:if|while)\s*\(\s*(?:false|0|!1|!true)\s*(?:\)|&&)|\b(?:false|0)(?<=(?:[({;,]|^|\breturn)\s*(?:false|0))\s*&&/gm,
    DEAD,
  ),
  rule(JS, /\bof\s*\[\s*\]\s*\)|\[\s*\]\.forEach\b|\.each\s*\(\s*\[\s*\]\s*\)/g, DEAD),
  rule(PYTHON, /\b(?:if|while)\s+(?:False|0|not\s+True)\s*(?::|and\b)|\bin\s*[[(]\s*[\])]\s*:/g, DEAD),
  rule(["rust", "go"], /\b(?:if|for|while)\s+(?:false|!true)\s*(?:\{|&&)/g, DEAD),
  rule(RUST, /\bif\s+cfg!\s*\(\s*(?:any\(\s*\)|not\(\s*test\s*\))/g, DEAD),
  rule(["c"], /\b(?:if|while)\s*\(\s*(?:false|0)\s*\)|^[ \t]*#if\s+0\b/gm, DEAD),
];

/** Words that end the run, wherever in a test they stand. `sys.exit(pytest.main())` ends a file that starts itself. */
const ofRunner = { isOfRunner: true };
const ENDS = "ends the run before its tests can fail";
const EXITS: readonly Rule[] = [
  rule(
    JS,
    /\bprocess\s*\.\s*(?:exit|reallyExit|abort)\s*\((?!\s*[1-9]\d*\s*\))|\bprocess\.kill\s*\(\s*process\.pid|\bDeno\.exit\s*\(/g,
    ENDS,
    ofRunner,
  ),
  rule(JS, /\bprocess\.exitCode\s*=\s*(?:0|undefined)\b/g, "hides that tests failed", ofRunner),
  rule(
    PYTHON,
    /\bos\._exit\s*\(|(?<![\w.])(?:sys\.exit|exit|quit)\s*\((?![^()\n]*\bmain\s*\()|\bos\.kill\s*\(\s*os\.getpid\(\)|\bos\.abort\s*\(/g,
    ENDS,
    ofRunner,
  ),
  rule(PYTHON, /\bexitstatus\s*=(?!=)|\.outcome\s*=\s*["']|\bitems\[:\]\s*=/g, "changes what pytest reports"),
  rule(
    PYTHON,
    /\bdef\s+pytest_(?:ignore_collect|pyfunc_call|runtest_call|runtest_protocol|collection_modifyitems)\b/g,
    "changes which tests run",
  ),
  rule(RUST, /\bprocess::(?:exit|abort)\s*\(/g, ENDS, ofRunner),
  rule(GO, /\bos\.Exit\s*\(\s*0\s*\)|\bsyscall\.Exit\s*\(|\bruntime\.Goexit\s*\(/g, ENDS, ofRunner),
  rule(["c"], /\bSystem\.exit\s*\(|\bEnvironment\.Exit\s*\(|(?<![\w.])_?exit\s*\(\s*0\s*\)/g, ENDS, ofRunner),
];

const SWALLOWS = "hides a failure";
const REST: readonly Rule[] = [
  rule(RUST, /\blet\s+_\w*\s*=[^;]*\bcatch_unwind\b|\bcatch_unwind\b[^;]*\)\s*\.\s*ok\s*\(\s*\)\s*;/g, SWALLOWS),
  rule(GO, /\brecover(?<=(?:[{;\n]|_\s*=)\s*recover)\s*\(\s*\)\s*(?=[;}\n])/g, SWALLOWS),
  rule(
    JS,
    /\.catch(?<=\b(?:expect|assert)\b[^\n;]*\.catch)\s*\(\s*(?:\(\s*\w*\s*\)|\w+)\s*=>\s*(?:\{\s*\}|undefined|null|void 0)\s*\)/g,
    SWALLOWS,
  ),
  rule(JS, /\bjest\.retryTimes\s*\(|\bthis\.retries\s*\(/g, "repeats a test until it passes"),
  rule(PYTHON, /@(?:[\w.]+\.)?flaky\b|\bmark\.flaky\b/g, "repeats a test until it passes"),
  rule(RUST, /#\[\s*(?:\w+::)*flaky\w*\b/g, "repeats a test until it passes"),
  rule(RUST, /#\[\s*should_panic\b/g, "takes a failure for a success", {
    isOfTest: true,
    isFineWhenNew: true,
  }),
  rule(JS, /\btoMatchInlineSnapshot\s*\(\s*\)/g, "compares with nothing"),
  rule(
    JS,
    /(?<![\w$.])(?:assert|expect)\.\w+\s*=(?![=>])|\b(?:const|let|var)\s+(?:expect|assert|test|it|describe)\s*=\s*(?:async\s*)?(?:\(|function\b|\{|new\s+Proxy\b|\w+\s*=>)/g,
    "replaces what the tests are judged by",
    ofRunner,
  ),
  rule(
    PYTHON,
    /\bTestCase\.assert\w+\s*=|\bself\.assert\w+\s*=(?!=)|\bdef\s+assert(?:Equal|True|False|Raises|Is|In)\s*\(/g,
    "replaces what the tests are judged by",
    ofRunner,
  ),
  rule(RUST, /\bmacro_rules!\s*(?:assert|assert_eq|assert_ne)\b/g, "replaces what the tests are judged by", ofRunner),
];

export const RULES: readonly Rule[] = [...SKIPS, ...CONDITIONS, ...EXITS, ...REST];
