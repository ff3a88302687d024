/**
 * The matching steps, from exact to tolerant. For every hunk the first step that finds a place decides;
 * later steps are not asked. A step that finds several places and cannot tell them apart refuses the hunk:
 * a more tolerant step would only find more of them.
 *
 * A step reads the hunk's lines in one way (readings.ts) and compares its old lines with the file's:
 * as one block whose lines are alike to a degree (text.ts), or piece by piece (align.ts).
 */

import { withMissingPlus } from "./missing-plus.ts";
import {
  asWritten,
  type Read,
  withoutContextPrefix,
  withoutEscapes,
  withoutLineNumbers,
  withoutLooseEnds,
} from "./readings.ts";
import type { Likeness } from "./text.ts";

export interface Step {
  readonly name: string;
  readonly read: Read;
  /** "result": look for the lines that the hunk would leave behind; finding them means there is nothing to do. */
  readonly match: Likeness | "pieces" | "result";
  readonly why: string;
}

export const EXACT: Step = {
  name: "exact",
  read: asWritten,
  match: "exact",
  why: "What every correct diff needs. Line numbers and counts play no part: models cannot count.",
};

export const ALREADY_APPLIED: Step = {
  name: "already applied",
  read: asWritten,
  match: "result",
  why: "Asked before any tolerance: a change that is already there must not be found half-similar elsewhere.",
};

export const STEPS: readonly Step[] = [
  EXACT,
  {
    name: "exact, space prefix missing",
    read: withoutContextPrefix,
    match: "exact",
    why: "Models leave out the space before context, so that indented lines seem to be indented by one less.",
  },
  {
    name: "trailing space",
    read: asWritten,
    match: "trailing",
    why: "Models and editors drop or add white space at line ends, and empty out blank context lines.",
  },
  {
    name: "trailing space, space prefix missing",
    read: withoutContextPrefix,
    match: "trailing",
    why: "Both of the above.",
  },
  ALREADY_APPLIED,
  {
    name: "white space and typography",
    read: asWritten,
    match: "loose",
    why: "Tabs for spaces, another indentation, typographic quotes and dashes. Names and numbers still have to agree.",
  },
  {
    name: "loose ends",
    read: withoutLooseEnds,
    match: "loose",
    why: "Blank lines and closing tags after a hunk are taken for context where its counts are wrong or missing.",
  },
  {
    name: "line numbers",
    read: withoutLineNumbers,
    match: "trailing",
    why: "Models copy the line numbers of the listing that they were shown.",
  },
  {
    name: "HTML escapes",
    read: withoutEscapes,
    match: "loose",
    why: "Replies that went through a web page say &lt; for <. Only where the text as it stands was not found.",
  },
  {
    name: "missing plus",
    read: withMissingPlus,
    match: "loose",
    why: "A line between added lines that the file does not have anywhere can only be an added one.",
  },
  {
    name: "piece by piece",
    read: asWritten,
    match: "pieces",
    why: "Context drifted, was left out, or was elided by dots; the change and its nearest context are as in the file.",
  },
  {
    name: "piece by piece, loose ends",
    read: withoutLooseEnds,
    match: "pieces",
    why: "The same for hunks with blank lines or tags at their ends.",
  },
];
