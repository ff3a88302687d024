/** Product code that changes the modules by which tests compare: whatever name they go by, however it is written. Pure. */
import type { Source } from "../source/scan.ts";

export interface Patched {
  readonly at: number;
  readonly end: number;
  readonly what: string;
}

const JUDGE = `["'](?:(?:node:)?(?:assert(?:/strict)?|test)|vitest|@jest/globals|@playwright/test|chai|expect)["']`;
/** `require("…")`, `createRequire(…)("…")`, `await import("…")`. */
const LOADED = `(?:\\bimport|\\brequire\\w*|\\))\\s*\\(\\s*${JUDGE}\\s*\\)`;
const MEMBER = "(?:\\.[\\w$]+|\\[[^\\]\\n]+\\])";
const ASSIGNED = "\\s*=(?![=>])";
const CHANGERS =
  "\\b(?:Object\\.(?:assign|definePropert(?:y|ies)|setPrototypeOf)|Reflect\\.(?:set|defineProperty))\\s*\\(\\s*";

const IMPORTED: readonly RegExp[] = [
  new RegExp(`\\bimport\\s+(?:\\*\\s*as\\s+)?([\\w$]+)\\s*(?:,\\s*\\{[^}]*\\}\\s*)?from\\s*${JUDGE}`, "g"),
  new RegExp(`\\bimport\\s+(?:[\\w$]+\\s*,\\s*)?\\{([^}]*)\\}\\s*from\\s*${JUDGE}`, "g"),
  new RegExp(`\\b(?:const|let|var)\\s+(?:\\{([^}]*)\\}|([\\w$]+))\\s*=\\s*(?:await\\s+)?[^;\\n]{0,80}?${LOADED}`, "g"),
];

export function patchedJudges({ family, text, code }: Source): readonly Patched[] {
  if (family !== "js") return [];
  const names = [...namesIn(text)].map((name) => name.replaceAll("$", "\\$"));
  const targets = [LOADED, ...(names.length === 0 ? [] : [`(?<![\\w$.])(?:${names.join("|")})`])];
  const patterns = targets.flatMap((target) => [
    `${target}${MEMBER}+${ASSIGNED}`,
    `${CHANGERS}[^,;\\n]{0,80}?${target}`,
  ]);
  return patterns
    .flatMap((pattern) => [...text.matchAll(new RegExp(pattern, "g"))])
    .filter(({ index }) => code[index] !== " ")
    .map(({ 0: words, index }) => ({
      at: index,
      end: index + words.length,
      what: `\`${words.trim().slice(0, 80)}\` changes what the tests are judged by`,
    }));
}

/** `{ equal, strict as check }` gives equal and check; `{ strict: check }` check. */
function namesIn(text: string): ReadonlySet<string> {
  const lists = IMPORTED.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, first, second]) => first ?? second ?? ""),
  );
  const names = lists.flatMap((list) => list.split(",")).map((part) => /([\w$]+)\s*$/.exec(part)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}
