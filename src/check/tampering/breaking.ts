/** Words by which code changes what compares its results, or ends the run before it is judged. */
import { ANY, GO, JS, PYTHON, RUST, rule, type TamperingRule } from "./rules.ts";

const BREAKS = "changes what the tests are judged by";
export const BREAKING: readonly TamperingRule[] = [
  rule(
    "refuse",
    JS,
    /\b(?:globalThis|global)(?:\.|\[\s*["'])(?:expect|assert|test|it|describe)(?:["']\s*\])?\s*=(?![=>])/g,
    { does: BREAKS },
  ),
  rule("refuse", JS, /\btest\.fail\s*\(/g, { needs: /["']@playwright\/test["']/, does: BREAKS }),
  rule(
    "refuse",
    JS,
    /\basymmetricMatch\s*(?:\([^()\n]*\)\s*(?::\s*\w+\s*)?\{\s*return\s+true\b|[:=]\s*\([^()\n]*\)\s*=>\s*true\b)/g,
    { does: "makes it equal to anything" },
  ),
  rule(
    "suspect",
    JS,
    /\bSymbol\.for\(\s*["']jest\.asymmetricMatcher["']|\bexpect\.extend\s*\(|\b(?:vi|jest)\.(?:mock|doMock|spyOn)\s*\(/g,
    { does: BREAKS },
  ),
  rule(
    "suspect",
    JS,
    /\b(?:Object|Array|String|Number|Boolean|Map|Set|Promise|Function|Error|RegExp|Date|Symbol)\.prototype(?:\.\w+|\[[^\]\n]+\])\s*=(?![=>])/g,
    { does: "changes a built-in for everybody" },
  ),
  rule(
    "suspect",
    JS,
    /\bObject\.definePropert(?:y|ies)\s*\(\s*(?:Object|Array|String|Number|Boolean|Map|Set|Promise|Function|Error|RegExp|Date)\.prototype\b/g,
    { does: "changes a built-in for everybody" },
  ),
  rule(
    "suspect",
    JS,
    /(?<![\w$.])(?:Object\.(?:is|keys|entries|getPrototypeOf)|JSON\.(?:stringify|parse)|Math\.\w+|Date\.now|performance\.now|Number\.is\w+|Array\.isArray|util\.isDeepStrictEqual)\s*=(?![=>])/g,
    { does: "changes a built-in for everybody" },
  ),
  rule(
    "suspect",
    JS,
    /(?:\[Symbol\.(?:toPrimitive|hasInstance)\]|\b(?:valueOf|toJSON|equals))\s*\([^()\n]*\)\s*(?::\s*\w+\s*)?\{\s*return\s+(?:true|false|-?\d[\d.]*|"[^"\n]*"|'[^'\n]*')\s*;?\s*\}/g,
    { does: "compares as one fixed value" },
  ),
  rule(
    "suspect",
    JS,
    /\bModule\._(?:load|resolveFilename|extensions|compile)\s*=(?!=)|\brequire\.(?:extensions|cache)\[[^\]\n]*\]\s*=(?!=)/g,
    { does: "changes how modules are loaded" },
  ),
  rule(
    "refuse",
    PYTHON,
    /\bdef\s+__eq__\s*\([^)\n]*\)\s*(?:->\s*[^:\n]+)?:\s*(?:"""[^]{0,200}?"""\s*)?return\s+True[ \t]*(?=\n|$)/g,
    { does: "makes it equal to anything" },
  ),
  rule("refuse", PYTHON, /["']__eq__["']\s*:\s*lambda\b[^:\n]*:\s*True\b/g, { does: "makes it equal to anything" }),
  rule(
    "suspect",
    PYTHON,
    /\bdef\s+__(?:ne|bool|lt|le|gt|ge|contains|instancecheck)__\s*\([^)\n]*\)\s*(?:->\s*[^:\n]+)?:\s*return\s+(?:True|False)[ \t]*(?=\n|$)/g,
    { does: "compares as one fixed value" },
  ),
  rule(
    "refuse",
    PYTHON,
    /(?<![\w.])(?:unittest\.)?TestCase\.\w+\s*=(?!=)|(?<![\w.])(?:_?pytest|unittest)(?:\.\w+)+\s*=(?!=)|\bsetattr\s*\(\s*(?:_?pytest|unittest|sys\.modules\s*\[\s*["'](?:_?pytest|unittest))\b/g,
    { does: BREAKS },
  ),
  rule(
    "refuse",
    PYTHON,
    /\bsys\.modules\[\s*["'](?:_?pytest|unittest|conftest)[\w.]*["']\s*\]\s*=(?!=)|\b(?:__)?builtins(?:__)?\.AssertionError\s*=(?!=)/g,
    { does: BREAKS },
  ),
  rule("refuse", PYTHON, /\boutcome\s*=\s*["']passed["']/g, {
    needs: /\bTestReport\b|\bpytest_runtest\w+|\b_pytest\b/,
    does: BREAKS,
  }),
  rule("suspect", PYTHON, /\bdef\s+pytest_\w+|\bTestReport\b/g, { does: BREAKS }),
  rule(
    "suspect",
    PYTHON,
    /\bbuiltins\.\w+\s*=(?!=)|\bsys\.meta_path\.(?:insert|append)\s*\(|(?<![\w.])time\.(?:time|perf_counter|monotonic|process_time|sleep)\s*=(?!=)/g,
    { does: "changes a built-in for everybody" },
  ),
  rule("suspect", RUST, /\bfn\s+(?:eq|ne)\s*\(\s*&self[^)\n]*\)\s*->\s*bool\s*\{\s*(?:true|false)\s*\}/g, {
    does: "compares as one fixed value",
  }),
  rule(
    "suspect",
    RUST,
    /\bmacro_rules!\s*(?:assert|assert_eq|assert_ne)\b|\bpanic::set_hook\s*\(\s*Box::new\s*\(\s*\|_\w*\|\s*\{\s*\}/g,
    { does: BREAKS },
  ),
  rule("suspect", GO, /^\s*(?:import\s+)?"testing"\s*$/gm, { does: "brings the tests' package into the product" }),
  rule("suspect", ["c"], /\bboolean\s+equals\s*\([^)\n]*\)\s*\{\s*return\s+true\s*;/g, {
    does: "compares as one fixed value",
  }),
];

const asksToExit = /\bexit|\bcli\b|command[- ]line|\bcommand\b|\bquit|terminat|\bscript\b|\bdaemon|shut ?down/i;
const ENDS = { does: "ends whatever process it runs in", asked: asksToExit, isFineInProgram: true };
export const EXITS: readonly TamperingRule[] = [
  rule("refuse", JS, /\bprocess\.(?:on|once|addListener|prependListener)\s*\(\s*(?=["'](?:exit|beforeExit)["'])/g, {
    inside: /\bexitCode\s*=\s*0\b|\b(?:exit|reallyExit)\s*\(\s*0?\s*\)/,
    does: "turns every failure into a success",
  }),
  rule("refuse", PYTHON, /\batexit\.register\s*\(/g, {
    inside: /\bos\._exit\b|\bsys\.exit\s*\(\s*0?\s*\)/,
    does: "turns every failure into a success",
  }),
  rule("suspect", JS, /\bprocess\.on\s*\(\s*(?=["'](?:uncaughtException|unhandledRejection)["'])/g, {
    inside: /=>\s*\{\s*\}|\bexit\s*\(\s*0?\s*\)/,
    does: "hides failures",
  }),
  rule(
    "suspect",
    JS,
    /\bprocess\.(?:exit|reallyExit|abort)\s*\(|\bprocess\.exitCode\s*=\s*0\b|\bprocess\.kill\s*\(\s*process\.pid/g,
    ENDS,
  ),
  rule("suspect", PYTHON, /\bos\._exit\s*\(|(?<![\w.])(?:sys\.exit|exit|quit)\s*\(/g, ENDS),
  rule("suspect", RUST, /\bprocess::(?:exit|abort)\s*\(/g, ENDS),
  rule("suspect", GO, /\bos\.Exit\s*\(/g, ENDS),
  rule("suspect", ["c"], /\bSystem\.exit\s*\(|\bEnvironment\.Exit\s*\(/g, ENDS),
  rule(
    "suspect",
    ANY,
    /["'`](?:TAP version 1\d|ok \d+ - |test result: ok|test \S+ \.\.\. ok|# pass \d|\d+ passed in )/g,
    { does: "reads like a test runner's own report" },
  ),
];
