import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logTail } from "../../src/io/log-tail.ts";
import { temporaryFolder } from "../support/temporary.ts";

function logOf(text: string): string {
  const path = join(temporaryFolder(), "x.log");
  writeFileSync(path, text);
  return path;
}

test("the last fifteen lines are told, without the empty ones", () => {
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`);
  expect(logTail(logOf(`${lines.join("\n\n")}\n`))).toEqual(lines.slice(15));
});

test("what an earlier run wrote is left out", () => {
  const earlier = "out of memory\n";
  expect(logTail(logOf(`${earlier}all good\n`), earlier.length)).toEqual(["all good"]);
  expect(logTail(logOf(earlier), earlier.length)).toEqual([]);
});

test("of a long log only its end is read, and a line that is cut is left out", () => {
  const path = logOf(`${"x".repeat(10_000)}\n${"y".repeat(100)}\n`);
  expect(logTail(path)).toEqual(["y".repeat(100)]);
});

test("a log that is not there has no lines", () => {
  expect(logTail("/nowhere/x.log")).toEqual([]);
});
