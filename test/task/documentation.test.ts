import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseTask } from "../../src/task/parse.ts";
import { scanTask } from "../../src/task/scan.ts";
import { readStatusBlock } from "../../src/task/status-block.ts";

const text = readFileSync(new URL("../../tasks/README.md", import.meta.url), "utf8");
const examples = [...text.matchAll(/^(`{3,4})(?:markdown)?\n(.*?)^\1$/gms)].map(([, , example = ""]) => example);
const [english = "", french = "", ...blocks] = examples;

test("the documented task says what the page tells of it", () => {
  expect(parseTask(english, "tasks/T004.md")).toMatchObject({
    id: "T004",
    title: "Limit the rate of sign-in attempts",
    priority: "P1",
    wsjf: 8,
    complexity: "medium",
    tier: "TIER2",
    dependsOn: ["T001", "T002"],
    status: "PENDING",
    criteria: [{ checked: false }, { text: "The answer says in Retry-After when to come back" }],
    actions: ["Add a token bucket with an injected clock", "Use it in the sign-in route"],
    files: [
      { path: "src/rate-limit.js", action: "create" },
      { path: "src/routes/sign-in.js", action: "modify" },
      { path: "test/rate-limit.test.js", action: "create" },
    ],
    checks: [{ command: "node --test test/rate-limit.test.js" }],
    notes: "One bucket per address, kept in memory.",
  });
});

test("the documented French task says the same kind of things", () => {
  expect(parseTask(french, "tasks/T005.md")).toMatchObject({
    id: "T005",
    title: "Réduire la taille des images",
    priority: "P2",
    wsjf: 5.75,
    dependsOn: ["T004"],
    criteria: [{ text: "Aucune image ne dépasse 200 Ko" }],
    files: [
      { path: "src/images.js", action: "modify" },
      { path: "src/anciennes-images.js", action: "delete" },
    ],
    checks: [{ command: "npm test" }],
    notes: "Garder les originaux.",
  });
});

test("every documented form of the status block is read, also in a fence", () => {
  const forms = blocks.flatMap((block) => [block, `\`\`\`\n${block}\`\`\`\n`]);
  expect(forms.map((form) => readStatusBlock(form)?.status)).toEqual([
    "BLOCKED",
    "BLOCKED",
    "COMPLETE",
    "COMPLETE",
    "COMPLETE",
    "COMPLETE",
    "COMPLETE",
    "COMPLETE",
  ]);
});

test("the page itself is no task", () => {
  expect(scanTask(text, "tasks/README.md")).toEqual({ kind: "no task" });
});
