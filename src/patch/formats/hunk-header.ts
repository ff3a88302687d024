/** `@@` lines. Models write numbers, placeholders for numbers, headings, or nothing on them. */

export interface HunkHeader {
  readonly oldStart?: number;
  readonly heading?: string;
  /** Lines that the body should have on each side. */
  readonly counts?: { readonly old: number; readonly new: number };
}

const NUMBERED = /^@@+\s*-(\d+)(?:,\s*(\d+))?\s+\+-?(\d+)(?:,\s*(\d+))?\s*(?:@@+)?\s*(.*)$/;
const OLD_ONLY = /^@@+\s*(?:lines?\s*)?-?(\d+)(?:\s*[,-]\s*\d+)?\s*(?:@@+\s*)?$/i;
/** `-XXX,7 +XXX,9`, `-?,? +?,?`, `...`: the place of numbers, no numbers. */
const PLACEHOLDER = /^(?:-\S*\s+\+\S*|[.\u2026\s]*)$/;

export const isHunkHeader = (line: string): boolean => /^@@(?:@*|[\s-].*)$/.test(line);

export const isNumberedHeader = (line: string): boolean => NUMBERED.test(line);

export function readHunkHeader(line: string): HunkHeader {
  const numbered = NUMBERED.exec(line);
  if (numbered) {
    const [, start = "", old = "1", , added = "1", heading = ""] = numbered;
    return {
      oldStart: Number(start),
      counts: { old: Number(old), new: Number(added) },
      ...(heading.trim() === "" ? {} : { heading: heading.trim() }),
    };
  }
  const old = OLD_ONLY.exec(line)?.[1];
  if (old !== undefined) return { oldStart: Number(old) };
  const words = line
    .replace(/^@@+/, "")
    .replace(/@@+\s*$/, "")
    .trim();
  const afterPlaceholder = words.replace(/^-\S*\s+\+\S*(?:\s*@@+)?\s*/, "").trim();
  return PLACEHOLDER.test(words) || afterPlaceholder === "" ? {} : { heading: afterPlaceholder };
}
