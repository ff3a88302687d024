import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReplyWatch } from "../../src/core/model.ts";
import type { FileState } from "../../src/core/patch.ts";
import { extractProposal } from "../../src/patch/extract.ts";
import { watchReply } from "../../src/patch/stream.ts";

type StreamState = ReturnType<ReplyWatch["feed"]>;

const FILE = Array.from({ length: 40 }, (_, at) => `line ${at}\n`).join("");
const readFile = (path: string): FileState =>
  path === "a.ts" ? { kind: "text", text: FILE, mode: "100644" } : { kind: "missing" };

const hunk = (at: number, old = `line ${at}`): string =>
  `@@ -${at},3 +${at},3 @@\n line ${at - 1}\n-${old}\n+new ${at}\n line ${at + 1}\n`;
const diff = (...hunks: readonly string[]): string => `--- a/a.ts\n+++ b/a.ts\n${hunks.join("")}`;
const applyPatch = (body: string): string => `*** Begin Patch\n*** Update File: a.ts\n${body}*** End Patch\n`;
const fenced = (text: string): string => `Here:\n\n\`\`\`diff\n${text}\`\`\`\n`;

/** Feeds the reply in pieces; the state, and how much of the reply it took. */
function feed(
  reply: string,
  options: { isOneFence?: boolean; size?: number } = {},
): { state: StreamState; at: number } {
  const { size = 1, ...others } = options;
  const next = watchReply({ readFile, ...others }).feed;
  for (let at = 0; at < reply.length; at += size) {
    const state = next(reply.slice(at, at + size));
    if (state !== "open") return { state, at: Math.min(at + size, reply.length) };
  }
  return { state: "open", at: reply.length };
}

describe("a growing reply", () => {
  test("is open while its parts fit, whatever else may come", () => {
    expect(feed(`Two changes.\n\n${diff(hunk(5), hunk(20))}`).state).toBe("open");
    expect(feed(fenced(diff(hunk(5)))).state).toBe("open");
  });

  test("is complete at the end mark of its format", () => {
    const reply = applyPatch("@@\n-line 5\n+new\n");
    expect(feed(`${reply}I hope this helps`)).toEqual({ state: "complete", at: reply.length });
    expect(feed("Nothing to do.\nTASK_COMPLETE\n").state).toBe("complete");
  });

  test("is complete when it talks on after the one fence that was asked for, and not before", () => {
    const reply = fenced(diff(hunk(5)));
    const talk = "It does what you asked for.\n".repeat(20);
    const { state, at } = feed(reply + talk + talk, { isOneFence: true });
    expect([state, at > reply.length + 150, at < reply.length + 250]).toEqual(["complete", true, true]);
    expect(feed(reply + talk.replaceAll("\n", " "), { isOneFence: true }).state).toBe("complete");
    expect(feed(reply + talk).state).toBe("open");
    expect(feed(`<think>\n${reply}${talk}</think>\n`, { isOneFence: true }).state).toBe("open");
  });

  test("is open while a fence with a further file may come", () => {
    const other = fenced(diff(hunk(20)));
    const reply = `${fenced(diff(hunk(5)))}\nAnd the caller:\n\n${other}`;
    expect(feed(reply, { isOneFence: true }).state).toBe("open");
  });

  test("is open after an excerpt of present code, however much is said about it", () => {
    const excerpt = "a.ts\n```ts\nline 5\nline 6\n```\n";
    expect(feed(`${excerpt}${"This must change.\n".repeat(60)}`, { isOneFence: true }).state).toBe("open");
  });

  test("is not complete at an end mark that is text of the file", () => {
    const block = "a.ts\n<<<<<<< SEARCH\nline 5\n=======\nTASK_COMPLETE\n---PATCH_END---\n";
    expect(feed(block).state).toBe("open");
    expect(feed("a.ts\n```\nTASK_COMPLETE\n").state).toBe("open");
    expect(feed(`${block}>>>>>>> REPLACE\n---PATCH_END---\n`).state).toBe("complete");
  });

  test("is hopeless as soon as a finished hunk has no place", () => {
    const until = diff(hunk(5, "line 99")).length;
    const found = feed(diff(hunk(5, "line 99"), hunk(20)));
    expect(found.state).toBe("hopeless");
    expect(found.at).toBeLessThanOrEqual(until + "@@ -20,3 +20,3 @@\n".length);
  });

  test.each([
    ["a path that leads out", "--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-x\n+y\n@@ -9 +9 @@\n"],
    ["a file that is not there", "--- a/b.ts\n+++ b/b.ts\n@@ -1 +1 @@\n-x\n+y\n@@ -9 +9 @@\n"],
    ["a hunk without a change", `${diff("@@ -5,2 +5,2 @@\n line 4\n line 5\n", hunk(20))}@@ -30 +30 @@\n`],
    [
      "an apply_patch part that fits nowhere",
      "*** Begin Patch\n*** Update File: a.ts\n@@\n-other\n+x\n*** Update File: a.ts\n",
    ],
  ])("is hopeless after %s", (_, reply) => {
    expect(feed(reply).state).toBe("hopeless");
  });

  test("is not judged by what stands in its reasoning", () => {
    expect(feed(`<think>\n${diff(hunk(5, "line 99"), hunk(20))}\n`).state).toBe("open");
  });

  test("that was ended as hopeless is read as the reason why", () => {
    const watch = watchReply({ readFile });
    watch.feed(fenced(diff(hunk(5), hunk(12, "line 99"), hunk(20))));
    const proposal = extractProposal(watch.text());
    expect(proposal).toMatchObject({ kind: "patch", edits: [{ path: "a.ts", hunks: [{}, {}] }] });
  });

  test("that was ended as complete holds nothing of what came after", () => {
    const watch = watchReply({ readFile, isOneFence: true });
    const reply = applyPatch("@@\n-line 5\n+new\n");
    watch.feed(`${reply}And then I\nchange more.\n`);
    expect(watch.text()).toBe(reply);
  });

  test("keeps its answer", () => {
    const next = watchReply({ readFile }).feed;
    expect([next(applyPatch("@@\n-line 5\n+x\n")), next("--- a/../x\n+++ b/../x\n@@\n-a\n@@\n")]).toEqual([
      "complete",
      "complete",
    ]);
  });

  test("that is right is never called hopeless, and what is complete holds the whole patch, however it is cut", () => {
    const places = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });
    const wraps = fc.constantFrom(
      (hunks: readonly string[]) => diff(...hunks),
      (hunks: readonly string[]) => fenced(diff(...hunks)),
      (hunks: readonly string[]) => fenced(diff(...hunks)).replaceAll("\n", "\r\n"),
      (hunks: readonly string[]) => applyPatch(hunks.join("")),
      (hunks: readonly string[]) => `<think>\n${diff(...hunks)}\n</think>\n${applyPatch(hunks.join(""))}Done.\n`,
    );
    fc.assert(
      fc.property(places, wraps, fc.integer({ min: 1, max: 40 }), (chosen, wrap, size) => {
        const reply = wrap(chosen.map((place) => hunk(place * 3)));
        const { state, at } = feed(reply, { size });
        expect(state).not.toBe("hopeless");
        if (state === "complete") expect(extractProposal(reply.slice(0, at))).toEqual(extractProposal(reply));
      }),
    );
  });
});
