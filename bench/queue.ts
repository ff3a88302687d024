/**
 * Loading and ordering a folder of task files against only reading them, and looking again at an unchanged folder
 * against only asking for each file's state. Files are of ordinary size, about 1.5 KB.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/io/clock.ts";
import { fileTaskSource } from "../src/task/source-files.ts";
import { orderTasks } from "../src/task/wsjf.ts";

const ROUNDS = 15;
const SIZES = [22, 1_000, 10_000];
/** Small folders are gone through several times in one measurement, or the clock's grain would be measured. */
const FILES_A_MEASUREMENT = 2_000;

/** A minute ahead, so that files written just now count as settled. */
const clock = { ...systemClock, now: () => systemClock.now() + 60_000 };

/** Ratios of time, ours to the floor; medians of pairs run in turn. */
export const queue = async () => {
  const base = mkdtempSync(join(tmpdir(), "ralph-bench-"));
  try {
    return SIZES.flatMap((size) => measure(base, size));
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
};

function measure(base: string, size: number) {
  const folder = join(base, String(size));
  mkdirSync(folder);
  for (let number = 1; number <= size; number++) writeFileSync(join(folder, `T${number}.md`), taskFile(number));
  const known = fileTaskSource({ folder, clock });
  known.list();
  const load = () => {
    const order = orderTasks(fileTaskSource({ folder, clock }).list().tasks);
    if (!order.ok || order.tasks.length !== size) throw new Error("the bench's queue was not read");
  };
  const times = Math.ceil(FILES_A_MEASUREMENT / size);
  return [
    {
      name: `queue: load and order ${size} files, against reading`,
      ratio: ratioOf(load, () => readAll(folder), times),
      goal: "<= 2",
    },
    {
      name: `queue: rescan ${size} files, against stat`,
      ratio: ratioOf(known.list, () => statAll(folder), times),
      goal: "<= 1.2",
    },
  ];
}

const readAll = (folder: string) => readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8").length);
const statAll = (folder: string) => readdirSync(folder).map((name) => statSync(join(folder, name)).size);

function ratioOf(ours: () => unknown, floor: () => unknown, times: number): number {
  const ratios = Array.from({ length: ROUNDS }, () => timeOf(ours, times) / timeOf(floor, times));
  return ratios.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
}

function timeOf(step: () => unknown, times: number): number {
  const start = systemClock.monotonic();
  for (let time = 0; time < times; time++) step();
  return systemClock.monotonic() - start;
}

/** One in ten waits for another one; every third shows code. */
function taskFile(number: number): string {
  const dependsOn = number % 10 === 0 ? `\n**Depends On**: T${number - 1}` : "";
  const code = number % 3 === 0 ? "\n```ts\nexport const answer = 42;\n```\n" : "";
  return `# Task T${number}: Limit the rate of requests ${number}

**Priority**: P${number % 3}
**Time Estimate**: ${1 + (number % 8)}h
**WSJF Score**: ${(number % 90) / 10}${dependsOn}

## Success Criteria
- [ ] The middleware answers 429 after the hundredth request of a minute
- [ ] The header Retry-After tells when to come back
- [ ] Other clients are not held up

## Actions
1. Add a token bucket with an injected clock
2. Use it in the middleware
3. Put the limits into the configuration, with a default for each

## Files to Create/Modify
- [ ] \`src/rate-limit/bucket.ts\` (CREATE)
- [ ] \`src/server/middleware.ts\` (MODIFY)
- [ ] \`src/config/defaults.ts\` (MODIFY)

## Checks
- \`node --test test/rate-limit.test.mjs\`

## Technical Notes
${"A bucket holds at most a hundred tokens and gains one every six hundred milliseconds, up to its size. ".repeat(4)}
${code}
## Ralph Status Block
---RALPH_STATUS---
STATUS: PENDING
ATTEMPTS: 0
MODEL: local
BRANCH: ralph/T${number}-limit-the-rate
TESTS_STATUS: NOT_RUN
---END_RALPH_STATUS---
`;
}
