/** A short name for a failure, equal where only what changes from run to run differs. Pure. */

/** In this order: a later rule sees what an earlier one left. */
const VARYING: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // eslint-disable-next-line no-control-regex -- colour codes begin with ESC
  [/\u001b\[[0-9;]*m/g, ""],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?/g, "<time>"],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, "<uuid>"],
  [/\b0x[0-9a-f]+\b/gi, "<address>"],
  [/(?:\/private)?\/(?:tmp|var\/folders|var\/tmp|dev\/shm)\/[^\s'"`)\]:,]*/g, "<temporary>"],
  [/(?:file:\/\/)?(?:\/[\w.@+-]+){2,}(?=\/[\w.@+-]+)/g, ""],
  [/(\.\w+):\d+(?::\d+)?/g, "$1:<line>"],
  [/\b(line|column|pid|port)(s?\s*:?\s*)\d+/gi, "$1$2<n>"],
  [/\b(127\.0\.0\.1|localhost|\[::1\]):\d+/g, "$1:<port>"],
  [/\b\d+(?:\.\d+)?\s?(?:ns|µs|us|ms|s|secs?|seconds?|minutes?|m)\b/g, "<duration>"],
  [/\s+/g, " "],
];

/** `text` without timings, addresses, temporary paths and line numbers. */
const steady = (text: string): string =>
  VARYING.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text).trim();

/** Sixteen hex digits over the lines, whatever their order. */
export function fingerprint(lines: readonly string[]): string {
  return hash(lines.map(steady).sort().join("\n"));
}

/** FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/. Equality is all it is used for. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  }
  return value.toString(16).padStart(16, "0");
}
