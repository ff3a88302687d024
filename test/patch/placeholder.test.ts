import { expect, test } from "vitest";
import { isPlaceholder } from "../../src/patch/placeholder.ts";

test.each([
  "// ... existing code ...",
  "# ... rest of the code",
  "/* ... (remaining implementation unchanged) ... */",
  "  ... existing code ...",
  "... unchanged",
  "// rest of the function",
])("%s stands for code", (line) => {
  expect(isPlaceholder(line)).toBe(true);
});

test.each([
  "  ...rest,",
  "  ...rest",
  "...existing })",
  "  ...previous.items,",
  "  ...others",
  "...args) {",
  "  ...(await load()),",
])("%s is code", (line) => {
  expect(isPlaceholder(line)).toBe(false);
});
