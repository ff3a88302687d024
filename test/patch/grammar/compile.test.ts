import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Reject } from "../../../src/core/patch.ts";
import { extractProposal } from "../../../src/patch/extract.ts";
import { compileGrammar, type GrammarRequest } from "../../../src/patch/grammar/compile.ts";
import { type Gbnf, parseGbnf } from "../../support/gbnf.ts";
import { isSentence, longestSentence, openSampler } from "../../support/gbnf-sampler.ts";
import {
  contentsAfter,
  hostilePair,
  plainPair,
  planReply,
  randomPair,
  repeatedPair,
  type Tree,
} from "../random-edits.ts";

const IS_FULL = process.env["RALPH_TEST_FULL"] !== undefined;
const FORMATS = ["search-replace", "unified-diff"] as const;
const PATHS = ["src/a.ts", "+page.svelte", "docs/b.md"];

const request = (tree: Tree, more: Partial<GrammarRequest> = {}): GrammarRequest => ({
  format: "search-replace",
  files: Object.entries(tree).map(([path, text]) => ({ path, text })),
  creatable: [],
  maxTokens: 2000,
  ...more,
});

function grammarOf(tree: Tree, more: Partial<GrammarRequest> = {}): string {
  const compiled = compileGrammar(request(tree, more));
  if (!compiled.ok) throw new Error(compiled.reason);
  return compiled.grammar;
}

/** Random numbers that a failing property shows again. */
const dice = fc.integer({ min: 1, max: 2 ** 31 - 2 }).map((seed) => () => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
});

/** The words can ask for nothing, or for code to be left out; that is no fault of the answer's form. */
const isAboutMeaning = ({ kind, text }: Reject): boolean =>
  kind === "no change" || kind === "already applied" || text.includes("stands for code");

const kindsOfFiles = [
  ["lines that are unlike each other", plainPair],
  ["lines that come again and again", repeatedPair],
  ["lines that look like marks of patch formats", hostilePair],
  ["any text at all", randomPair],
] as const;

describe.each(FORMATS)("a sentence of a %s grammar", (format) => {
  test.each(kindsOfFiles)("is a patch that applies, in files of %s", (_, pairs) => {
    fc.assert(
      fc.property(fc.array(pairs, { minLength: 1, maxLength: 3 }), dice, (made, roll) => {
        const tree: Tree = Object.fromEntries(made.map((pair, at) => [PATHS[at] ?? "", pair.before]));
        const { sample } = openSampler(grammarOf(tree, { format, creatable: ["src/new.ts", "b/two.ts"] }));
        const random = roll();
        for (let round = 0; round < 20; round += 1) {
          const plan = planReply(sample(random), tree);
          expect(plan.ok ? [] : plan.rejects.filter((reject) => !isAboutMeaning(reject))).toEqual([]);
        }
      }),
      { numRuns: IS_FULL ? 1000 : 15 },
    );
  });

  test("is known to be cut off wherever it is cut", () => {
    fc.assert(
      fc.property(plainPair, dice, fc.nat(), ({ before }, roll, spot) => {
        const tree = { "src/a.ts": before };
        const answer = openSampler(grammarOf(tree, { format, creatable: ["new.ts"] })).sample(roll());
        const cut = answer.slice(0, spot % (answer.length - 1));
        expect(extractProposal(cut).kind).toBe("malformed");
      }),
      { numRuns: IS_FULL ? 2000 : 40 },
    );
  });

  test("is never longer than its tokens at three characters each", () => {
    fc.assert(
      fc.property(
        fc.array(plainPair, { maxLength: 3 }),
        fc.nat(1),
        fc.integer({ min: 1, max: 5000 }),
        (made, created, maxTokens) => {
          const tree: Tree = Object.fromEntries(made.map((pair, at) => [PATHS[at] ?? "", pair.before]));
          const creatable = ["new.ts", "newer.ts"].slice(0, created);
          const compiled = compileGrammar(request(tree, { format, creatable, maxTokens }));
          expect(compiled.ok ? longestSentence(compiled.grammar) : 0).toBeLessThanOrEqual(3 * maxTokens);
        },
      ),
      { numRuns: IS_FULL ? 300 : 20 },
    );
  });

  test("repeats nothing so often that llama.cpp refuses the grammar", () => {
    const text = Array.from({ length: 500 }, (_, at) => `line ${at} of many`).join("\n");
    const rules = parseGbnf(
      grammarOf({ "a.ts": text }, { format, maxTokens: 100_000, creatable: ["b.ts"], mayAsk: true }),
    );
    const repeats = (part: Gbnf): number => {
      if (part.kind === "times") return Math.max(part.max, 1) * repeats(part.of);
      const parts = part.kind === "all" ? part.parts : part.kind === "one" ? part.ways : [];
      return Math.max(1, ...parts.map(repeats));
    };
    expect(Math.max(...[...rules.values()].map(repeats))).toBeLessThan(2000);
  });

  test("can be a question where the model may ask, and only there", () => {
    const tree = { "a.ts": "one\n" };
    const asked = "QUESTION: Which of the two, \u00E9t\u00E9 or hiver?\n";
    expect(isSentence(asked, grammarOf(tree, { format }))).toBe(false);
    expect(isSentence(asked, grammarOf(tree, { format, mayAsk: true }))).toBe(true);
    expect(extractProposal(asked)).toEqual({ kind: "question", text: "Which of the two, été or hiver?" });
  });

  test("is a question to the reader too, whatever is asked", () => {
    fc.assert(
      fc.property(dice, (roll) => {
        const random = roll();
        const { sample } = openSampler(grammarOf({ "a.ts": "one\n" }, { format, mayAsk: true }));
        const answers = Array.from({ length: 20 }, () => sample(random)).filter((answer) => answer.startsWith("Q"));
        expect(answers.map((answer) => extractProposal(answer).kind)).toEqual(answers.map(() => "question"));
      }),
      { numRuns: IS_FULL ? 300 : 20 },
    );
  });
});

const wrap = (patch: string): string => `---PATCH_START---\n${patch}---PATCH_END---\n`;
const block = (path: string, search: string, replace: string): string =>
  `${path}\n<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n`;

describe("a search/replace grammar", () => {
  test("lets any line of a file be changed alone, where it stands there once", () => {
    fc.assert(
      fc.property(plainPair, fc.nat(), ({ before }, spot) => {
        const lines = before.replace(/^\uFEFF/, "").split(/\r?\n/);
        const line = lines[spot % lines.length] ?? "";
        fc.pre(line.trim() !== "" && lines.filter((other) => other === line).length === 1);
        expect(isSentence(wrap(block("a.ts", `${line}\n`, "new\n")), grammarOf({ "a.ts": before }))).toBe(true);
      }),
      { numRuns: IS_FULL ? 1000 : 50 },
    );
  });

  test("lets several hunks change several files, and files be created and deleted in part", () => {
    const tree = { "a.ts": "one\ntwo\nthree\nfour\n", "b.ts": "five\nsix\n" };
    const answer = wrap(
      block("a.ts", "one\n", "ONE\n") +
        block("a.ts", "three\nfour\n", "") +
        block("b.ts", "six\n", "  deep\n\nlast\n") +
        block("c/new.ts", "", "made\n"),
    );
    expect(isSentence(answer, grammarOf(tree, { creatable: ["c/new.ts"] }))).toBe(true);
    const plan = planReply(answer, tree);
    expect(plan.ok && contentsAfter(plan.changes)).toEqual({
      "a.ts": "ONE\ntwo\n",
      "b.ts": "five\n  deep\n\nlast\n",
      "c/new.ts": "made\n",
    });
  });

  test.each([
    ["no line of the file", block("a.ts", "ones\n", "x\n")],
    ["only a part of a line", block("a.ts", "on", "x\n")],
    ["lines that do not follow each other", block("a.ts", "one\nthree\n", "x\n")],
    ["a line that stands there twice, alone", block("a.ts", "}\n", "x\n")],
    ["a file that it was not given", block("b.ts", "one\n", "x\n")],
    ["lines that an earlier hunk has", block("a.ts", "one\ntwo\n", "x\n") + block("a.ts", "two\nthree\n", "y\n")],
    ["a file further up", block("z.ts", "zed\n", "x\n") + block("a.ts", "one\n", "y\n")],
    ["a present file as a new one", block("a.ts", "", "x\n")],
    ["nothing at all", ""],
  ])("lets no answer quote %s", (_, patch) => {
    const grammar = grammarOf({ "a.ts": "one\ntwo\n}\nthree\n}\n", "z.ts": "zed\n" });
    expect(isSentence(wrap(patch), grammar)).toBe(false);
  });

  test("asks for the lines that tell two places apart", () => {
    const tree = { "a.ts": "{\n  same\n}\nelse\n{\n  same\n}\n" };
    const grammar = grammarOf(tree);
    expect(isSentence(wrap(block("a.ts", "  same\n}\n", "x\n")), grammar)).toBe(false);
    expect(isSentence(wrap(block("a.ts", "  same\n}\nelse\n", "x\n")), grammar)).toBe(true);
  });

  test.each(
    [
      ["<<<<<<< SEARCH", "<<<<<<", "----- SEARCH", "------- SEARCH", "=======", "=====", "======  ", ">>>>>>> REPLACE"],
      [
        "+++++ UPDATED",
        "</think>",
        "  </Thinking>",
        "\t</THOUGHT>  ",
        "</seed:think>",
        "---PATCH_END---",
        "---PATCH_START---",
      ],
      ["a\u0000", "a\u001B[31m", "a\r", "a\u2028b", "\uFEFFa"],
    ]
      .flat()
      .map((line) => [line]),
  )("lets no new line be %j", (line) => {
    expect(isSentence(wrap(block("a.ts", "one\n", `${line}\n`)), grammarOf({ "a.ts": "one\n" }))).toBe(false);
  });

  test.each(
    [
      [
        "",
        " ",
        "   ",
        "\t\tx",
        "<",
        "</",
        "  </",
        "<div>",
        "</thead>",
        "</think",
        "  </Thing>",
        "  </t",
        "</section>",
        "  <<<<<<< SEARCH",
      ],
      [
        "<<",
        "====",
        "= 1",
        "==========",
        "==========  ",
        "----------",
        "---",
        "---P",
        "-- sql",
        "  =======",
        ">>>",
        "+++ x",
        "```",
        "@@",
        "é世😀",
      ],
      ["x".repeat(39), "x".repeat(40), "x".repeat(41), `  </thin${"x".repeat(200)}`, "\u00A0"],
    ]
      .flat()
      .map((line) => [line]),
  )("lets a new line be %j", (line) => {
    const answer = wrap(block("a.ts", "one\n", `${line}\n`));
    expect(isSentence(answer, grammarOf({ "a.ts": "one\n" }))).toBe(true);
    expect(planReply(answer, { "a.ts": "one\n" })).toMatchObject({
      ok: true,
      changes: [{ after: { text: `${line}\n` } }],
    });
  });

  test.each([
    "=======",
    "<<<<<<< SEARCH",
    ">>>>>>> REPLACE",
    ":start_line:3",
    "</think>",
    "---PATCH_START---",
    "---PATCH_END---",
    "a\u0007",
  ])("leaves a line %j alone and the rest of its file open", (line) => {
    const tree = { "a.md": `above\n${line}\nbelow\n` };
    const grammar = grammarOf(tree);
    expect(isSentence(wrap(block("a.md", "above\n", "x\n") + block("a.md", "below\n", "y\n")), grammar)).toBe(true);
    expect(isSentence(wrap(block("a.md", `above\n${line}\n`, "x\n")), grammar)).toBe(false);
  });

  test.each([
    ["quotes and escapes", `say("\\"hi\\"\\n") // \\ [^-] {1,2} | "`],
    ["tabs", "\tif (x)\ty"],
    ["other scripts", "// été, 世界, 😀, ж"],
  ])("quotes a line with %s as it is", (_, line) => {
    const tree = { "a.ts": `first\r\n${line}\r\nlast` };
    const answer = wrap(block("a.ts", `${line}\n`, "new\n"));
    expect(isSentence(answer, grammarOf(tree))).toBe(true);
    expect(planReply(answer, tree)).toMatchObject({ ok: true, changes: [{ after: { text: "first\r\nnew\r\nlast" } }] });
  });

  test("writes an empty file like a new one", () => {
    const answer = wrap(block("empty.ts", "", "x\n"));
    expect(isSentence(answer, grammarOf({ "empty.ts": "" }))).toBe(true);
    expect(planReply(answer, { "empty.ts": "" }).ok).toBe(true);
  });
});

const diff = (path: string, ...hunks: readonly string[]): string =>
  `--- a/${path}\n+++ b/${path}\n${hunks.map((hunk) => `@@ -1,3 +1,3 @@\n${hunk}`).join("")}`;

describe("a unified diff grammar", () => {
  const format = "unified-diff";
  const tree = { "my a.ts": "one\ntwo\n\nfour\nfive\n", "b.sql": "-- note\nselect 1\n- \n" };
  const grammar = grammarOf(tree, { format, creatable: ["new.ts"] });

  test.each([
    ["a line is replaced", diff("my a.ts", " one\n-two\n+TWO\n \n four\n")],
    ["lines are added at the top", diff("my a.ts", "+zero\n one\n")],
    ["lines are added below the last", diff("my a.ts", " five\n+six\n")],
    ["lines are deleted", diff("my a.ts", "-one\n-two\n")],
    [
      "two hunks change one file and one another",
      diff("my a.ts", "-one\n", " four\n-five\n") + diff("b.sql", "-select 1\n+select 2\n"),
    ],
    ["a file is created", "--- /dev/null\n+++ b/new.ts\n@@ -0,0 +1,2 @@\n+one\n+\n"],
  ])("has a sentence in which %s", (_, patch) => {
    expect(isSentence(wrap(patch), grammar)).toBe(true);
    expect(planReply(wrap(patch), tree).ok).toBe(true);
  });

  test.each([
    ["there is no change", diff("my a.ts", " one\n two\n")],
    ["a line of context is not in the file", diff("my a.ts", " zero\n-one\n")],
    ["a line is deleted that is not the next one", diff("my a.ts", " one\n-four\n")],
    ["the names differ", `--- a/my a.ts\n+++ b/b.sql\n@@ -1 +1 @@\n-one\n`],
    ["two hunks meet", diff("my a.ts", "-one\n", "-two\n")],
    ["an added line prints as a name", diff("my a.ts", "-one\n+++ x.ts\n", " four\n-five\n")],
    ["a deleted line prints as a name", diff("b.sql", "--- note\n select 1\n")],
    ["a deleted line prints as the end of a mail", diff("b.sql", " select 1\n-- \n")],
  ])("has no sentence in which %s", (_, patch) => {
    expect(isSentence(wrap(patch), grammar)).toBe(false);
  });
});

describe("what a grammar leaves out", () => {
  const many = (count: number): string => Array.from({ length: count }, (_, at) => `line ${at}\n`).join("");

  test.each([
    ["a file with NUL characters", { "a.ts": "x\n", "b.bin": "a\0b\n" }, "b.bin: it holds NUL characters"],
    [
      "a file that does not fit beside the others",
      { "a.ts": many(400), "b.ts": many(101), "c.ts": many(100) },
      "b.ts: its 101 lines do not fit: 100 of 500 are left",
    ],
    [
      "a file of one line again and again",
      { "a.ts": "x\n", "b.ts": "}\n".repeat(40) },
      "b.ts: no run of its lines can be quoted and stands in it once",
    ],
    [
      "a file of blank lines",
      { "a.ts": "x\n", "b.ts": "\n\n" },
      "b.ts: no run of its lines can be quoted and stands in it once",
    ],
    [
      "a name that no line above a block can be",
      { "a.ts": "x\n", Justfile: "x\n" },
      "Justfile: its name cannot be written in this format",
    ],
    [
      "a name that leads out",
      { "a.ts": "x\n", "../b.ts": "x\n" },
      "../b.ts: its name cannot be written in this format",
    ],
  ] as const)("is %s, and it says so", (_, tree, why) => {
    const compiled = compileGrammar(request(tree));
    expect(compiled).toMatchObject({ ok: true, leftOut: [why] });
    const path = why.slice(0, why.indexOf(":"));
    expect(compiled.ok && compiled.grammar.includes(`"${path}\\n`)).toBe(false);
  });

  test("is a new file whose name cannot be written", () => {
    const compiled = compileGrammar(request({ "a.ts": "x\n" }, { creatable: ["a b.ts", "a.ts", "c.ts"] }));
    expect(compiled).toMatchObject({ ok: true, leftOut: ["a b.ts: its name cannot be written in this format"] });
  });

  test.each([
    ["there is no file", {}, 1000, "There is no file to change or create."],
    ["no file is left", { "a.ts": "\0\n" }, 1000, "No file is left. a.ts: it holds NUL characters"],
    ["the tokens are too few", { "a.ts": "x\n" }, 150, "150 tokens are too few for an answer that ends."],
  ] as const)("can be all: %s", (_, tree, maxTokens, reason) => {
    expect(compileGrammar(request(tree, { maxTokens }))).toEqual({ ok: false, reason });
  });
});
