/** Text of the repository and of test runs is data: it stands between two lines that it cannot itself contain. */

/**
 * `<<<NAME` … `NAME>>>`. The name grows until the text does not hold it, so no text can close its own block.
 * @param label one line that says what the data is
 */
export function dataBlock(label: string, text: string): string {
  let name = "DATA";
  while (text.includes(name)) name += "_";
  const body = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return `${oneLine(label)}\n<<<${name}\n${body}${name}>>>\n`;
}

/** For names of files outside of a block: git allows line breaks in them. */
export const oneLine = (text: string): string => text.replaceAll(/[\r\n\v\f\u0085\u2028\u2029]+/g, " ");
