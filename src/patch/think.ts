/**
 * Reasoning that a model prints before its answer. Only a block at the very start is reasoning;
 * the same tags further down are code.
 */
const NAMES = "think|thinking|thought|reasoning|reflection|scratchpad|seed:think";
const OPENING = new RegExp(`^\\s*(?:<(${NAMES})>|(\\[THINK\\])|(\\u25c1think\\u25b7))`, "i");
const CLOSING_LINE = new RegExp(`^[ \\t]*</(?:${NAMES})>[ \\t]*$`, "im");
/** What some servers leave of the model's own end marks. */
const END_TOKEN = /(?:<\|[\w-]{1,30}\|>|<\/s>|<end_of_turn>|<eos>)$/;

/** Some models think twice; more blocks than this are no reasoning. */
const MOST_BLOCKS = 20;

/** The answer without its reasoning; undefined where the reasoning never ends. */
export function stripThinking(reply: string): string | undefined {
  let text = withoutEndTokens(reply);
  for (let block = 0; block < MOST_BLOCKS; block += 1) {
    const opening = OPENING.exec(text);
    if (!opening) return block === 0 ? withoutUnopened(text) : text;
    const inside = text.slice(opening[0].length);
    const closing = findClosing(inside, opening);
    if (closing === undefined) return undefined;
    text = inside.slice(closing);
  }
  return text;
}

function withoutEndTokens(reply: string): string {
  let text = reply;
  for (let trimmed = reply.trimEnd(); END_TOKEN.test(trimmed.slice(-40)); trimmed = text.trimEnd()) {
    text = trimmed.replace(END_TOKEN, "");
  }
  return text === reply || text.endsWith("\n") ? text : `${text}\n`;
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
