/** "... existing code ..." in the place of code: what a lazy model writes instead of the lines it leaves out. */
import { foldTypography } from "./text.ts";

const COMMENT_START = /^(?:\/\/+|#+|\/\*+|<!--|\{\/\*|\(\*|--|;+|%+|\*|"""|''')\s*/;
const LEFT_OUT =
  /\b(?:existing|rest|remain(?:s|der|ing)?|unchanged|same|previous|omitted|other|before|above|elided|continues?|as is|truncated|snip(?:ped)?|inchang\w+|reste|existant\w*)\b/i;

export function isPlaceholder(line: string): boolean {
  const text = foldTypography(line).trim();
  const body = text.replace(COMMENT_START, "");
  if (/^\[?\(?\.\.\./.test(body)) return LEFT_OUT.test(body) || (body !== text && /^[[(]?\.\.\.[\])]?\W*$/.test(body));
  return body !== text && /\.\.\.\W*$/.test(body) && /^(?:the )?(?:rest|remaining|existing|other|same)\b/i.test(body);
}
