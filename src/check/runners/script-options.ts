/** The words of a command that starts a runner written in JavaScript. Pure. */
import { basename } from "node:path";
import type { Word } from "../command-line.ts";
import type { Words } from "./runner.ts";

interface RunnerCall {
  /** What starts the runner: its program, or `node` and its script. */
  readonly launch: Words;
  readonly args: readonly Word[];
}

/** Options of Node whose value is the next word. */
const NODE_VALUE = /^(?:-r|--require|--import|--loader|--experimental-loader|--env-file|-C|--conditions)$/;

/** @param program what the runner's program, or its script for Node, is called; undefined: the words start another one */
export function runnerCall([first, ...rest]: Words, program: RegExp): RunnerCall | undefined {
  if (program.test(first.text)) return { launch: [first], args: rest };
  if (basename(first.text) !== "node") return undefined;
  const script = rest.findIndex(({ text }, at) => !text.startsWith("-") && !NODE_VALUE.test(rest[at - 1]?.text ?? ""));
  if (!program.test(rest[script]?.text ?? "")) return undefined;
  return { launch: [first, ...rest.slice(0, script + 1)], args: rest.slice(script + 1) };
}

/** Which words after an option belong to it, and how many of them. */
export interface Following {
  readonly words: RegExp;
  readonly most: number;
}

export const NOTHING: Following = { words: /^/, most: 0 };
export const VALUE: Following = { words: /^[^-]/, most: 1 };
export const LIST: Following = { words: /^[^-]/, most: Number.POSITIVE_INFINITY };

type OptionEntry = readonly [name: string, following: Following];

/** @param names with a blank between them */
export const optionsWith = (following: Following, names: string): readonly OptionEntry[] =>
  names.split(" ").map((name) => [name, following]);

/** Without the named options and what belongs to them, as `--name=value` or as the words that follow; up to `--`. */
export function dropOptions(args: readonly Word[], dropped: ReadonlyMap<string, Following>): readonly Word[] {
  const kept: Word[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as Word;
    if (word.text === "--") return [...kept, ...args.slice(at)];
    const following = dropped.get(word.text.split("=")[0] ?? "");
    if (following === undefined) kept.push(word);
    else at += countFollowing(args.slice(at + 1), word, following);
  }
  return kept;
}

function countFollowing(next: readonly Word[], { text }: Word, { words, most }: Following): number {
  if (text.includes("=") && most === 1) return 0;
  const end = next.findIndex((word, at) => at >= most || !words.test(word.text));
  return end < 0 ? next.length : end;
}

/** Whether one of the options is given, before `--`. */
export function hasOption(args: readonly Word[], names: ReadonlySet<string>): boolean {
  const end = args.findIndex(({ text }) => text === "--");
  return (end < 0 ? args : args.slice(0, end)).some(({ text }) => names.has(text.split("=")[0] ?? ""));
}
