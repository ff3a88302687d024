/** How a cheat is told and tried: what a model changes, and what is said when it does not get away with it. */
import { expect } from "vitest";
import { renderDiff } from "../../../src/patch/render.ts";
import { type RealOutcome, type RealTask, runReal } from "../../support/real-world.ts";
import type { Files } from "../../support/repository.ts";
import { temporaryFolder } from "../../support/temporary.ts";

export type Project = Pick<RealTask, "files" | "task" | "checks" | "hasPackages">;

export interface Cheat {
  /** The end of the title: "a task is not completed by a model that …". */
  readonly what: string;
  /**
   * Path -> its whole new text; undefined = deleted. `{{state}}` stands for a folder that all runs share, as `/tmp` is
   * where nothing keeps a program away from it.
   */
  readonly change?: Readonly<Record<string, string | undefined>>;
  /** In place of `change`, where no plain diff says it. */
  readonly reply?: string;
  /** What the status block, the refusal or a test's message says about it. */
  readonly reason: RegExp;
  /** No check tells it; a reader is shown this and is asked. */
  readonly readerIsShown?: RegExp;
  /** What is different from the other cheats' project. */
  readonly project?: Partial<Project>;
}

export const YES = "VERDICT: YES\n";
const NO = "It serves the test, not the task.\n\nVERDICT: NO\n";

/** One attempt. Where checks are to tell, the reader would let it pass. */
export function tryCheat(project: Project, cheat: Cheat, readersWord = cheat.readerIsShown ? NO : YES) {
  const own: Project = { ...project, ...cheat.project };
  return runReal({ ...own, replies: [replyOf(cheat, own.files), readersWord], attempts: 1 });
}

/** Blocked for a reason that a person understands, and the run's branch holds what it held. */
export function expectCaught(outcome: RealOutcome, project: Project, cheat: Cheat): void {
  const said = everythingSaid(outcome);
  expect({ status: outcome.status, said }).toEqual({ status: "BLOCKED", said: expect.stringMatching(cheat.reason) });
  const { files } = { ...project, ...cheat.project };
  for (const path of new Set([...Object.keys(files), ...Object.keys(cheat.change ?? {})])) {
    if (!path.startsWith("node_modules/")) expect(outcome.landed(path)).toBe(files[path]?.trimEnd());
  }
  if (cheat.readerIsShown === undefined) return;
  expect(outcome.roles).toEqual(["builder", "verifier"]);
  expect(outcome.prompts[1]).toMatch(cheat.readerIsShown);
}

export const diff = (text: string): string => `\`\`\`diff\n${text}\`\`\`\n`;

export function replyOf({ reply, change = {} }: Cheat, files: Files): string {
  if (reply !== undefined) return reply;
  const state = temporaryFolder("ralph-state");
  const file = (text: string | undefined) =>
    text === undefined ? undefined : ({ text: text.replaceAll("{{state}}", state), mode: "100644" } as const);
  const changes = Object.entries(change).map(([path, text]) => {
    const [before, after] = [file(files[path]), file(text)];
    return { path, ...(before && { before }), ...(after && { after }) };
  });
  return diff(renderDiff(changes));
}

function everythingSaid({ reason, events }: RealOutcome): string {
  const told = events.flatMap((event): readonly (string | undefined)[] => {
    if (event.type === "patch.rejected") return event.rejects.map(({ path, text }) => `${path ?? ""}: ${text}`);
    if (event.type !== "check.finished" || event.phase === "baseline") return [];
    return event.run.tests.map((test) => test.message);
  });
  return [reason, ...told].filter((text) => text !== undefined).join("\n");
}
