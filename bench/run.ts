/**
 * `npm run bench [-- NAME …]`: every benchmark compares two things in one run, in turn, and prints their ratio,
 * because absolute times say more about the machine's neighbours than about the code. Goals: see each file.
 */
import type { Row } from "./row.ts";

type Bench = () => Promise<readonly Row[]>;

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  start: async () => (await import("./start.ts")).start,
  queue: async () => (await import("./queue.ts")).queue,
  sqlite: async () => (await import("./sqlite.ts")).sqlite,
  patch: async () => (await import("./patch.ts")).patch,
  prefix: async () => (await import("./prefix.ts")).prefix,
  abort: async () => (await import("./abort.ts")).abort,
  attempt: async () => (await import("./attempt.ts")).attempt,
  flood: async () => (await import("./flood.ts")).flood,
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in BENCHES));
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}. Known: ${Object.keys(BENCHES).join(", ")}`);
  process.exit(2);
}
for (const [name, load] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const bench = await load();
  for (const row of await bench())
    console.log(`${row.name.padEnd(52)} ${row.ratio.toFixed(2).padStart(8)}x   goal ${row.goal}`);
}
