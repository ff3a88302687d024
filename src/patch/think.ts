/**
 * Reasoning that a model prints before its answer. Only a block at the very start is reasoning;
 * the same tags further down are code.
 */
const NAMES = "think|thinking|thought|reasoning|reflection|scratchpad|seed:think";
const OPENING = new RegExp(`^\\s*(?:<(${NAMES})>|(\\[THINK\\])|(\\u25c1think\\u25b7))`, "i");
const CLOSING_LINE = new RegExp(`^[ \\t]*</(?:${NAMES})>[ \\t]*$`, "im");
const END_TOKENS = /(?:\s*(?:<\|[\w-]+\|>|<\/s>|<end_of_turn>|<eos>))+\s*$/;

/** The answer without its reasoning; undefined where the reasoning never ends. */
export function stripThinking(reply: string): string | undefined {
  const text = reply.replace(END_TOKENS, "\n");
  const opening = OPENING.exec(text);
  if (!opening) return withoutUnopened(text);
  const closing = findClosing(text.slice(opening[0].length), opening);
  if (closing === undefined) return undefined;
  return stripThinking(text.slice(opening[0].length + closing));
}

/** Offset just after the closing tag: one on a line of its own, else one that is not quoted. */
function findClosing(text: string, opening: RegExpExecArray): number | undefined {
  const tag = opening[1] === undefined ? (opening[2] ? "\\[/THINK\\]" : "\\u25c1/think\\u25b7") : `</${opening[1]}>`;
  const alone = new RegExp(`^[ \\t]*${tag}[ \\t]*$`, "im").exec(text);
  const found = alone ?? new RegExp(`(?<![\`'"])${tag}(?![\`'"])`, "i").exec(text);
  return found ? found.index + found[0].length : undefined;
}

/** Chat templates that open the block themselves leave only its end in the reply. */
function withoutUnopened(text: string): string {
  const closing = CLOSING_LINE.exec(text);
  if (!closing) return text;
  const before = text.slice(0, closing.index);
  const isOpened = new RegExp(`<(?:${NAMES})>`, "i").test(before);
  return isOpened ? text : text.slice(closing.index + closing[0].length);
}
