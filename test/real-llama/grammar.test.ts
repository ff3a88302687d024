/** Grammars of ralph's own files, held against the real llama.cpp with a model that would write anything. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { extractProposal } from "../../src/patch/extract.ts";
import { compileGrammar, type GrammarRequest } from "../../src/patch/grammar/compile.ts";
import { planReply, type Tree } from "../patch/random-edits.ts";
import { startTinyLlama, type TinyLlama } from "./llama.ts";

const FILES = ["src/patch/choose.ts", "src/patch/placeholder.ts", "README.md"];
const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const HOSTILE = '-- note\n=======\n\t"quoted" \\ and [classes] {1,2}\n</think>\nété 世界 😀\n}\n}\nlast line\n```';
const TREE: Tree = { ...Object.fromEntries(FILES.map((path) => [path, read(path)])), "docs/hostile.md": HOSTILE };
const SAMPLES = 100;
/** A random model writes a character a token, where the grammar counts on three. */
const TOKENS = 1100;
const ENOUGH = 3 * TOKENS;

let folder: string;
let llama: TinyLlama;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ralph-real-llama-"));
  llama = await startTinyLlama(folder);
}, 300_000);

afterAll(async () => {
  await llama?.close();
  rmSync(folder, { recursive: true, force: true });
});

function grammarOf(more: Partial<GrammarRequest>): string {
  const compiled = compileGrammar({
    format: "search-replace",
    files: Object.entries(TREE).map(([path, text]) => ({ path, text })),
    creatable: ["src/new.ts"],
    maxTokens: TOKENS,
    ...more,
  });
  if (!compiled.ok) throw new Error(compiled.reason);
  return compiled.grammar;
}

const isAboutMeaning = (kind: string): boolean => kind === "no change" || kind === "already applied";

test("the model is as small as a test's should be", () => {
  expect(llama.modelBytes).toBeLessThan(1_000_000);
});

describe.each(["search-replace", "unified-diff"] as const)("llama.cpp, bound by a %s grammar,", (format) => {
  test("writes patches only that apply", { timeout: 900_000 }, async () => {
    const answer = await llama.bind(grammarOf({ format }));
    const touched = new Set<string>();
    for (let seed = 1; seed <= SAMPLES; seed += 1) {
      const { text, isCut } = await answer({ maxTokens: ENOUGH, seed });
      expect({ text, isCut, kind: extractProposal(text).kind }).toMatchObject({ isCut: false, kind: "patch" });
      const plan = planReply(text, TREE);
      const refusals = plan.ok ? [] : plan.rejects.filter((reject) => !isAboutMeaning(reject.kind));
      expect({ text, refusals }).toMatchObject({ refusals: [] });
      for (const { path } of plan.ok ? plan.changes : []) touched.add(path);
    }
    expect(touched.size).toBeGreaterThan(1);
  });

  test("writes answers that are known to be cut off when its tokens run out", { timeout: 900_000 }, async () => {
    const answer = await llama.bind(grammarOf({ format }));
    let cut = 0;
    for (let seed = 1; seed <= SAMPLES; seed += 1) {
      const { text, isCut } = await answer({ maxTokens: 10 + 4 * seed, seed });
      // Only the model's own end mark may be missing: such an answer is whole.
      if (!isCut || text.trimEnd().endsWith("\n---PATCH_END---")) continue;
      cut += 1;
      expect({ text, kind: extractProposal(text).kind }).toMatchObject({ kind: "malformed" });
      expect(planReply(text, TREE).ok).toBe(false);
    }
    expect(cut).toBeGreaterThan(SAMPLES / 2);
  });

  test("takes the largest grammar that is ever made", async () => {
    const text = Array.from({ length: 500 }, (_, at) => `const line${at} = ${at};\n`).join("");
    const files = [{ path: "a.ts", text }];
    const answer = await llama.bind(grammarOf({ format, files, maxTokens: 100_000, mayAsk: true }));
    const { text: begun } = await answer({ maxTokens: 20, seed: 1 });
    expect("---PATCH_START---\nQUESTION: ").toContain(begun.slice(0, 5));
  });
});
