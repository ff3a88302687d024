import * as fc from "fast-check";
import type { Nodes, Root } from "mdast";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";
import { describe, expect, test } from "vitest";
import type { TaskSummary } from "../../src/core/task.ts";
import { parseTask } from "../../src/task/parse.ts";
import { scanTask, type TaskScan } from "../../src/task/scan.ts";
import { spliceStatusBlock, withoutStatusBlocks } from "../../src/task/status-block.ts";

const RUNS = process.env["RALPH_TEST_FULL"] === undefined ? 1_000 : 100_000;

const taskOf = (text: string, path = "tasks/T001.md"): TaskSummary => {
  const scan = scanTask(text, path);
  expect(scan.kind).toBe("task");
  return (scan as Extract<TaskScan, { kind: "task" }>).task;
};

const problemOf = (text: string, path = "tasks/T001.md") => {
  const scan = scanTask(text, path);
  return scan.kind === "problem" ? scan.problem : scan.kind;
};

const warningsOf = (text: string, path = "tasks/T001.md") => {
  const scan = scanTask(text, path);
  return scan.kind === "task" ? scan.warnings : scan.kind;
};

test("a task in the documented form is read", () => {
  const text = `# Task T007: Auth Service

**Priority**: P1
**Time Estimate**: 3h
**WSJF Score**: 7.5
**Complexity**: complex
**Queue**: tdd
**Tier**: TIER1
**Depends On**: T001, T005

## Success Criteria
- [ ] x

---RALPH_STATUS---
STATUS: BLOCKED - Max iterations reached
---END_RALPH_STATUS---
`;
  expect(taskOf(text, "tasks/T007.md")).toEqual({
    id: "T007",
    title: "Auth Service",
    queue: "tdd",
    priority: "P1",
    wsjf: 7.5,
    complexity: "complex",
    tier: "TIER1",
    dependsOn: ["T001", "T005"],
    status: "BLOCKED",
    statusReason: "Max iterations reached",
    path: "tasks/T007.md",
  });
  expect(warningsOf(text, "tasks/T007.md")).toEqual([]);
});

test("French words are read", () => {
  const text = `# Tâche T003 : En-têtes de sécurité

**Priorité** : P0
**Complexité** : moyenne
**Temps estimé** : 2 jours
**Valeur** : 8
**Criticité** : 5
**Risque** : 3,5
**Taille** : 2
**Dépend de** : T001 et T002
`;
  const { title, priority, complexity, wsjf, dependsOn } = taskOf(text, "tasks/T003.md");
  expect({ title, priority, complexity, wsjf, dependsOn }).toEqual({
    title: "En-têtes de sécurité",
    priority: "P0",
    complexity: "medium",
    wsjf: 8.25,
    dependsOn: ["T001", "T002"],
  });
});

describe("id and title", () => {
  test.each([
    ["# Task T001: Docker Setup", "tasks/T001.md", "T001", "Docker Setup"],
    ["# Task T001 - Docker Setup", "tasks/T001.md", "T001", "Docker Setup"],
    ["# Task T001 Docker Setup", "tasks/T001.md", "T001", "Docker Setup"],
    ["# T001 — Docker Setup", "tasks/T001.md", "T001", "Docker Setup"],
    ["# T001: Docker Setup #", "tasks/T001.md", "T001", "Docker Setup"],
    ["# Tâche T001 : Docker", "tasks/T001.md", "T001", "Docker"],
    ["# Ta\u0302che T001 : Docker", "tasks/T001.md", "T001", "Docker"],
    ["# **Task T001**: Docker", "tasks/T001.md", "T001", "Docker"],
    ["# [T001] Docker", "tasks/T001.md", "T001", "[T001] Docker"],
    ["## Task T001: Docker", "tasks/T001.md", "T001", "Docker"],
    ["# task t001: docker", "tasks/T001.md", "T001", "docker"],
    ["# Task T001", "tasks/T001.md", "T001", "T001"],
    ["# Task: Docker", "tasks/T001.md", "T001", "Docker"],
    ["# Docker", "tasks/T001-docker.md", "T001", "Docker"],
    ["# Docker", "tasks/d002.md", "D002", "Docker"],
    ["# Task: Docker", "tasks/add docker été.md", "add-docker-t", "Docker"],
    ["# Task US-12: Docker", "C:\\tasks\\story.md", "US-12", "Docker"],
    ["\uFEFF# Task T001: Docker\r\n", "tasks/T001.md", "T001", "Docker"],
    [
      "intro\n\n```\n# Task T009: no\n```\n<!--\n# Task T008: no\n-->\n# Task T001: Docker",
      "T001.md",
      "T001",
      "Docker",
    ],
  ])("%j in %s", (text, path, id, title) => {
    const task = taskOf(text, path);
    expect({ id: task.id, title: task.title }).toEqual({ id, title });
  });

  test.each([
    ["README.md", "# Task T001: an example"],
    ["notes.md", "# Task files and how to write them"],
    ["notes.md", "# Notes\n\n```\n---RALPH_STATUS---\nSTATUS: PENDING\n---END_RALPH_STATUS---\n```\n"],
    ["TODO.md", "# Things to do"],
    ["Design.md", ""],
  ])("%s with %j is no task", (path, text) => {
    expect(scanTask(text, path)).toEqual({ kind: "no task" });
  });

  test("a status block makes a task of any file", () => {
    const text = "# Rate limits\n\n---RALPH_STATUS---\nSTATUS: PENDING\n---END_RALPH_STATUS---\n";
    expect(taskOf(text, "tasks/rate-limits.md")).toMatchObject({ id: "rate-limits", title: "Rate limits" });
  });

  test("an id that is not that of the file's name is warned about", () => {
    expect(warningsOf("\n# Task T002: copied\n", "tasks/T001.md")).toEqual([
      { path: "tasks/T001.md", line: 2, expected: "T001, as in the file's name", found: "T002" },
    ]);
  });
});

describe("fields", () => {
  const withField = (line: string) => `# Task T001: x\n\n${line}\n\n## Actions\n`;

  test.each([
    ["**Priority**: P0", { priority: "P0" }],
    ["**Priority:** P1 (high)", { priority: "P1" }],
    ["- **Priority**: `P3`", { priority: "P3" }],
    ["**Priority**: High", { priority: "P1" }],
    ["**Priorité** : basse", { priority: "P3" }],
    ["**WSJF Score**: 9.5", { wsjf: 9.5 }],
    ["**WSJF**: 9,5/10", { wsjf: 9.5 }],
    ["**Time Estimate**: 30 min", { wsjf: 6.5 }],
    ["**Time Estimate**: 1h30", { wsjf: 6 }],
    ["**Time Estimate**: 1 month", { wsjf: 5.5 }],
    ["**Time Estimate**: 1 day 2h", { wsjf: 5.5 }],
    ["**Temps estimé**: 2 semaines", { wsjf: 5.5 }],
    ["**Queue**: Deploy + Prod", { queue: "deploy" }],
    ["**Queue**: TDD Red/Green", { queue: "tdd" }],
    ["**Tier**: TIER2 (Medium)", { tier: "TIER2" }],
    ["**Complexity**: Simple", { complexity: "simple" }],
    ["**Depends On**: T002", { dependsOn: ["T002"] }],
    ["**Depends On**: T002, t003; T004 and T005", { dependsOn: ["T002", "T003", "T004", "T005"] }],
    ["**Depends On**: [T002](T002.md), T003 (the proxy)", { dependsOn: ["T002", "T003"] }],
    ["**Depends On**: T002: Docker v2, add-login", { dependsOn: ["T002", "add-login"] }],
    ["**Depends On**: T002 T003", { dependsOn: ["T002", "T003"] }],
    ["**Depends On**: none", { dependsOn: [] }],
    ["**Dépendances** : aucune", { dependsOn: [] }],
    ["**Depends On**:", { dependsOn: [] }],
    ["**Value**: 8\n**Size**: 2", { wsjf: 4 }],
    ["**Value**: 8\n**Size**: 0", { wsjf: 6 }],
    ["**Value**: 8\n**Size**: 0.000001", { wsjf: 6 }],
    ["**Priority**: P0\n**Priority**: P3", { priority: "P0" }],
    ["Priority: P0", { priority: "P2" }],
    ["## Notes\n**Priority**: P0", { priority: "P2" }],
    ["```\n**Priority**: P0\n```", { priority: "P2" }],
    ["    **Priority**: P0", { priority: "P2" }],
  ])("%j", (line, expected) => {
    expect(taskOf(withField(line))).toMatchObject(expected);
    expect(warningsOf(withField(line))).toEqual([]);
  });

  test.each([
    ["**Priority**: P0/P1/P2", "P0, P1, P2 or P3 as priority", "P0/P1/P2"],
    ["**Priority**: urgent", "P0, P1, P2 or P3 as priority", "urgent"],
    [`**WSJF Score**: ${"9".repeat(400)}`, "a number such as 8.5 as wsjf", "9".repeat(80)],
    ["**WSJF Score**: X", "a number such as 8.5 as wsjf", "X"],
    ["**Time Estimate**: Xh", "a time such as 30 min, 2h or 1 day as time estimate", "Xh"],
    ["**Complexity**: simple|medium|complex", "simple, medium or complex as complexity", "simple|medium|complex"],
    ["**Queue**: later", "tdd or deploy as queue", "later"],
  ])("%j is warned about and counts as absent", (line, expected, found) => {
    expect(warningsOf(withField(line))).toEqual([{ path: "tasks/T001.md", line: 3, expected, found }]);
    expect(taskOf(withField(line))).toMatchObject({ priority: "P2", wsjf: 6, queue: "tdd" });
  });

  test("an id of the letter D alone belongs to the deploy queue", () => {
    expect(taskOf("# Task D001: Build", "D001.md").queue).toBe("deploy");
    expect(taskOf("# Task DOC1: Write", "DOC1.md").queue).toBe("tdd");
  });

  test("what other loops keep in the status block counts where the title's fields are silent", () => {
    const block =
      "---RALPH_STATUS---\nSTATUS: PENDING\nCOMPLEXITY: complex\nMODEL_TIER: TIER1\nWSJF: 3\n---END_RALPH_STATUS---\n";
    expect(taskOf(`# Task T001: x\n\n${block}`)).toMatchObject({ complexity: "complex", tier: "TIER1", wsjf: 3 });
    expect(taskOf(`# Task T001: x\n\n**WSJF**: 4\n\n${block}`)).toMatchObject({ complexity: "complex", wsjf: 4 });
  });
});

describe("what cannot be read is told with its line", { timeout: 600_000 }, () => {
  test.each([
    ["an empty file", "", 1, "a title such as `# Task T001: What to do`", "an empty file"],
    ["blank lines", "\n \n", 1, "a title such as `# Task T001: What to do`", "an empty file"],
    ["no title", "\n\nSome text\nmore", 3, "a title such as `# Task T001: What to do`", "Some text"],
    ["a lost title", "## Actions\n1. x", 1, "a title such as `# Task T001: What to do`", "## Actions"],
    [
      "NUL bytes",
      "# Task T001: x\n\nabc\0\0",
      3,
      "UTF-8 text",
      "a NUL byte (a binary file, UTF-16, or one torn by a crash)",
    ],
    [
      "a status in a person's own words",
      "# Task T001: x\n\n---RALPH_STATUS---\nSTATUS: ON_HOLD\n---END_RALPH_STATUS---\n",
      4,
      "STATUS: PENDING, IN_PROGRESS, COMPLETE, BLOCKED or AWAITING_APPROVAL",
      "ON_HOLD",
    ],
  ])("%s", (_, text, ...[line, expected, found]) => {
    expect(problemOf(text)).toEqual({ path: "tasks/T001.md", line, expected, found });
  });

  test("a file cut at any byte is a task or a problem, never a crash and never complete by accident", () => {
    const whole =
      "\uFEFF# Tâche T001 : été\r\n\r\n**Priorité** : P0\r\n\r\n```sh\r\nls\r\n```\r\n---RALPH_STATUS---\r\nSTATUS: BLOCKED - non\r\n---END_RALPH_STATUS---\r\n";
    const bytes = Buffer.from(whole);
    const kinds = new Set<string>();
    for (let length = 0; length <= bytes.length; length++) {
      const scan = scanTask(bytes.subarray(0, length).toString(), "tasks/T001.md");
      kinds.add(scan.kind === "task" ? scan.task.status : scan.kind);
    }
    expect([...kinds].sort()).toEqual(["BLOCKED", "PENDING", "problem"]);
  });

  test("any bytes at all are a task, a problem or no task", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(["task", "problem", "no task"]).toContain(scanTask(Buffer.from(bytes).toString(), "T001.md").kind);
      }),
      { numRuns: RUNS },
    );
    expect.hasAssertions();
  });

  test.each([
    ["fences that never close", "```a\n<!--\n~~~b\n".repeat(60_000)],
    ["fences that do", "```\na\n```\n".repeat(60_000)],
    ["status blocks", "---RALPH_STATUS---\nSTATUS: PENDING\n---END_RALPH_STATUS---\n".repeat(20_000)],
    ["blocks without an end", "---RALPH_STATUS---\n".repeat(30_000)],
    ["markers in one fence", `\`\`\`\n${"---RALPH_STATUS---\n".repeat(30_000)}\`\`\`\n`],
    ["blanks in a field's name", `**${" ".repeat(600_000)}x`],
    ["blanks in a marker", `---RALPH_STATUS${" ".repeat(600_000)}x\n`],
    ["blanks behind the block's heading", `## Ralph Status ${" ".repeat(600_000)}\n---RALPH_STATUS---\n`],
    ["carriage returns", `---RALPH_STATUS---\nSTATUS: PENDING${"\r".repeat(600_000)}x\n`],
    ["quotes", `---RALPH_STATUS---\nX: ${"'\"".repeat(20_000)}${"\"'".repeat(20_000)}\n`],
  ])("a hostile file of %s is read and written in passing", (_, rest) => {
    const text = `# Task T001: x\n${rest}`;
    expect(scanTask(text, "T001.md").kind).not.toBe("no task");
    expect(taskOf(spliceStatusBlock(text, { status: "COMPLETE" })).status).toBe("COMPLETE");
    expect(withoutStatusBlocks(text).length).toBeLessThanOrEqual(text.length);
  });

  test("control characters do not reach the terminal", () => {
    const text =
      "# Task T001: \u001b[31mred\n\n---RALPH_STATUS---\nSTATUS: BLOCKED - \u001b[2J\n---END_RALPH_STATUS---\n";
    expect(taskOf(text)).toMatchObject({ title: " [31mred", statusReason: " [2J" });
    expect(problemOf("\u001b[2J")).toMatchObject({ found: " [2J" });
  });

  test("words that name something in JavaScript are only words", () => {
    const text =
      "# Task T001: x\n\n**Priority**: constructor\n\n## Files\n- a.js, the constructor of a (constructor)\n";
    expect(taskOf(text).priority).toBe("P2");
    expect(parseTask(text, "T001.md").files).toEqual([{ path: "a.js", action: "modify" }]);
    expect(problemOf("# Task T001: x\n\n---RALPH_STATUS---\nSTATUS: constructor\n")).toMatchObject({
      found: "constructor",
    });
  });
});

describe("the line scan and a markdown parser", { timeout: 600_000 }, () => {
  const line = fc.constantFrom(
    "# Task T002: other",
    "## Task T003: deeper",
    "## Notes",
    "**Priority**: P0",
    "**Priority**: P1",
    "**WSJF Score**: 3",
    "**Depends On**: T009",
    "- **Priority**: P3",
    "text **Priority**: P0",
    "plain text",
    "#no heading",
  );
  const inside = fc.array(line, { maxLength: 3 }).map((lines) => lines.join("\n"));
  const part = fc.oneof(
    line,
    inside.map((text) => `\`\`\`sh\n${text}\n\`\`\``),
    inside.map((text) => `~~~~\n\`\`\`\n${text}\n~~~~`),
    inside.map((text) => `- \`\`\`\n  ${text.replaceAll("\n", "\n  ")}\n  \`\`\``),
    inside.map((text) => `<!--\n${text}\n-->`),
    inside.map((text) => `<!-- ${text} -->`),
    inside.map((text) => `text\n\n    ${text.replaceAll("\n", "\n    ")}`),
    inside.map((text) => `> ${text.replaceAll("\n", "\n> ")}`),
  );
  const file = fc
    .tuple(fc.array(part, { maxLength: 8 }), fc.constantFrom("\n", "\r\n"))
    .map(([parts, ending]) => parts.join("\n\n").replaceAll("\n", ending));

  /** Title and first fields as markdown has them: paragraphs up to the second heading, code and comments left out. */
  const oracle = (text: string) => {
    const root: Root = unified().use(remarkParse).use(remarkGfm).parse(text);
    const title = root.children.findIndex((node) => node.type === "heading");
    const next = root.children.findIndex((node, index) => index > title && node.type === "heading");
    const header = title === -1 ? [] : root.children.slice(title + 1, next === -1 ? undefined : next);
    const rows = header
      .filter((node) => node.type !== "blockquote")
      .flatMap(paragraphs)
      .flatMap((node) => text.slice(node.position?.start.offset, node.position?.end.offset).split(/\r?\n/));
    const first = (name: string) =>
      rows
        .map((row) => new RegExp(`^(?:- )?\\*\\*${name}\\*\\*: (.*)$`).exec(row)?.[1])
        .find((found) => found !== undefined);
    const heading = root.children[title];
    return {
      heading:
        heading === undefined ? undefined : text.slice(heading.position?.start.offset, heading.position?.end.offset),
      priority: first("Priority") ?? "P2",
      dependsOn: first("Depends On")?.split(", ") ?? [],
    };
  };
  const paragraphs = (node: Nodes): readonly Nodes[] =>
    node.type === "paragraph" ? [node] : "children" in node ? node.children.flatMap(paragraphs) : [];

  test("see the same title and fields", () => {
    fc.assert(
      fc.property(file, (text) => {
        const { heading, priority, dependsOn } = oracle(text);
        const scan = scanTask(text, "tasks/T001.md");
        const seen = scan.kind === "task" ? scan.task : undefined;
        const isTitle = heading !== undefined && /^# |Task T\d+/.test(heading);
        expect({ title: seen?.title, priority: seen?.priority, dependsOn: seen?.dependsOn }).toEqual({
          title: isTitle ? heading.replace(/^#+ (?:Task T\d+: )?/, "") : undefined,
          priority: isTitle ? priority : undefined,
          dependsOn: isTitle ? dependsOn : undefined,
        });
      }),
      { numRuns: RUNS },
    );
    expect.hasAssertions();
  });

  test("a task is parsed with the id, fields and status with which it was listed", () => {
    fc.assert(
      fc.property(file, (rest) => {
        const text = `# Task T001: x\n\n${rest}\n\n---RALPH_STATUS---\nSTATUS: COMPLETE - y\n---END_RALPH_STATUS---\n`;
        expect(parseTask(text, "tasks/T001.md")).toMatchObject(taskOf(text));
      }),
      { numRuns: RUNS / 5 },
    );
    expect.hasAssertions();
  });
});
