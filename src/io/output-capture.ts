/**
 * Keeps the head and the tail of a stream in constant memory, however much is printed:
 * the head in a buffer that grows to half the limit, the tail in a ring of the other half.
 */

export interface OutputCapture {
  append(chunk: Buffer): void;
  /** UTF-8, with a line that says how much is missing where the middle was cut out. */
  text(): string;
  cutBytes(): number;
}

const FIRST_ALLOCATION = 8 * 1024;

export function outputCapture(maxBytes: number): OutputCapture {
  const headLimit = Math.ceil(maxBytes / 2);
  const tailLimit = maxBytes - headLimit;
  let head = Buffer.alloc(0);
  let headLength = 0;
  let ring = Buffer.alloc(0);
  /** All bytes that ever went to the ring; the next one is written at this number modulo the ring's size. */
  let ringTotal = 0;

  const fillHead = (chunk: Buffer): void => {
    const needed = headLength + chunk.length;
    if (needed > head.length) {
      const grown = Buffer.allocUnsafe(Math.min(headLimit, Math.max(needed, head.length * 2, FIRST_ALLOCATION)));
      head.copy(grown, 0, 0, headLength);
      head = grown;
    }
    headLength += chunk.copy(head, headLength);
  };

  const fillRing = (chunk: Buffer): void => {
    if (ring.length === 0) ring = Buffer.allocUnsafe(tailLimit);
    const kept = chunk.subarray(Math.max(0, chunk.length - ring.length));
    const at = (ringTotal + chunk.length - kept.length) % Math.max(1, ring.length);
    const untilEnd = kept.copy(ring, at);
    kept.copy(ring, 0, untilEnd);
    ringTotal += chunk.length;
  };

  const cutBytes = (): number => Math.max(0, ringTotal - tailLimit);

  const tail = (): Buffer => {
    if (ringTotal <= ring.length) return ring.subarray(0, ringTotal);
    const at = ringTotal % Math.max(1, ring.length);
    return Buffer.concat([ring.subarray(at), ring.subarray(0, at)]);
  };

  return {
    append(chunk) {
      const room = headLimit - headLength;
      if (room > 0) fillHead(chunk.subarray(0, room));
      if (chunk.length > room) fillRing(chunk.subarray(room));
    },
    text() {
      const start = head.subarray(0, headLength);
      if (cutBytes() === 0) return Buffer.concat([start, tail()]).toString();
      return `${wholeStart(start)}\n[… ${cutBytes()} bytes cut out …]\n${wholeEnd(tail())}`;
    },
    cutBytes,
  };
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Drops a character that the cut tore at the end of `bytes`. */
function wholeStart(bytes: Buffer): string {
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 4 && isContinuation(bytes[end - 1])) end -= 1;
  const lead = bytes[end - 1] ?? 0;
  if (lead < 0xc0) return bytes.toString();
  const wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  return bytes.subarray(0, bytes.length - end + 1 < wanted ? end - 1 : bytes.length).toString();
}

/** Drops the rest of a character that the cut tore at the start of `bytes`. */
function wholeEnd(bytes: Buffer): string {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start += 1;
  return bytes.subarray(start).toString();
}
