/** Bytes as they come to lines, in constant memory. */
import { StringDecoder } from "node:string_decoder";

/** A longer line is handed on in pieces. */
const LINE_CHARACTERS = 64 * 1024;

export interface LineSplitter {
  readonly write: (chunk: Buffer) => void;
  /** Hands on what stands after the last line's end. */
  readonly end: () => void;
}

/** @param onLine gets each line without its end, `\r` included in what is taken off */
export function lineSplitter(onLine: (text: string) => void): LineSplitter {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const hand = (line: string): void => onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  const take = (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(hand);
    for (; rest.length > LINE_CHARACTERS; rest = rest.slice(LINE_CHARACTERS)) onLine(rest.slice(0, LINE_CHARACTERS));
  };
  return {
    write: (chunk) => take(decoder.write(chunk)),
    end: () => {
      take(decoder.end());
      if (rest !== "") hand(rest);
      rest = "";
    },
  };
}
