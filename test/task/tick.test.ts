import { expect, test } from "vitest";
import { tickCriteria } from "../../src/task/tick.ts";

const tick = (text: string, ...places: number[]): string =>
  Buffer.from(tickCriteria(Buffer.from(text), places)).toString();

const TASK = `# Task T001: Éa 🙂

## Success Criteria
- [ ] erster – 🙂
- [x] second
  * [ ] within
- third

## Files to Create/Modify
- [ ] src/a.js

---RALPH_STATUS---
STATUS: PENDING
- [ ] not this
---END_RALPH_STATUS---
`;

test("the boxes of the places named are ticked, and nothing else changes", () => {
  expect(tick(TASK, 1)).toBe(TASK.replace("- [ ] erster", "- [x] erster"));
  expect(tick(TASK, 3)).toBe(TASK.replace("* [ ] within", "* [x] within"));
  expect(tick(TASK, 1, 2, 3, 4, 5)).toBe(
    TASK.replace("- [ ] erster", "- [x] erster").replace("* [ ] within", "* [x] within"),
  );
  expect(tick(TASK)).toBe(TASK);
});

test("line ends and a byte order mark stay as they are", () => {
  const windows = `\uFEFF${TASK.replaceAll("\n", "\r\n")}`;
  expect(tick(windows, 1)).toBe(windows.replace("- [ ] erster", "- [x] erster"));
});

test("a criterion in a status block's place or in code has no box", () => {
  const text = "# T001\n\n## Success Criteria\n```\n- [ ] code\n```\n1. [ ] one\n";
  expect(tick(text, 1)).toBe(text.replace("1. [ ]", "1. [x]"));
});

test("bytes that are no UTF-8 are left alone", () => {
  const bytes = Buffer.concat([Buffer.from(TASK), Buffer.from([0xff, 0xfe])]);
  expect(tickCriteria(bytes, [1])).toEqual(bytes);
});
