/** "... existing code ..." in the place of code: what a lazy model writes instead of the lines it leaves out. */
import { foldTypography } from "./text.ts";

const COMMENT_START = /^(?:\/\/+|#+|\/\*+|<!--|\{\/\*|\(\*|--|;+|%+|\*|"""|''')\s*/;
const LEFT_OUT =
  /\b(?:existing|rest|remain(?:s|der|ing)?|unchanged|same|previous|omitted|other|before|above|elided|continues?|as is|truncated|snip(?:ped)?|inchang\w+|reste|existant\w*)\b/i;

/** Without dots only whole phrases count: "rest of the code", "existing methods remain". */
const PHRASE =
  /^(?:the )?(?:(?:rest|remainder) of (?:the |this |your )?(?:\w+ )?(?:code|file|function|method|class|component|implementation|module|content)|(?:existing|remaining|other|previous|same) (?:code|implementation|methods?|functions?|content)(?: (?:here|above|below|unchanged|remains?|stays?|as before|is the same).*)?\W*$)/i;

/** A spread or a rest element: dots that touch a name, and nothing but the end of a list after it. */
const SPREAD = /^\.\.\.(?:[A-Za-z_$][\w$.]*\s*[,)}\]]+[\s,;)}\]]*|(?:rest|others?|remaining)\s*)$/;

export function isPlaceholder(line: string): boolean {
  const text = foldTypography(line).trim();
  const body = text.replace(COMMENT_START, "").replace(/^[[(]/, "");
  const isComment = body !== text;
  if (!isComment && SPREAD.test(text)) return false;
  if (body.startsWith("...")) return LEFT_OUT.test(body) || (isComment && /^\.{3,}\W*$/.test(body));
  if (!isComment) return false;
  return (
    PHRASE.test(body) || (/\.\.\.\W*$/.test(body) && /^(?:the )?(?:rest|remaining|existing|other|same)\b/i.test(body))
  );
}
