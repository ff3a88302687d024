import { describe, expect, test } from "vitest";
import type { ModelClient, Question, Traits } from "../../src/core/model.ts";
import type { Role } from "../../src/core/prompt.ts";
import type { Task } from "../../src/core/task.ts";
import { NO_BOUNDS } from "../../src/engine/protect.ts";
import { chooseShown, questionsFor, type Scene } from "../../src/engine/question.ts";
import { fakeModel, fakeTask, fakeWorld } from "../support/fake-world.ts";

const never = new AbortController().signal;
const SHORT = "export const a = 1;\n";
const FILES: Readonly<Record<string, string>> = {
  "src/a.js": `import { b } from "./b.js";\n${SHORT}`,
  "src/b.js": "export const b = 1;\n",
  "test/a.test.js": "a: src/a.js must contain two\n",
};
const modify = (...paths: readonly string[]) => paths.map((path) => ({ path, action: "modify" as const }));

interface Asked {
  readonly task?: Partial<Task>;
  readonly traits?: Partial<Traits>;
  readonly role?: Role;
  readonly files?: Readonly<Record<string, string>>;
  readonly tokensLeft?: number;
}

/** The question for a model whose best mode is blocks bound by a grammar, and a diff where that cannot be. */
async function ask({
  task = {},
  traits = {},
  role = "builder",
  files = FILES,
  tokensLeft,
}: Asked = {}): Promise<Question> {
  const world = fakeWorld({ tasks: [], files, answers: [] });
  const scene: Scene = {
    task: fakeTask("T001", { files: modify("src/a.js"), ...task }),
    checks: [],
    world: {
      ...world,
      modeOf: (_, { takesGrammar }) =>
        takesGrammar ? { format: "search-replace", grammar: true } : { format: "unified-diff", grammar: false },
    },
    workspace: {
      files: async () => Object.keys(files),
      changedFiles: async () => [],
      read: (path) => {
        const text = files[path];
        return text === undefined ? { kind: "missing" } : { kind: "text", text, mode: "100644" };
      },
    },
  };
  const shown = await chooseShown(scene, ["test/a.test.js"]);
  const client: ModelClient = {
    ...fakeModel,
    traits: async () => ({ contextTokens: 16_000, outputTokens: 4_000, takesGrammar: true, ...traits }),
  };
  const questionFor = await questionsFor(scene, { role, shown, evidence: [], bounds: NO_BOUNDS }, 1, {
    onMade: async () => {},
    tokensLeft: tokensLeft ?? Number.POSITIVE_INFINITY,
    signal: never,
  });
  const question = await questionFor(client, 0);
  if (question === undefined) throw new Error("the prompt does not fit");
  return question;
}

const isBound = async (asked: Asked): Promise<boolean> => (await ask(asked)).options.grammar !== undefined;

describe("a reply is bound to the task's files", () => {
  test("which the grammar holds as they are; what it may not change is not in it", async () => {
    const { options, prompt } = await ask();
    expect(options.grammar).toContain("export const a = 1;");
    expect(options.grammar).not.toContain("must contain two");
    expect(prompt.user).toContain("Answer with a diff.");
  });

  test.each<[string, Asked]>([
    ["the server takes no grammar", { traits: { takesGrammar: false } }],
    ["the task names no file", { task: { files: [] } }],
    ["a file is to be deleted", { task: { files: [{ path: "src/b.js", action: "delete" }] } }],
    ["a named file is too long for one", { files: { ...FILES, "src/a.js": SHORT.repeat(900) } }],
    ["a file that it imports is too long for one", { files: { ...FILES, "src/b.js": SHORT.repeat(900) } }],
    ["a tester has no file to write in", { role: "tester" }],
  ])("but not where %s", async (_, asked) => {
    expect(await isBound(asked)).toBe(false);
  });

  test("where a file is to be created, too", async () => {
    const { options } = await ask({ task: { files: [{ path: "src/new.js", action: "create" }] } });
    expect(options.grammar).toContain("src/new.js");
  });
});

describe("a role that writes no patch", () => {
  test.each(["verifier", "planner"] as const)(
    "such as the %s, is neither bound, watched nor told how to write one",
    async (role) => {
      const { prompt, options } = await ask({ role });
      expect([options.grammar, options.watch]).toEqual([undefined, undefined]);
      expect(prompt.user).not.toContain("Answer with a diff.");
      expect(prompt.user).not.toMatch(/patch now/);
    },
  );
});

describe("the reply's length", () => {
  test("is what the model may write, and no more than its context has left", async () => {
    expect((await ask()).options.maxTokens).toBe(1_000);
    const small = await ask({ traits: { contextTokens: 900, outputTokens: 800, takesGrammar: false } });
    const promptTokens = (small.prompt.system.length + small.prompt.user.length) / 3;
    expect(small.options.maxTokens).toBe(Math.floor(900 - promptTokens));
  });

  test("is no more than a budget has left", async () => {
    const { prompt, options } = await ask({ tokensLeft: 700 });
    expect(options.maxTokens).toBe(Math.floor(700 - (prompt.system.length + prompt.user.length) / 3));
    expect((await ask({ tokensLeft: 3 })).options.maxTokens).toBe(1);
  });
});
