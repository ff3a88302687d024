/** One line of "Files to Create/Modify", such as `src/a.ts (CREATE)`, in English or French. */
import type { FileAction, FileIntent } from "../core/task.ts";
import { fold, isNone, meanings } from "./words.ts";

const ACTIONS = meanings<FileAction>({
  create: ["create", "creer", "new", "nouveau"],
  modify: ["modify", "modifier", "update", "edit"],
  delete: ["delete", "remove", "supprimer"],
});

/** In backticks, as a link's text, or the first word that is no action. */
const PATHS = [
  /`([^`]+)`/,
  /\[([^\]]+)\]\(/,
  new RegExp(`^(?:\\**(?:${[...ACTIONS.keys()].join("|")}|créer)\\b[\\s:*]*)?\\**([^\\s(:*,;]+)`, "i"),
];

/** Undefined where the line names no file. One that names several actions, as a template does, means "modify". */
export function readFileIntent(line: string): FileIntent | undefined {
  const text = line.normalize("NFC").trim();
  const path = PATHS.map((pattern) => pattern.exec(text)?.[1]?.trim()).find((found) => found !== undefined);
  if (path === undefined || path === "" || isNone(path)) return undefined;
  return { path: path.replaceAll("\\", "/").replace(/^(?:\.\/)+/, ""), action: actionIn(text.replace(path, "")) };
}

function actionIn(text: string): FileAction {
  const inBrackets = [...text.matchAll(/\(([^)]*)\)/g)].flatMap(([, words = ""]) => actionsIn(words));
  if (inBrackets.length > 0) return new Set(inBrackets).size === 1 ? (inBrackets[0] ?? "modify") : "modify";
  return actionsIn(text)[0] ?? "modify";
}

const actionsIn = (text: string): readonly FileAction[] =>
  (fold(text).match(/[a-z]+/g) ?? []).flatMap((word) => ACTIONS.get(word) ?? []);
