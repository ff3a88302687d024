import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StatusUpdate, TaskStatus } from "../../src/core/task.ts";
import { sourceOf } from "../../src/task/lines.ts";
import {
  readStatusBlock,
  spliceStatusBlock,
  spliceStatusBytes,
  withoutStatusBlocks,
} from "../../src/task/status-block.ts";
import { toSafeValue } from "../../src/task/status-line.ts";
import { extentOf, findBlocks } from "../../src/task/status-place.ts";

const STATUSES: readonly TaskStatus[] = ["PENDING", "IN_PROGRESS", "COMPLETE", "BLOCKED", "AWAITING_APPROVAL"];
const RUNS = process.env["RALPH_TEST_FULL"] === undefined ? 2_000 : 250_000;
const HOUSE = "---RALPH_STATUS---\nSTATUS: PENDING\n---END_RALPH_STATUS---\n";

describe("reading", () => {
  test.each([
    ["the house form", "---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3\n---END_RALPH_STATUS---\n"],
    ["fields before the status", "---RALPH_STATUS---\nATTEMPTS: 3\nSTATUS: COMPLETE\n---END_RALPH_STATUS---"],
    ["CRLF", "---RALPH_STATUS---\r\nSTATUS: COMPLETE\r\nATTEMPTS: 3\r\n---END_RALPH_STATUS---\r\n"],
    ["a byte order mark", "\uFEFF---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3\n---END_RALPH_STATUS---\n"],
    ["bold keys", "---RALPH_STATUS---\n**STATUS**: COMPLETE\n**ATTEMPTS:** 3\n---END_RALPH_STATUS---\n"],
    ["bold lines", "---RALPH_STATUS---\n**STATUS: COMPLETE**\n**ATTEMPTS: 3**\n---END_RALPH_STATUS---\n"],
    ["quotes", "---RALPH_STATUS---\nSTATUS: \"COMPLETE\"\nATTEMPTS: '3'\n---END_RALPH_STATUS---\n"],
    ["backticks", "---RALPH_STATUS---\nSTATUS: `COMPLETE`\n`ATTEMPTS: 3`\n---END_RALPH_STATUS---\n"],
    ["a list", "---RALPH_STATUS---\n- STATUS: COMPLETE\n* ATTEMPTS: 3\n---END_RALPH_STATUS---\n"],
    ["lower case", "---RALPH_STATUS---\nstatus: complete\nattempts: 3\n---END_RALPH_STATUS---\n"],
    ["the word COMPLETED", "---RALPH_STATUS---\nSTATUS: COMPLETED\nATTEMPTS: 3\n---END_RALPH_STATUS---\n"],
    ["a mapping", "RALPH_STATUS:\n  status: COMPLETE\n  attempts: 3\n"],
    ["a nested mapping", "RALPH_STATUS:\n  status: COMPLETE\n  tests:\n    status: FAILING\n  attempts: 3\n"],
    ["bare markers", "RALPH_STATUS\nSTATUS: COMPLETE\nATTEMPTS: 3\nRALPH_STATUS_END\n"],
    ["a fence", "```\n---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3\n---END_RALPH_STATUS---\n```\n"],
    ["a mapping in a fence", "~~~yaml\nRALPH_STATUS:\n  STATUS: COMPLETE\n  ATTEMPTS: 3\n~~~\n"],
    ["bare markers in a fence", "```\nRALPH_STATUS\nSTATUS: COMPLETE\nATTEMPTS: 3\nRALPH_STATUS_END\n```\n"],
    [
      "a comment's start in indented code before it",
      "    <!--\n\n---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3\n---END_RALPH_STATUS---\n\n-->\n",
    ],
    [
      "a line that starts with code before it",
      "```ls``` lists\n\n---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3\n---END_RALPH_STATUS---\n\n```\nls\n```\n",
    ],
    [
      "a forgotten fence before it",
      "```sh\nls\n\n---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3\n---END_RALPH_STATUS---\n",
    ],
    [
      "a fence in a list before it",
      "- ```sh\n  ls\n  ```\n\n---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3\n---END_RALPH_STATUS---\n\n```\nls\n```\n",
    ],
    ["the last of two blocks", `${HOUSE}\n---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3\n---END_RALPH_STATUS---\n`],
    [
      "a complete block before a broken one",
      "---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3\n---END_RALPH_STATUS---\n\n---RALPH_STATUS---\nSTATUS: BLOCKED\n",
    ],
    ["a missing end at a blank line", "---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3\n\nSTATUS: BLOCKED\n"],
    ["a missing end at the file's end", "text\n\n---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3"],
    [
      "a missing end before a heading",
      "---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 3\n## Notes\nSTATUS: BLOCKED\n---END_RALPH_STATUS---\n",
    ],
  ])("a block is read in the form: %s", (_, text) => {
    const block = readStatusBlock(text);
    expect({ status: block?.status, attempts: block?.fields.get("ATTEMPTS") }).toEqual({
      status: "COMPLETE",
      attempts: "3",
    });
  });

  test.each([
    ["PENDING", { status: "PENDING" }],
    ["progress", { status: "IN_PROGRESS" }],
    ["no_progress", { status: "IN_PROGRESS" }],
    ["In progress", { status: "IN_PROGRESS" }],
    ["terminé", { status: "COMPLETE" }],
    ["✅ Done", { status: "COMPLETE" }],
    ["BLOCKED - Max iterations reached", { status: "BLOCKED", reason: "Max iterations reached" }],
    ["BLOCKED – délai dépassé", { status: "BLOCKED", reason: "délai dépassé" }],
    ["BLOCKED - a - b", { status: "BLOCKED", reason: "a - b" }],
    ["blocked: no disk", { status: "BLOCKED", reason: "no disk" }],
    ["Blocked (no disk)", { status: "BLOCKED", reason: "no disk" }],
    ["AWAITING_APPROVAL", { status: "AWAITING_APPROVAL" }],
    ["PENDING | COMPLETE | BLOCKED - reason", {}],
    ["", {}],
    ["ON_HOLD", { unknownStatus: "ON_HOLD" }],
  ])("STATUS: %s", (value, expected) => {
    const block = readStatusBlock(`---RALPH_STATUS---\nSTATUS: ${value}\n---END_RALPH_STATUS---\n`);
    expect({ status: block?.status, reason: block?.reason, unknownStatus: block?.unknownStatus }).toEqual(expected);
  });

  test("STATUS is not TESTS_STATUS, and a template is not a value", () => {
    const text = "---RALPH_STATUS---\nTESTS_STATUS: PASSING\nEXIT_SIGNAL: true|false\n---END_RALPH_STATUS---\n";
    const block = readStatusBlock(text);
    expect(block?.status).toBeUndefined();
    expect([...(block?.fields ?? [])]).toEqual([["TESTS_STATUS", "PASSING"]]);
  });

  test.each([
    [
      "in a fence among other lines",
      "```markdown\n# Task T001: x\n---RALPH_STATUS---\nSTATUS: COMPLETE\n---END_RALPH_STATUS---\n```\n",
    ],
    [
      "in a fence with more behind it",
      "```\n---RALPH_STATUS---\nSTATUS: COMPLETE\n---END_RALPH_STATUS---\nand so on\n```\n",
    ],
    ["in a fence with a gap and no end", "```\n---RALPH_STATUS---\nSTATUS: COMPLETE\n\nFILES: a\n```\n"],
    ["in a comment", "<!--\n---RALPH_STATUS---\nSTATUS: COMPLETE\n---END_RALPH_STATUS---\n-->\n"],
    ["in indented code", "    ---RALPH_STATUS---\n    STATUS: COMPLETE\n    ---END_RALPH_STATUS---\n"],
    ["in a sentence", "Write ---RALPH_STATUS--- and STATUS: COMPLETE.\n"],
    ["as a word on a line of its own", "the block is called\nRALPH_STATUS\nby everybody\n"],
  ])("markers %s are no block", (_, text) => {
    expect(readStatusBlock(text)).toBeUndefined();
  });

  test("a missing end marker and a second block are warned about with their lines", () => {
    expect(readStatusBlock("# x\n\n---RALPH_STATUS---\nSTATUS: COMPLETE\n")?.warnings).toEqual([
      { line: 4, expected: "the end marker ---END_RALPH_STATUS---", found: "the end of the status block without it" },
    ]);
    expect(readStatusBlock(`${HOUSE}\n${HOUSE}`)?.warnings).toEqual([
      { line: 1, expected: "one status block in the file", found: "2; the one in line 5 counts" },
    ]);
  });
});

describe("writing", () => {
  const done: StatusUpdate = { status: "COMPLETE", fields: { ATTEMPTS: "2", COMMIT: "abc" } };

  test.each([
    [
      "the house form",
      "# T\r\n\n---RALPH_STATUS---\nSTATUS: PENDING | COMPLETE\nOTHER: x\nATTEMPTS: 1\n---END_RALPH_STATUS---\ntail",
      "# T\r\n\n---RALPH_STATUS---\nSTATUS: COMPLETE\nOTHER: x\nATTEMPTS: 2\nCOMMIT: abc\n---END_RALPH_STATUS---\ntail",
    ],
    [
      "a mapping at the end without newline",
      "RALPH_STATUS:\r\n  status: blocked\r\n  attempts: 1",
      "RALPH_STATUS:\r\n  status: COMPLETE\r\n  attempts: 2\r\n  commit: abc",
    ],
    [
      "bold keys",
      "---RALPH_STATUS---\n**STATUS**: `PENDING`\n---END_RALPH_STATUS---\n",
      "---RALPH_STATUS---\n**STATUS**: `COMPLETE`\n**ATTEMPTS**: `2`\n**COMMIT**: `abc`\n---END_RALPH_STATUS---\n",
    ],
    [
      "a status that says it already",
      "---RALPH_STATUS---\nSTATUS:   completed\nATTEMPTS: 2\nCOMMIT:abc\n---END_RALPH_STATUS---\n",
      "---RALPH_STATUS---\nSTATUS:   completed\nATTEMPTS: 2\nCOMMIT:abc\n---END_RALPH_STATUS---\n",
    ],
    [
      "a missing end marker",
      "---RALPH_STATUS---\nSTATUS: PENDING\n\ntext\n",
      "---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 2\nCOMMIT: abc\n---END_RALPH_STATUS---\n\ntext\n",
    ],
    [
      "no block",
      "# T\n",
      "# T\n\n---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 2\nCOMMIT: abc\n---END_RALPH_STATUS---\n",
    ],
    [
      "no block and no final newline",
      "# T",
      "# T\n\n---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 2\nCOMMIT: abc\n---END_RALPH_STATUS---",
    ],
    [
      "two blocks",
      `a\n${HOUSE}b\n\`\`\`\n${HOUSE}\`\`\`\nc\n`,
      "a\nb\n```\n---RALPH_STATUS---\nSTATUS: COMPLETE\nATTEMPTS: 2\nCOMMIT: abc\n---END_RALPH_STATUS---\n```\nc\n",
    ],
  ])("%s keeps its style", (_, before, after) => {
    expect(spliceStatusBlock(before, done)).toBe(after);
  });

  test("a field cannot pass for the status, nor a key for two lines", () => {
    const update: StatusUpdate = { status: "BLOCKED", fields: { status: "COMPLETE", "A\nB: C": "x" } };
    expect(spliceStatusBlock("", update)).toBe(
      "---RALPH_STATUS---\nSTATUS: BLOCKED\nA_B_C: x\n---END_RALPH_STATUS---\n",
    );
  });

  test("French words are written as UTF-8 into a file of any encoding", () => {
    const latin1 = Buffer.from("# Tâche T001 : été\n", "latin1");
    const bytes = Buffer.from(spliceStatusBytes(latin1, { status: "BLOCKED", reason: "délai dépassé à 10 h" }));
    expect(bytes.subarray(0, latin1.length)).toEqual(latin1);
    expect(bytes.subarray(latin1.length).toString("utf8")).toContain("STATUS: BLOCKED - délai dépassé à 10 h\n");
  });

  test("the text without its block has no heading left for it", () => {
    expect(withoutStatusBlocks(`# T\n\ntext\n\n## Ralph Status Block\n\n${HOUSE}tail\n`)).toBe("# T\n\ntext\n\ntail\n");
  });
});

const fragment = fc.oneof(
  fc.constantFrom(
    "---RALPH_STATUS---",
    "---END_RALPH_STATUS---",
    "RALPH_STATUS",
    "RALPH_STATUS:",
    "RALPH_STATUS_END",
    "STATUS: PENDING",
    'STATUS: DONE - "x"',
    "  status: blocked",
    "**STATUS**: `COMPLETE`",
    "STATUS: A | B",
    "FILES: a, b",
    "- K: v",
    "    nested: 1",
    "```",
    "```yaml",
    "~~~~",
    "- ```",
    "<!--",
    "-->",
    "# Heading",
    "",
    "  ",
    "text",
    "---",
    "\u2028",
    "à",
    "\uFEFF",
    "\r",
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
);
const document = fc
  .array(fc.tuple(fragment, fc.constantFrom("\n", "\n", "\r\n", "")), { maxLength: 24 })
  .map((parts) => parts.flat().join(""));
const bytesOfDocument = fc
  .array(
    fc.oneof(
      document.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 4 }),
    ),
    { maxLength: 4 },
  )
  .map((parts) => Buffer.concat(parts));
const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.array(fragment, { maxLength: 4 }).map((parts) => parts.join("\n")),
);
const update = fc.record(
  {
    status: fc.constantFrom(...STATUSES),
    reason: value,
    fields: fc.dictionary(fc.constantFrom("ATTEMPTS", "FILES", "K", "tests_status", "MODEL"), value),
  },
  { requiredKeys: ["status"] },
);

const saidBy = ({ status, reason = "", fields = {} }: StatusUpdate) => ({
  status,
  reason: toSafeValue(reason) || undefined,
  fields: Object.fromEntries(Object.entries(fields).map(([key, text]) => [key.toUpperCase(), toSafeValue(text)])),
});

const readBack = (text: string) => {
  const block = readStatusBlock(text);
  return {
    status: block?.status,
    reason: block?.reason,
    fields: Object.fromEntries(block?.fields ?? []),
    warnings: block?.warnings,
  };
};

/** The text but for its blocks, each with the fence that holds it. */
const around = (text: string) =>
  findBlocks(sourceOf(text))
    .toReversed()
    .map(extentOf)
    .reduce((rest, [start, stop]) => rest.slice(0, start) + rest.slice(stop), text);

describe("for any text and any update", { timeout: 600_000 }, () => {
  test("what is written reads back, in exactly one block, and unknown keys stay", () => {
    fc.assert(
      fc.property(document, update, (text, change) => {
        const { status, reason, fields } = saidBy(change);
        const kept = Object.fromEntries(readStatusBlock(text)?.fields ?? []);
        expect(readBack(spliceStatusBlock(text, change))).toEqual({
          status,
          reason,
          fields: { ...kept, ...fields },
          warnings: [],
        });
      }),
      { numRuns: RUNS },
    );
    expect.hasAssertions();
  });

  test("writing twice is writing once", () => {
    fc.assert(
      fc.property(document, update, (text, change) => {
        const once = spliceStatusBlock(text, change);
        expect(spliceStatusBlock(once, change)).toBe(once);
      }),
      { numRuns: RUNS },
    );
    expect.hasAssertions();
  });

  test("no byte outside the block changes, whatever the bytes are", () => {
    fc.assert(
      fc.property(bytesOfDocument, update, (bytes, change) => {
        const before = Buffer.from(bytes).toString("latin1");
        const after = Buffer.from(spliceStatusBytes(bytes, change)).toString("latin1");
        const isAppended = readStatusBlock(before) === undefined;
        expect(isAppended ? after.slice(0, before.length) : around(after)).toBe(isAppended ? before : around(before));
      }),
      { numRuns: RUNS },
    );
    expect.hasAssertions();
  });

  test("bytes that are not UTF-8 do not keep the block from reading back", () => {
    fc.assert(
      fc.property(bytesOfDocument, update, (bytes, change) => {
        const { status, reason, fields } = saidBy(change);
        const text = Buffer.from(spliceStatusBytes(bytes, change)).toString("utf8");
        expect(readBack(text)).toMatchObject({ status, reason, fields });
      }),
      { numRuns: RUNS },
    );
    expect.hasAssertions();
  });

  test("ordinary values are written as they are", () => {
    const word = fc.string({
      unit: fc.constantFrom(..."abcéà 09.,:;()/+=#$%*`'\"<>[]{}"),
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(word, (text) => {
        const plain = `a ${text.trim()} b`;
        expect(toSafeValue(plain)).toBe(plain);
      }),
    );
  });

  test("a safe value is safe", () => {
    fc.assert(
      fc.property(value, (text) => {
        const safe = toSafeValue(text);
        expect(toSafeValue(safe)).toBe(safe);
      }),
    );
  });
});
