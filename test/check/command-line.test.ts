import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CommandLine, parseCommandLine } from "../../src/check/command-line.ts";
import { temporaryFolder } from "../support/temporary.ts";

function read(line: string): CommandLine {
  const parsed = parseCommandLine(line);
  if (parsed.kind !== "command") throw new Error(parsed.why);
  return parsed;
}

const textsOf = (line: string): readonly string[] => read(line).words.map((word) => word.text);

test.each([
  ["npm test", ["npm", "test"]],
  ["  node   --test\t", ["node", "--test"]],
  [`echo 'a b' "c d" e\\ f`, ["echo", "a b", "c d", "e f"]],
  [`echo "say \\"hi\\" for \\$5" 'it''s'`, ["echo", 'say "hi" for $5', "its"]],
  [`vitest -t "adds two" ''`, ["vitest", "-t", "adds two", ""]],
  ["cargo test # the fast ones", ["cargo", "test"]],
  ["grep a#b file", ["grep", "a#b", "file"]],
  ["printf 100$ $", ["printf", "100$", "$"]],
  ["echo x~ a=~/b", ["echo", "x~", "a=~/b"]],
  ["make -j2 x=y", ["make", "-j2", "x=y"]],
])("the words of `%s` are those that a shell would pass", (line, words) => {
  expect(textsOf(line)).toEqual(words);
});

test("variables in front of the program are its environment", () => {
  expect(read(`NODE_ENV=test EMPTY= GREETING="good day" node --test A=b`)).toMatchObject({
    env: { NODE_ENV: "test", EMPTY: "", GREETING: "good day" },
    words: [{ text: "node" }, { text: "--test" }, { text: "A=b" }],
  });
});

test.each([
  ["cd frontend && npm test", "frontend"],
  ["cd 'my app' && cd src && npm test", "my app/src"],
  ["cd a && cd /b && npm test", "/b"],
  ["npm test", ""],
])("`%s` runs in the folder %j", (line, folder) => {
  expect(read(line).folder).toBe(folder);
});

test("only unquoted stars, question marks and brackets name files", () => {
  const names = read(`node --test test/*.js 'a*' "b?" c\\* [ab].js`).words.filter((word) => word.isGlob);
  expect(names.map((word) => word.text)).toEqual(["test/*.js", "[ab].js"]);
});

test.each([
  ["npm test | tee log", /joins programs/],
  ["npm test; echo done", /joins commands/],
  ["npm run build && npm test", /a check of its own/],
  ["npm test || true", /joins programs/],
  ["npm test &", /background/],
  ["npm test > log", /redirects its output/],
  ["node < input", /redirects its input/],
  ["echo $(date)", /command's output/],
  ['echo "$(date)"', /command's output/],
  ["echo `date`", /command's output/],
  ['echo "`date`"', /command's output/],
  ["echo $HOME", /write the value/],
  ['echo "${HOME}"', /write the value/],
  ["(cd a)", /subshell/],
  ["~/bin/test", /write the path/],
  ["echo 'open", /' is not closed/],
  ['echo "open', /" is not closed/],
  ["echo \\", /ends with/],
  ["a\nb", /more than one line/],
  ["", /no program/],
  ["A=b", /no program/],
  ["cd src &&", /no program/],
])("`%s` is refused, because only a shell could do it", (line, why) => {
  expect(parseCommandLine(line)).toMatchObject({ kind: "unreadable", why: expect.stringMatching(why) });
});

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

test("any arguments survive being quoted", () => {
  const argument = fc.string({ unit: "grapheme" });
  fc.assert(
    fc.property(fc.array(argument), (args) => {
      expect(textsOf(["program", ...args.map(quote)].join(" "))).toEqual(["program", ...args]);
    }),
  );
});

describe("against a real shell", () => {
  const piece = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."abc=-./:,%@+"), minLength: 1 }),
    fc.string({ unit: fc.constantFrom(...'ab $"`\\;|#*~') }).map((text) => `'${text}'`),
    fc.string({ unit: fc.constantFrom(..."ab ';|#*~") }).map((text) => `"${text}"`),
    fc.constantFrom('\\"', "\\$", "\\ ", "\\;", "\\\\", '"\\$"', '"\\a"', '"\\\\"'),
  );
  const line = fc
    .array(fc.array(piece, { minLength: 1, maxLength: 4 }), { maxLength: 5 })
    .map((words) => words.map((word) => word.join("")).join("  "));

  test("every line that is accepted means the same to both", () => {
    const lines = fc.sample(line, 300);
    const script = join(temporaryFolder(), "script.sh");
    const print = `p() { for a; do printf '%s\\0' "$a"; done; printf '\\n\\0'; }`;
    writeFileSync(script, [print, ...lines.map((each) => `p ${each}`), ""].join("\n"));
    const said = execFileSync("sh", [script], { encoding: "utf8" }).split("\n\0").slice(0, -1);
    const shellWords = said.map((words) => words.split("\0").slice(0, -1));
    expect(lines.map((each) => textsOf(`p ${each}`).slice(1))).toEqual(shellWords);
  });
});
