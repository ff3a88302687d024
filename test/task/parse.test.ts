import { describe, expect, test } from "vitest";
import { RalphError } from "../../src/core/error.ts";
import { parseTask } from "../../src/task/parse.ts";

const parse = (sections: string) => parseTask(`# Task T001: x\n\n${sections}`, "tasks/T001.md");

const errorOf = (text: string, path = "tasks/T001.md") => {
  try {
    return parseTask(text, path);
  } catch (error) {
    return error instanceof RalphError ? { code: error.code, ...(error.details as object) } : error;
  }
};

test("a task in the documented form is read whole", () => {
  const text = `# Task T002: gRPC-Web Proxy

**Priority**: P0

## Success Criteria
- [ ] Calls from the browser
      reach the backend
- [x] \`/health\` answers 200

## Actions
1. Add the proxy
   - for staging
   - for production
2. Route \`/grpc\`

## Files to Create/Modify
- [ ] proxy/envoy.yaml (CREATE)
- [ ] \`src/my app.ts\` (MODIFY) - add the new route

## Checks
- \`npm test -- proxy\` finds no \`ECONNREFUSED\`

## Technical Notes
Envoy, not nginx.

### Ports
8080

## Ralph Status Block
---RALPH_STATUS---
STATUS: PENDING
---END_RALPH_STATUS---
`;
  const { criteria, actions, files, checks, notes, body } = parseTask(text, "tasks/T002.md");
  expect({ criteria, actions, files, checks, notes }).toEqual({
    criteria: [
      { text: "Calls from the browser reach the backend", checked: false, judge: "reader" },
      { text: "`/health` answers 200", checked: true, judge: "tests" },
    ],
    actions: ["Add the proxy\n- for staging\n- for production", "Route `/grpc`"],
    files: [
      { path: "proxy/envoy.yaml", action: "create" },
      { path: "src/my app.ts", action: "modify" },
    ],
    checks: [{ name: "npm test -- proxy", command: "npm test -- proxy" }],
    notes: "Envoy, not nginx.\n\n### Ports\n8080",
  });
  expect(body).toBe(text.slice(0, text.indexOf("## Ralph Status Block")));
});

test("French sections are read", () => {
  const task = parse(`## Critères de succès
- [ ] Un critère

## Actions
1. Une action

## Fichiers à créer/modifier
- [ ] a.rs (CRÉER)
- [ ] b.rs (MODIFIER)
- [ ] c.rs (SUPPRIMER)
- [ ] d.rs (CRÉER|MODIFIER)

## Vérifications
\`cargo test --lib\`

## Notes techniques
Des notes.
`);
  expect(task).toMatchObject({
    criteria: [{ text: "Un critère", checked: false }],
    actions: ["Une action"],
    files: [
      { path: "a.rs", action: "create" },
      { path: "b.rs", action: "modify" },
      { path: "c.rs", action: "delete" },
      { path: "d.rs", action: "modify" },
    ],
    checks: [{ command: "cargo test --lib" }],
    notes: "Des notes.",
  });
});

describe("files", () => {
  test.each([
    ["- `./src/a.ts` (DELETE)", { path: "src/a.ts", action: "delete" }],
    ["- [src/a.ts](../src/a.ts) (new)", { path: "src/a.ts", action: "create" }],
    ["- src\\win\\a.ts: create it", { path: "src/win/a.ts", action: "create" }],
    ["- **CREATE** src/a.ts", { path: "src/a.ts", action: "create" }],
    ["- **CRÉER** : src/été.ts", { path: "src/été.ts", action: "create" }],
    ["- Modify `src/new.ts`", { path: "src/new.ts", action: "modify" }],
    ["- src/create.ts", { path: "src/create.ts", action: "modify" }],
    ["- src/a.ts (see the notes), delete the rest", { path: "src/a.ts", action: "delete" }],
    ["- none", undefined],
  ])("%s", (line, expected) => {
    expect(parse(`## Files to Create/Modify\n${line}\n`).files).toEqual(expected === undefined ? [] : [expected]);
  });
});

describe("checks", () => {
  test.each([
    ["a list", "- `npm test`\n- then `npm run lint`\n", ["npm test", "npm run lint"]],
    ["a paragraph", "Run `npm test`\nand `npm run lint`.\n", ["npm test", "npm run lint"]],
    ["the same one twice", "- `npm test`\n- `npm test`\n", ["npm test"]],
    [
      "a fence with comments and prompts",
      "```sh\n# all\n$ npm test\n\nnode --test \\\n  test/a.mjs\n```\n",
      ["npm test", "node --test test/a.mjs"],
    ],
    ["CRLF", "```\r\nnpm test\r\nnpm run lint\r\n```\r\n", ["npm test", "npm run lint"]],
    [
      "a deeper heading",
      "### Unit\n`npm test`\n### Browser\n`npx playwright test`\n",
      ["npm test", "npx playwright test"],
    ],
    ["none", "none\n", []],
    ["nothing", "\n", []],
  ])("are read from %s", (_, text, commands) => {
    expect(parse(`## Checks\n${text}`).checks.map(({ command }) => command)).toEqual(commands);
  });

  test("a task without the section has none of its own", () => {
    expect(parse("## Actions\n1. x\n").checks).toEqual([]);
  });

  test("in words only they are refused, with the line in the file as it is on disk", () => {
    const block = "---RALPH_STATUS---\nSTATUS: PENDING\n---END_RALPH_STATUS---\n";
    expect(errorOf(`# Task T001: x\n\n${block}\n## Checks\n\nRun the tests.\nAll of them.\n`)).toEqual({
      code: "TASK_UNREADABLE",
      path: "tasks/T001.md",
      line: 9,
      expected: "commands in backticks, or in a code block, one a line",
      found: "Run the tests.",
    });
  });
});

describe("what is no task", () => {
  test("is refused as the listing told it", () => {
    expect(errorOf("# Task T001: x\n\n\0")).toMatchObject({ code: "TASK_UNREADABLE", line: 3, expected: "UTF-8 text" });
  });

  test("is refused when it was not listed at all", () => {
    expect(errorOf("# Notes\n", "tasks/notes.md")).toMatchObject({
      code: "TASK_UNREADABLE",
      line: 1,
      expected: "a title such as `# Task T001: What to do`",
    });
  });
});

test("sections inside code and under other headings are left alone", () => {
  const task = parse("## Example\n```\n## Checks\n`rm -rf /`\n```\n\n## Technical Notes\n### Checks\n`npm run slow`\n");
  expect(task.checks).toEqual([]);
  expect(task.notes).toBe("### Checks\n`npm run slow`");
});

test("a byte order mark is no part of the body", () => {
  expect(parseTask("\uFEFF# Task T001: x\r\n", "T001.md").body).toBe("# Task T001: x\r\n");
});
