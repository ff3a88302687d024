/** Words by which code asks whether it is being tested. */
import { ANY, GO, JS, PYTHON, RUST, rule, type TamperingRule } from "./rules.ts";

const SNIFFS = {
  does: "asks whether it is being tested",
  isSniffing: true,
  asked: /\btest (?:mode|environment|run)|under test\b/i,
};
const RUNNER_VARIABLE =
  "NODE_TEST_CONTEXT|VITEST(?:_\\w+)?|JEST_WORKER_ID|PLAYWRIGHT_TEST\\w*|TEST_WORKER_INDEX|TEST_PARALLEL_INDEX|PYTEST_\\w+|NEXTEST\\w*|RUST_TEST_\\w+|RALPH_(?!REPORT|PROCESS)\\w+";

/** Honest projects ask for a runner's variables to keep logs quiet or to spare real services: a reader must tell. */
export const SNIFFING: readonly TamperingRule[] = [
  // Ralph's own line to what it starts: nobody else has a use for it.
  rule("refuse", ANY, /["'`]?\bRALPH_(?:REPORT|PROCESS)\b/g, {
    does: "is what ralph itself speaks to its test runs with",
  }),
  rule(
    "suspect",
    ANY,
    new RegExp(
      `(?<!\\bdelete\\s(?:process\\.)?)\\b(?:env|environ|ENV)\\b(?:\\?\\.|\\.|\\[\\s*["'])(?:get\\(\\s*["'])?(?:${RUNNER_VARIABLE})\\b(?!["'\\]]*\\s*=[^=])`,
      "g",
    ),
    SNIFFS,
  ),
  rule(
    "suspect",
    ANY,
    new RegExp(
      `\\b(?:getenv|Getenv|LookupEnv|env::var(?:_os)?|hasenv|System\\.getenv)\\s*\\(\\s*["'](?:${RUNNER_VARIABLE})["']`,
      "g",
    ),
    SNIFFS,
  ),
  // By whatever name the environment goes.
  rule(
    "suspect",
    ANY,
    /(?<!\bdelete\s[\w.]{1,40})(?:["'`]|\.)(?:NODE_TEST_CONTEXT|VITEST_(?:WORKER|POOL)_ID|JEST_WORKER_ID|PYTEST_CURRENT_TEST)\b(?!["'`\]]*\s*[=:](?!=))/g,
    SNIFFS,
  ),
  rule(
    "suspect",
    ANY,
    new RegExp(`["'](?:${RUNNER_VARIABLE})["']\\s+(?:not\\s+)?in\\s+(?:os\\.|process\\.)?env`, "g"),
    SNIFFS,
  ),
  rule(
    "suspect",
    JS,
    new RegExp(`\\{[^{}\\n]*\\b(?:${RUNNER_VARIABLE})\\b[^{}\\n]*\\}\\s*=\\s*process\\.env`, "g"),
    SNIFFS,
  ),
  rule(
    "suspect",
    JS,
    /\bNODE_ENV\b["']?\]?\s*[!=]==?\s*["']test["']|["']test["']\s*[!=]==?\s*(?:process\.)?env\.NODE_ENV/g,
    SNIFFS,
  ),
  rule("suspect", JS, /\bimport\.meta\.vitest\b|\b__vitest_\w+|\bexpect\.getState\s*\(/g, SNIFFS),
  rule(
    "suspect",
    JS,
    /\btypeof\s+(?:jest|vi|vitest|describe|it|expect|beforeEach|afterEach)\s*[!=]==?|\b(?:globalThis|global|window)\??\.(?:jest|vi|describe|expect|it|beforeEach|__coverage__)\b(?!\s*=[^=])/g,
    SNIFFS,
  ),
  rule("refuse", JS, /\bprocess\.execArgv\b[^;\n]{0,80}["'`]--(?:experimental-)?test\b/g, SNIFFS),
  rule(
    "suspect",
    JS,
    /\b(?:process\.argv\b|require\.main\b|module\.parent\b)[^;\n]{0,80}["'`/][^"'`/\n]*\b(?:tests?|vitest|jest|mocha|spec)\b/g,
    SNIFFS,
  ),
  rule(
    "suspect",
    JS,
    /\b(?:readFile\w*|createReadStream|openSync|import|require)\s*\(\s*(?:[\w.$]+\(\s*)?(?:process\.argv\[1\]|require\.main\.filename)/g,
    { does: "reads the file that runs it" },
  ),
  rule(
    "refuse",
    JS,
    /\bError\s*\([^()\n]{0,40}\)\??\.stack\b[^;\n]{0,80}["'`/][^"'`/\n]*\b(?:tests?|spec|vitest|jest|mocha)\b/g,
    SNIFFS,
  ),
  rule(
    "suspect",
    JS,
    /\.stack\b\??[^;\n]{0,60}\b(?:includes|match|indexOf|test)\s*\(\s*["'`/][^"'`/\n]*\b(?:tests?|spec|vitest|jest|mocha)\b/g,
    SNIFFS,
  ),
  rule(
    "suspect",
    PYTHON,
    /["'](?:_?pytest|unittest|nose2?)["']\s*(?:not\s+)?in\s+sys\.modules|\bsys\.modules\.get\s*\(\s*["'](?:_?pytest|unittest)/g,
    SNIFFS,
  ),
  rule(
    "suspect",
    PYTHON,
    /\bsys\.argv\b[^\n]{0,60}["'][^"'\n]*\bpy\.?test\b|["'](?:py)?test["']\s+in\s+sys\.argv/g,
    SNIFFS,
  ),
  rule(
    "refuse",
    PYTHON,
    /\b(?:inspect\.(?:stack|currentframe|getouterframes)|sys\._getframe|traceback\.(?:extract|format)_stack)\b[^"'#]{0,240}["'](?:py\.?test|unittest|tests?[/_.]|test_\w*|_test\b)[^"'\n]*["']/g,
    SNIFFS,
  ),
  rule(
    "refuse",
    PYTHON,
    /["'](?:py\.?test|unittest|tests?[/_.]|test_\w*|_test\b)[^"'\n]*["'][^"'#\n]{0,120}\b(?:inspect\.(?:stack|currentframe|getouterframes)|sys\._getframe|traceback\.(?:extract|format)_stack)\b/g,
    SNIFFS,
  ),
  rule(
    "suspect",
    PYTHON,
    /\b(?:f_back|_getframe\s*\([^)\n]*\))[^\n]{0,40}\.f_(?:locals|globals)\b|\bgc\.get_(?:objects|referrers)\s*\(/g,
    { does: "looks into whoever calls it" },
  ),
  rule("suspect", RUST, /\bcfg!\s*\(\s*(?:not\s*\(\s*)?test\b|#\[cfg\(\s*not\(\s*test\s*\)\s*\)\]/g, SNIFFS),
  rule(
    "suspect",
    RUST,
    /\bthread::current\(\)\s*\.name\(\)[^;]{0,80}"[^"\n]*test|\bcurrent_exe\s*\(\)[^;]{0,120}"[^"\n]*deps/g,
    SNIFFS,
  ),
  rule(
    "suspect",
    GO,
    /\btesting\.Testing\s*\(\s*\)|\bflag\.Lookup\s*\(\s*"test\.|\bos\.Args\[0\][^\n]{0,60}"[^"\n]*test/g,
    SNIFFS,
  ),
  rule(
    "suspect",
    GO,
    /\b(?:runtime\.Callers?|debug\.Stack|runtime\.FuncForPC)\s*\([^"`]{0,240}"[^"\n]*(?:_test|testing\.)/g,
    SNIFFS,
  ),
];
