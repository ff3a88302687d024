/** `ralph demo`: the loop on a small real project, with recorded answers in the model's place. */
import { cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageFolder } from "../app/package-folder.ts";
import { ensureStateFolder } from "../app/state-folder.ts";
import { type Git, openGit } from "../app/wire.ts";
import type { Invocation } from "./invocation.ts";
import { tdd } from "./tdd.ts";

const INTRODUCTION = `This demo needs no model: the answers below are RECORDED. All the rest is real: a git repository
with a small shop in it, three tasks, work trees, patches, and \`node --test\` run by ralph.

Watch for three things that models do, and for the reader's word on what no test tells:
  T001  a diff that does not fit the file, then a wrong fix: the failing test goes back as evidence
  T002  no test exists yet: one is written first, and must fail before code is asked for
  T003  an answer that claims completion and changes nothing: it is not believed

`;

export async function demo(invocation: Invocation, flags: { readonly keep?: true }): Promise<number> {
  const { output } = invocation;
  const root = realpathSync(mkdtempSync(join(tmpdir(), "ralph-demo-")));
  const git = await openGit(root);
  try {
    await makeRepository(root, git);
    output.write(INTRODUCTION);
    // The person's own model settings have no part in it. Lines show every step; the live list only the last one.
    const env = { PATH: invocation.env["PATH"] };
    const exitCode = await tdd({ ...invocation, cwd: root, env }, { plain: true }, []);
    output.write(`\nThe commits, each proved in a clean checkout:\n${await landedCommits(git)}\n${WHAT_NEXT}`);
    if (flags.keep) output.write(`\nThe demo's repository is kept in ${root}\n`);
    return exitCode;
  } finally {
    if (!flags.keep) rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function makeRepository(root: string, git: Git): Promise<void> {
  const demoFolder = join(packageFolder(), "demo");
  cpSync(join(demoFolder, "project"), root, { recursive: true });
  await git(["init", "--quiet", "--initial-branch", "main"]);
  await git(["add", "--all"]);
  await git(["commit", "--quiet", "--message", "A corner shop"]);
  const answers = join(ensureStateFolder(root), "answers.ndjson");
  cpSync(join(demoFolder, "answers.ndjson"), answers);
}

async function landedCommits(git: Git): Promise<string> {
  const branch = await git(["for-each-ref", "--format=%(refname:short)", "refs/heads/ralph/run-*"]);
  return git(["log", "--reverse", "--stat=72", "--format=%n  %h %s", `main..${branch}`]);
}

const WHAT_NEXT = `
Now on your own project, with a model of your own:
  1. llama-server -m MODEL.gguf --port 8000 -c 32768     (or any OpenAI-compatible server)
  2. cd YOUR-PROJECT && ralph init                        (writes ralph.yaml and tasks/; overwrites nothing)
  3. ralph llm check                                      (is the model there?)
  4. write tasks/T001.md                                  (tasks/README.md shows the format)
  5. ralph tdd --dry-run, then ralph tdd
`;
