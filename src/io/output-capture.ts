/**
 * Keeps the head and the tail of a stream in constant memory, however much is printed: the head in a buffer that grows to
 * half the limit, the tail as the last chunks that came. Large chunks are kept as they are, because copying a gigabyte
 * takes longer than reading it; small ones are put together, because each costs an object.
 */

export interface OutputCapture {
  append(chunk: Buffer): void;
  /** UTF-8, with a line that says how much is missing where the middle was cut out. */
  text(): string;
  cutBytes(): number;
}

const FIRST_ALLOCATION = 8 * 1024;
/** A chunk of at least this size stands for itself. */
const BLOCK_BYTES = 16 * 1024;

export function outputCapture(maxBytes: number): OutputCapture {
  const headLimit = Math.ceil(maxBytes / 2);
  const tailLimit = maxBytes - headLimit;
  const end = lastChunks(tailLimit);
  let head = Buffer.alloc(0);
  let headLength = 0;
  let tailTotal = 0;

  const fillHead = (chunk: Buffer): void => {
    const needed = headLength + chunk.length;
    if (needed > head.length) {
      const grown = Buffer.allocUnsafe(Math.min(headLimit, Math.max(needed, head.length * 2, FIRST_ALLOCATION)));
      head.copy(grown, 0, 0, headLength);
      head = grown;
    }
    headLength += chunk.copy(head, headLength);
  };

  const cutBytes = (): number => Math.max(0, tailTotal - tailLimit);

  return {
    append(chunk) {
      const room = headLimit - headLength;
      if (room > 0) fillHead(chunk.subarray(0, room));
      if (chunk.length <= room) return;
      tailTotal += chunk.length - room;
      end.push(room > 0 ? chunk.subarray(room) : chunk);
    },
    text() {
      const start = head.subarray(0, headLength);
      if (cutBytes() === 0) return Buffer.concat([start, end.bytes()]).toString();
      return `${wholeStart(start)}\n[… ${cutBytes()} bytes cut out …]\n${wholeEnd(end.bytes())}`;
    },
    cutBytes,
  };
}

interface LastChunks {
  push(chunk: Buffer): void;
  /** The last `limit` bytes, or all where there are fewer. */
  bytes(): Buffer;
}

function lastChunks(limit: number): LastChunks {
  let chunks: Buffer[] = [];
  /** Before it, chunks are let go of. */
  let first = 0;
  let kept = 0;
  let block = Buffer.alloc(0);
  let blockLength = 0;

  const add = (chunk: Buffer): void => {
    chunks.push(chunk);
    kept += chunk.length;
    for (let size = chunks[first]?.length ?? 0; kept - size >= limit && first < chunks.length - 1; ) {
      chunks[first] = EMPTY;
      kept -= size;
      first += 1;
      size = chunks[first]?.length ?? 0;
    }
    if (first < 1024) return;
    chunks = chunks.slice(first);
    first = 0;
  };
  const closeBlock = (): void => {
    if (blockLength > 0) add(block.subarray(0, blockLength));
    block = Buffer.alloc(0);
    blockLength = 0;
  };

  return {
    push(chunk) {
      if (blockLength + chunk.length > BLOCK_BYTES) closeBlock();
      if (chunk.length >= BLOCK_BYTES) return add(chunk);
      if (blockLength === 0) block = Buffer.allocUnsafe(BLOCK_BYTES);
      blockLength += chunk.copy(block, blockLength);
    },
    bytes() {
      closeBlock();
      const all = Buffer.concat(chunks.slice(first));
      return all.subarray(Math.max(0, all.length - limit));
    },
  };
}

const EMPTY = Buffer.alloc(0);

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
