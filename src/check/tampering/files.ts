/** Words by which code reads or writes what judges it while it runs. */

import type { Family } from "../source/tokens.ts";
import { GO, JS, PYTHON, RUST, rule, type TamperingRule } from "./rules.ts";

const WRITES = {
  does: "writes to what judges it",
  asked:
    /\b(?:scaffold|generat|template|boilerplate|initiali[sz]|creates? a (?:new )?project)[^.\n]{0,80}\b(?:tests?|specs?|snapshots?)\b/i,
};
const READS = {
  does: "reads the tests",
  asked: /\b(?:read|list|pars|scan|find|collect|run)\w*\b[^.;,\n]{0,60}\btest (?:files?|folders?|director)/i,
};
const write = (families: readonly Family[], pattern: RegExp): readonly TamperingRule[] => [
  rule("refuse", families, pattern, { ...WRITES, inside: judgePath("file") }),
  rule("suspect", families, pattern, { ...WRITES, inside: judgePath("folder") }),
];
const read = (families: readonly Family[], pattern: RegExp): readonly TamperingRule[] => [
  rule("refuse", families, pattern, { ...READS, inside: judgePath("test") }),
  rule("suspect", families, pattern, { ...READS, inside: judgePath("folder") }),
];

/** A string that ends as the name of a test, or of something that decides about tests. */
function judgePath(kind: "file" | "test" | "folder"): RegExp {
  const tests = "[\\w-]+\\.(?:test|spec)\\.[cm]?[jt]sx?|test_\\w+\\.py|\\w+_test\\.(?:go|py)|\\w+Tests?\\.java";
  if (kind === "folder") return /["'`](?:[^"'`\n]*\/)?(?:tests?|__tests__|specs?|e2e)(?:\/[^"'`\n]*)?["'`]/;
  const others = "[^\"'`\\n]*\\.snap|conftest\\.py|(?:site|user)customize\\.py|[\\w-]+\\.pth";
  const inGit = "(?:[^\"'`\\n]*\\/)?\\.git\\/[^\"'`\\n]*";
  const names = kind === "test" ? tests : `${tests}|${others}`;
  return new RegExp(`["'\`](?:(?:[^"'\`\\n]*\\/)?(?:${names})${kind === "test" ? "" : `|${inGit}`})["'\`]`);
}

export const FILES: readonly TamperingRule[] = [
  ...write(
    JS,
    /\b(?:writeFile|appendFile|outputFile|rm|unlink|rename|copyFile|truncate|symlink|cp)(?:Sync)?\s*\(|\b(?:createWriteStream|writeTextFile|Bun\.write)\s*\(/g,
  ),
  ...write(RUST, /\b(?:fs::(?:write|remove_file|rename|copy)|File::create)\s*\(/g),
  ...write(GO, /\b(?:os|ioutil)\.(?:WriteFile|Create|Remove(?:All)?|Rename|OpenFile)\s*\(/g),
  ...write(
    PYTHON,
    /\b(?:os\.(?:remove|unlink|rename|replace)|shutil\.\w+)\s*\(|\bopen\s*\((?=[^()\n]*,\s*(?:mode\s*=\s*)?["'][wax])/g,
  ),
  ...write(
    PYTHON,
    /(?=\b(?:pathlib\.)?Path\s*\([^()\n]*\)\.(?:write_text|write_bytes|unlink|touch|open\s*\(\s*["'][wa])).*?\(/g,
  ),
  ...read(JS, /\b(?:readFile|createReadStream|readTextFile|readdir)(?:Sync)?\s*\(/g),
  ...read(RUST, /\b(?:read_to_string|fs::read|include_str!|include_bytes!|File::open)\s*\(/g),
  ...read(GO, /\b(?:os|ioutil)\.(?:ReadFile|Open|ReadDir)\s*\(/g),
  ...read(PYTHON, /(?<![\w.])open\s*\((?![^()\n]*,\s*(?:mode\s*=\s*)?["'][wax])|\bos\.listdir\s*\(/g),
  ...read(PYTHON, /(?=\b(?:pathlib\.)?Path\s*\([^()\n]*\)\.(?:read_text|read_bytes|open\s*\(\s*\))).*?\(/g),
];
