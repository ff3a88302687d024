/** A world in memory for the loop: real store and engine; files, model and checks are plain data. */
import { createHash } from "node:crypto";
import { runProbes } from "../../src/check/probe.ts";
import type { RunCheck, TestResult, TestRun } from "../../src/core/check.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { EventBody, RalphEvent } from "../../src/core/event.ts";
import type { ModelClient, TierReply } from "../../src/core/model.ts";
import type { FileChange, ReadFile } from "../../src/core/patch.ts";
import type { Prompt } from "../../src/core/prompt.ts";
import type { Store } from "../../src/core/store.ts";
import type { StatusUpdate, Task, TaskSource } from "../../src/core/task.ts";
import { NO_USAGE } from "../../src/core/usage.ts";
import type { CommitId, Place, Workspace, Workspaces } from "../../src/core/workspace.ts";
import type { World } from "../../src/engine/world.ts";
import { blockPaths } from "../../src/policy/guard.ts";
import { memoryStore } from "../../src/store/memory.ts";

type Tree = Readonly<Record<string, string>>;

/** How long a model that failed is not asked. */
const FAKE_REST_MS = 15_000;

const FORMAT = { file: "FORMAT.md", text: "Answer with a diff." };

export const fakeModel: ModelClient = {
  name: "fake",
  endpoint: "fake",
  ask: () => Promise.reject(new Error("the fake world answers itself")),
  health: async () => ({ ok: true, detail: "" }),
  traits: async () => ({ contextTokens: 32_000, outputTokens: 4_000, takesGrammar: false }),
};

export const usage = { promptTokens: 100, cachedTokens: 0, outputTokens: 10, estimated: true };
export const replied = (text: string): TierReply => ({
  kind: "text",
  model: "fake",
  text,
  finish: "stop",
  usage,
  durationMs: 1,
});

/** Goes on by a millisecond at every look, so that no two things happen at once. */
export function fakeClock(): Clock & { advance(ms: number): void } {
  let time = Date.UTC(2026, 0, 1);
  return { now: () => ++time, monotonic: () => time, advance: (ms) => void (time += ms) };
}

export const fakeTask = (id: string, change: Partial<Task> = {}): Task => ({
  id,
  title: `Task ${id}`,
  queue: "tdd",
  priority: "P1",
  wsjf: 5,
  dependsOn: [],
  status: "PENDING",
  path: `tasks/${id}.md`,
  body: `Do ${id}`,
  criteria: [],
  actions: [],
  files: [],
  checks: [],
  notes: "",
  ...change,
});

/** Content-addressed commits: the same change on the same parent is the same commit, as with git. */
function fakeRepository(start: Tree) {
  const commits = new Map<CommitId, { readonly tree: Tree; readonly parent: CommitId | undefined }>();
  const add = (tree: Tree, parent: CommitId | undefined, note: string): CommitId => {
    const id = createHash("sha1")
      .update(JSON.stringify([tree, parent, note]))
      .digest("hex");
    commits.set(id, { tree, parent });
    return id;
  };
  const root = add(start, undefined, "start");
  const repository = {
    root,
    tip: root,
    landed: [] as CommitId[],
    opened: 0,
    treeOf: (commit: CommitId): Tree => commits.get(commit)?.tree ?? {},
    add,
    parentOf: (commit: CommitId) => commits.get(commit)?.parent,
    has: (commit: CommitId) => commits.has(commit),
  };
  return repository;
}

type FakeRepository = ReturnType<typeof fakeRepository>;

const applied = (tree: Tree, changes: readonly FileChange[]): Tree => {
  const next: Record<string, string> = { ...tree };
  for (const { path, after } of changes) {
    if (after === undefined) delete next[path];
    else next[path] = after.text;
  }
  return next;
};

function fakeWorkspaces(repository: FakeRepository, current: { tree: Tree }): Workspaces {
  const fakePlace = (path: string, restore: () => void): Place => ({
    path,
    prepare: async () => undefined,
    changed: async () => [],
    restore: async () => restore(),
    overlay: async (commit, files) => {
      const tree = repository.treeOf(commit);
      current.tree = { ...current.tree, ...Object.fromEntries(files.map((file) => [file, tree[file] ?? ""])) };
    },
  });
  const changedBetween = (from: CommitId, to: CommitId): readonly string[] => {
    const [before, after] = [repository.treeOf(from), repository.treeOf(to)];
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((path) => before[path] !== after[path]);
  };
  return {
    async open({ taskId, resume }) {
      repository.opened++;
      const resumed = resume !== undefined && repository.has(resume.head);
      const base = resumed ? resume.base : repository.tip;
      let head = resumed ? resume.head : base;
      const stand = (commit: CommitId) => {
        head = commit;
        current.tree = repository.treeOf(commit);
      };
      stand(head);
      const workspace: Workspace = {
        ...fakePlace("/work-tree", () => stand(head)),
        branch: `ralph/${taskId}`,
        base,
        resumed,
        head: () => head,
        files: async () => Object.keys(repository.treeOf(head)).sort(),
        changedFiles: async () => changedBetween(base, head),
        diff: async (from, to) =>
          changedBetween(from, to)
            .map((path) => `changed ${path}`)
            .join("\n"),
        changedBetween: async (from, to) => changedBetween(from, to),
        readBase: async (path) => repository.treeOf(base)[path],
        read: (path) => readFrom(repository.treeOf(head))(path),
        commit: async ({ changes, message, at }) => {
          const commit = repository.add(applied(repository.treeOf(head), changes), head, `${message} ${at}`);
          stand(commit);
          return commit;
        },
        checkout: async (commit) => stand(commit),
        squash: async (message) => repository.add(repository.treeOf(head), base, message),
        land: async (commit) => {
          if (repository.landed.includes(commit)) return { kind: "landed", branch: "run", commit };
          if (repository.parentOf(commit) !== repository.tip) return { kind: "conflict", files: ["src/a.js"] };
          repository.tip = commit;
          repository.landed.push(commit);
          return { kind: "landed", branch: "run", commit };
        },
        close: async () => {},
      };
      return workspace;
    },
    fresh: async (commit, use) => {
      const before = current.tree;
      const restore = () => void (current.tree = repository.treeOf(commit));
      restore();
      try {
        return await use(fakePlace("/fresh", restore));
      } finally {
        current.tree = before;
      }
    },
  };
}

/** Tests are lines `name: file must contain text` in the files below test/: red while the file does not. */
function runFakeTests(tree: Tree, name: string, command: string): TestRun {
  const tests = Object.entries(tree)
    .filter(([path]) => path.startsWith("test/"))
    .flatMap(([file, text]) =>
      text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => fakeResult(tree, file, line)),
    );
  const passed = tests.length > 0 && tests.every((test) => test.status === "passed");
  return {
    name,
    command,
    runner: "fake",
    tests,
    passed,
    timedOut: false,
    exitCode: passed ? 0 : 1,
    output: "",
    durationMs: 1,
  };
}

function fakeResult(tree: Tree, file: string, line: string): TestResult {
  const [, name = "", path = "", text = ""] = /^(.+): (\S+) must contain (.+)$/.exec(line) ?? [];
  const isGreen = tree[path]?.includes(text) === true;
  const message = isGreen ? {} : { message: `${path} does not contain ${text}` };
  return { id: `${file} > ${name}`, kind: "test", file, name, status: isGreen ? "passed" : "failed", ...message };
}

const readFrom =
  (tree: Tree): ReadFile =>
  (path) => {
    const text = tree[path];
    return text === undefined ? { kind: "missing" } : { kind: "text", text, mode: "100644" };
  };

const noCommand: RunCheck = () => Promise.reject(new Error("the fake world runs no command"));

export interface FakeWorldOptions {
  readonly tasks: readonly Task[];
  readonly files: Tree;
  /** The n-th question's answer; the last one repeats. */
  readonly answers: readonly (TierReply | ((prompt: Prompt, signal: AbortSignal) => TierReply | Promise<TierReply>))[];
  readonly attempts?: number;
}

export interface FakeWorld extends World {
  readonly repository: FakeRepository;
  readonly asked: Prompt[];
  readonly events: RalphEvent[];
  readonly runEvents: EventBody[];
  readonly statuses: Map<string, StatusUpdate>;
  readonly tasks: Map<string, Task>;
  readonly time: ReturnType<typeof fakeClock>;
}

export function fakeWorld(options: FakeWorldOptions, store?: Store): FakeWorld {
  const time = fakeClock();
  const repository = fakeRepository(options.files);
  const current = { tree: options.files };
  const tasks = new Map(options.tasks.map((task) => [task.id, task]));
  const statuses = new Map<string, StatusUpdate>();
  const events: RalphEvent[] = [];
  const runEvents: EventBody[] = [];
  const asked: Prompt[] = [];
  const source: TaskSource = {
    list: () => ({ tasks: [...tasks.values()], problems: [] }),
    read: async (path) => [...tasks.values()].find((task) => task.path === path) ?? fakeTask("missing"),
    writeStatus: async (path, update) => {
      const task = [...tasks.values()].find((each) => each.path === path);
      if (task === undefined) return;
      tasks.set(task.id, { ...task, status: update.status });
      statuses.set(task.id, update);
    },
  };
  const stack = [{ file: "PROMPT.md", text: "Checks: {{checks}}" }];
  return {
    repository,
    asked,
    events,
    runEvents,
    statuses,
    tasks,
    time,
    store: store ?? memoryStore({ clock: time }),
    source,
    workspaces: fakeWorkspaces(repository, current),
    savePatch: (taskId) => `${taskId}.diff`,
    artifactsOf: (taskId) => `/artifacts/${taskId}`,
    runCheck: async (check, context, signal) =>
      check.probes === undefined
        ? runFakeTests(current.tree, check.name, check.command)
        : runProbes({ readBelow: () => readFrom(current.tree), runCheck: noCommand }, check, context, signal),
    defaultChecks: [{ name: "unit", command: "fake-test" }],
    tiers: [{ name: "TIER3", chain: [] }],
    route: () => ({ tier: "TIER3", why: "the only one" }),
    modeOf: () => ({ format: "unified-diff", grammar: false }),
    askTier: async (_, questionFor, __, signal) => {
      const question = await questionFor(fakeModel, 0);
      if (question === undefined) throw new Error("the prompt did not fit");
      const { prompt } = question;
      asked.push(prompt);
      const answer = options.answers[Math.min(asked.length, options.answers.length) - 1];
      if (answer === undefined) throw new Error("no answer was planned");
      const reply = typeof answer === "function" ? await answer(prompt, signal) : answer;
      return reply.kind === "failed" ? { ...reply, retryAt: time.now() + FAKE_REST_MS } : reply;
    },
    restOf: () => undefined,
    askOptions: { maxTokens: 1000, timeoutMs: 1000, idleMs: 1000, maxCharacters: 100_000 },
    prompts: {
      stack: { tester: stack, builder: stack, verifier: stack, planner: stack },
      formats: { "unified-diff": FORMAT, "search-replace": FORMAT, whole: FORMAT },
      marks: FORMAT,
    },
    protection: { isBlocked: blockPaths({ add: ["/tasks/"] }), maxFiles: 20, maxChangedLines: 500 },
    limits: {
      attempts: options.attempts ?? 5,
      taskMs: 600_000,
      checkMs: 1000,
      maxFiles: 20,
      maxLines: 500,
      leaseMs: 60_000,
      evidenceCharacters: 5_000,
      escalateAfter: 0,
      modelDownMs: 60_000,
    },
    budget: { exceeded: () => undefined, tokensLeft: () => Number.POSITIVE_INFINITY, used: () => NO_USAGE },
    flaky: new Set(),
    scope: "report",
    verify: "auto",
    clock: time,
    wait: async (ms) => time.advance(ms),
    worker: "worker",
    isWorkerGone: (worker) => worker === "dead",
    onEvent: (event) => void events.push(event),
    recordRun: async (body) => void runEvents.push(body),
  };
}

/** A diff that makes `path` hold `text` as its only line. */
export const writes = (path: string, text: string, before?: string): TierReply =>
  replied(
    before === undefined
      ? `\`\`\`diff\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${text}\n\`\`\`\n`
      : `\`\`\`diff\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-${before}\n+${text}\n\`\`\`\n`,
  );
