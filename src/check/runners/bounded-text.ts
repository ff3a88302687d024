/** The beginning and the end of a text of any length, in constant memory. Pure. */

export interface BoundedText {
  readonly add: (text: string) => void;
  readonly text: () => string;
}

const CUT = "\n[…]\n";

/** Keeps `limit` characters of the beginning and as many of the end. */
export function boundedText(limit: number): BoundedText {
  let head = "";
  let tail = "";
  let dropped = 0;
  const trim = (): void => {
    dropped += Math.max(0, tail.length - limit);
    tail = tail.slice(-limit);
  };
  return {
    add: (text) => {
      const room = limit - head.length;
      head += text.slice(0, room);
      tail += text.slice(room);
      if (tail.length > 2 * limit) trim();
    },
    text: () => {
      trim();
      return dropped === 0 ? head + tail : head + CUT + tail;
    },
  };
}
