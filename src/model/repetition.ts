/**
 * Tells when a reply has turned into a loop: a model that repeats itself does so until the token limit.
 * Code repeats itself too (tables, closing brackets), so only long runs of one and the same unit count. Pure.
 */

/** A loop's unit is looked for up to this many characters; a longer one is left to the token limit. */
const LONGEST_UNIT = 1_500;
/** A run must be so long, and hold the unit so often, before it counts; blank units need more. */
const LEAST_RUN = 1_200;
const LEAST_REPEATS = 6;
const LEAST_SHORT_REPEATS = 60;
const SHORT_UNIT = 20;
/** The text is looked at each time it has grown by this much: a loop is seen at most so late. */
const LOOK_EVERY = 400;
const KEPT = LONGEST_UNIT * (LEAST_REPEATS + 1);

/** Takes the next characters; true once the end of the text is a loop. */
export function watchRepetition(): (chunk: string) => boolean {
  let tail = "";
  let unseen = 0;
  return (chunk) => {
    tail = (tail + chunk).slice(-KEPT);
    unseen += chunk.length;
    if (unseen < LOOK_EVERY) return false;
    unseen = 0;
    return endsInLoop(tail);
  };
}

function endsInLoop(text: string): boolean {
  // The unit's length is the distance between the last characters and where they stood before.
  const probe = text.slice(-SHORT_UNIT);
  let at = text.length - SHORT_UNIT;
  while (at > 0) {
    at = text.lastIndexOf(probe, at - 1);
    const unit = text.length - SHORT_UNIT - at;
    if (at < 0 || unit > LONGEST_UNIT) return false;
    if (runLength(text, unit) >= leastRun(unit)) return true;
  }
  return false;
}

const leastRun = (unit: number): number =>
  Math.max(LEAST_RUN, unit * (unit < SHORT_UNIT ? LEAST_SHORT_REPEATS : LEAST_REPEATS));

/** Length of the longest end of `text` in which every character equals the one `unit` before it. */
function runLength(text: string, unit: number): number {
  let at = text.length - 1;
  while (at >= unit && text[at] === text[at - unit]) at -= 1;
  return text.length - 1 - at + unit;
}
