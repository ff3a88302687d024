import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepAttachments } from "../../src/check/keep-attachments.ts";
import { temporaryFolder } from "../support/temporary.ts";

const report = (...paths: readonly string[]) => ({
  tests: [],
  problems: [],
  unfinished: [],
  isComplete: true,
  attachments: paths.map((path) => ({ testId: "t", name: "trace", path })),
});

test("traces outlive the run's private folder, and only those of the last failure", () => {
  const [from, to] = [temporaryFolder(), join(temporaryFolder(), "T001")];
  mkdirSync(join(from, "results"));
  writeFileSync(join(from, "results/trace.zip"), "zip");
  writeFileSync(join(from, "shot.png"), "png");
  expect(keepAttachments(report("results/trace.zip", "gone.zip"), from, to)).toEqual([
    { testId: "t", name: "trace", path: join(to, "1-trace.zip") },
  ]);
  expect(readFileSync(join(to, "1-trace.zip"), "utf8")).toBe("zip");
  keepAttachments(report("shot.png"), from, to);
  expect(readdirSync(to)).toEqual(["1-shot.png"]);
});

test("a run that left nothing keeps what the one before left", () => {
  const [from, to] = [temporaryFolder(), join(temporaryFolder(), "T001")];
  writeFileSync(join(from, "shot.png"), "png");
  keepAttachments(report("shot.png"), from, to);
  expect(keepAttachments(report(), from, to)).toEqual([]);
  expect(existsSync(join(to, "1-shot.png"))).toBe(true);
});

test("links are not followed: what they lead to is nobody's trace", () => {
  const [from, to, elsewhere] = [temporaryFolder(), join(temporaryFolder(), "T001"), temporaryFolder()];
  writeFileSync(join(elsewhere, "secret"), "x");
  symlinkSync(join(elsewhere, "secret"), join(from, "link"));
  symlinkSync(elsewhere, join(from, "folder"));
  expect(keepAttachments(report("link", "folder/secret"), from, to)).toEqual([]);
});
