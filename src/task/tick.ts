/** Ticks the boxes of success criteria in a task file and touches no other byte. Pure. */
import { allItemsOf, readSections } from "./sections.ts";
import { withoutStatusBlocks } from "./status-block.ts";

/**
 * @param places of the criteria to tick, in the order of the file; the first is 1. One without a box, or with a ticked
 * one, stays as it is.
 * Bytes that are not UTF-8 make the file one whose boxes are left alone.
 */
export function tickCriteria(bytes: Uint8Array, places: readonly number[]): Uint8Array {
  if (places.length === 0) return bytes;
  const text = Buffer.from(bytes).toString("utf8");
  if (!Buffer.from(text, "utf8").equals(bytes)) return bytes;
  const boxes = boxesOf(text);
  const chosen = places.flatMap((place) => boxes[place - 1] ?? []);
  const characters = text.split("");
  for (const at of chosen) characters[at] = "x";
  return Buffer.from(characters.join(""), "utf8");
}

/** Of each criterion, the offset of the blank in its `[ ]`; undefined where there is none. */
function boxesOf(text: string): readonly (number | undefined)[] {
  // Blanks in the place of the block and of a byte order mark, which the parser drops, so that offsets stay.
  const markdown = withoutStatusBlocks(text, (block) => block.replace(/[^\r\n]/g, " ")).replace(/^\uFEFF/, "\n");
  return allItemsOf(readSections(markdown).criteria).map((item) => {
    const start = item.position?.start.offset ?? 0;
    const box = /^(?:[-*+]|\d{1,9}[.)])\s+\[( )\]/.exec(markdown.slice(start));
    return box === null ? undefined : start + box[0].length - 2;
  });
}
