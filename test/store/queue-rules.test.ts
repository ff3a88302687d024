import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { QueueStatus } from "../../src/core/store.ts";
import type { TaskStatus } from "../../src/core/task.ts";
import { orderKey, planSync, type TaskRow } from "../../src/store/queue-rules.ts";
import { aTask } from "../contract/store.ts";

const NOW = 1000;

const aRow = (more: Partial<TaskRow> = {}): TaskRow => {
  const { id: taskId, title, queue, wsjf, path, dependsOn } = aTask("T1");
  const shown = { status: "queued", fileStatus: "PENDING", fileBehind: false } as const;
  return {
    taskId,
    title,
    queue,
    wsjf,
    path,
    dependsOn,
    attempts: 3,
    result: { A: "1" },
    fencing: 4,
    updatedAt: 10,
    ...shown,
    ...more,
  };
};

const leasedUntil = (leaseExpiresAt: number) => ({ status: "leased", leasedBy: "worker", leaseExpiresAt }) as const;
const planFor = (row: TaskRow, said: TaskStatus | "gone", readAt?: number) =>
  planSync(new Map([["T1", row]]), said === "gone" ? [] : [aTask("T1", { status: said })], NOW, readAt);

interface Case {
  readonly row: Partial<TaskRow>;
  readonly said: TaskStatus | "gone";
  readonly becomes: Partial<TaskRow> | "unchanged";
  readonly isEdit?: boolean;
}

const SETTLED: readonly (readonly [QueueStatus, TaskStatus])[] = [
  ["completed", "COMPLETE"],
  ["blocked", "BLOCKED"],
  ["awaiting_approval", "AWAITING_APPROVAL"],
];
const WORDS: readonly TaskStatus[] = ["PENDING", "IN_PROGRESS", "COMPLETE", "BLOCKED", "AWAITING_APPROVAL"];
const STATUS_OF: Record<TaskStatus, QueueStatus> = {
  PENDING: "queued",
  IN_PROGRESS: "queued",
  COMPLETE: "completed",
  BLOCKED: "blocked",
  AWAITING_APPROVAL: "awaiting_approval",
};
const restart = { status: "queued", attempts: 0, result: {}, fileBehind: false } as const;

const CASES: readonly Case[] = [
  // A lease that runs hides everything.
  ...[...WORDS, "gone" as const].map((said): Case => ({ row: leasedUntil(NOW + 1), said, becomes: "unchanged" })),
  // One that ran out hides nothing but ralph's own words.
  { row: leasedUntil(NOW), said: "PENDING", becomes: "unchanged" },
  { row: leasedUntil(NOW), said: "IN_PROGRESS", becomes: { ...leasedUntil(NOW), fileStatus: "IN_PROGRESS" } },
  {
    row: { ...leasedUntil(NOW), fileStatus: "IN_PROGRESS" },
    said: "PENDING",
    becomes: { ...restart, fileStatus: "PENDING" },
    isEdit: true,
  },
  { row: leasedUntil(NOW), said: "BLOCKED", becomes: { status: "blocked", fileStatus: "BLOCKED" }, isEdit: true },
  { row: leasedUntil(NOW), said: "COMPLETE", becomes: { status: "completed", fileStatus: "COMPLETE" }, isEdit: true },
  { row: leasedUntil(NOW), said: "gone", becomes: { status: "cancelled" } },
  // Queued.
  { row: {}, said: "PENDING", becomes: "unchanged" },
  { row: {}, said: "IN_PROGRESS", becomes: { status: "queued", attempts: 3, fileStatus: "IN_PROGRESS" } },
  {
    row: { fileStatus: "IN_PROGRESS", fileBehind: true },
    said: "PENDING",
    becomes: { status: "queued", attempts: 3, fileStatus: "PENDING", fileBehind: false },
  },
  { row: { fileStatus: "IN_PROGRESS" }, said: "PENDING", becomes: { ...restart, fileStatus: "PENDING" }, isEdit: true },
  { row: { fileBehind: true }, said: "PENDING", becomes: "unchanged" },
  { row: {}, said: "gone", becomes: { status: "cancelled" } },
  // Settled and written.
  ...SETTLED.flatMap(([status, fileStatus]): readonly Case[] => [
    { row: { status, fileStatus }, said: fileStatus, becomes: "unchanged" },
    ...WORDS.filter((said) => said !== fileStatus).map(
      (said): Case => ({
        row: { status, fileStatus },
        said,
        becomes: { status: STATUS_OF[said], fileStatus: said },
        isEdit: true,
      }),
    ),
  ]),
  // Settled, not yet written.
  ...SETTLED.flatMap(([status, word]): readonly Case[] => [
    { row: { status, fileBehind: true }, said: "PENDING", becomes: "unchanged" },
    {
      row: { status, fileBehind: true },
      said: "IN_PROGRESS",
      becomes: { status, fileBehind: true, fileStatus: "IN_PROGRESS" },
    },
    {
      row: { status, fileBehind: true, fileStatus: "IN_PROGRESS" },
      said: "PENDING",
      becomes: { ...restart, fileStatus: "PENDING" },
      isEdit: true,
    },
    {
      row: { status, fileBehind: true },
      said: word,
      becomes: { status, attempts: 3, result: { A: "1" }, fileBehind: false, fileStatus: word },
    },
  ]),
  {
    row: { status: "blocked", fileBehind: true },
    said: "COMPLETE",
    becomes: { status: "completed", fileBehind: false },
    isEdit: true,
  },
  { row: { status: "completed", fileStatus: "COMPLETE" }, said: "gone", becomes: "unchanged" },
  {
    row: { status: "completed", fileBehind: true },
    said: "gone",
    becomes: { status: "completed", fileStatus: "COMPLETE", fileBehind: false },
  },
  {
    row: { status: "blocked", fileStatus: "BLOCKED" },
    said: "gone",
    becomes: { status: "cancelled", fileStatus: "BLOCKED" },
  },
  // Cancelled: a file that comes back.
  { row: { status: "cancelled" }, said: "gone", becomes: "unchanged" },
  { row: { status: "cancelled" }, said: "PENDING", becomes: { status: "queued", attempts: 3 } },
  { row: { status: "cancelled", fileStatus: "BLOCKED" }, said: "BLOCKED", becomes: { status: "blocked" } },
  {
    row: { status: "cancelled", fileStatus: "BLOCKED" },
    said: "PENDING",
    becomes: { ...restart, fileStatus: "PENDING" },
    isEdit: true,
  },
  { row: { status: "cancelled" }, said: "IN_PROGRESS", becomes: { status: "queued", fileStatus: "IN_PROGRESS" } },
];

const nameOf = ({ row, said }: Case) => {
  const { status, fileStatus, fileBehind, leaseExpiresAt } = aRow(row);
  const lease = leaseExpiresAt === undefined ? "" : leaseExpiresAt > NOW ? " (lease runs)" : " (lease ran out)";
  return `${status}${lease}, file was ${fileStatus}${fileBehind ? " and is behind" : ""}, is ${said}`;
};

describe("sync", () => {
  test.each(CASES.map((each) => [nameOf(each), each] as const))("%s", (_, { row, said, becomes, isEdit = false }) => {
    const before = aRow(row);
    const { rows, edits } = planFor(before, said);
    expect(edits).toEqual(isEdit ? [{ taskId: "T1", from: before.fileStatus, to: said }] : []);
    const expected = becomes === "unchanged" ? [] : [{ ...becomes, fencing: 4, updatedAt: NOW }];
    expect(rows).toMatchObject(expected);
    expect(rows).toHaveLength(expected.length);
  });

  const anyRow = fc
    .record({
      status: fc.constantFrom<QueueStatus>(
        "queued",
        "leased",
        "completed",
        "blocked",
        "awaiting_approval",
        "cancelled",
      ),
      fileStatus: fc.constantFrom(...WORDS),
      fileBehind: fc.boolean(),
      leaseExpiresAt: fc.constantFrom(NOW - 1, NOW, NOW + 1),
    })
    .map(({ leaseExpiresAt, ...row }) =>
      aRow(row.status === "leased" ? { ...row, ...leasedUntil(leaseExpiresAt) } : row),
    );
  const anyWord = fc.constantFrom(...WORDS);

  test("a second sync of the same files changes nothing", () => {
    const property = fc.property(anyRow, fc.constantFrom(...WORDS, "gone" as const), (row, said) => {
      const [after = row] = planFor(row, said).rows;
      expect(planFor(after, said)).toEqual({ rows: [], edits: [] });
    });
    fc.assert(property, { numRuns: 500 });
  });

  test("what a person wrote where no lease runs is what the queue then says", () => {
    const property = fc.property(anyRow, anyWord, (row, said) => {
      const { rows, edits } = planFor(row, said);
      fc.pre(edits.length > 0);
      expect(rows).toMatchObject([{ status: STATUS_OF[said], fileStatus: said, fileBehind: false }]);
    });
    fc.assert(property, { numRuns: 500 });
  });

  test("only a task that is leased afterwards names a holder", () => {
    const property = fc.property(anyRow, fc.constantFrom(...WORDS, "gone" as const), (row, said) => {
      const [after = row] = planFor(row, said).rows;
      expect(after.leasedBy !== undefined).toBe(after.status === "leased");
    });
    fc.assert(property, { numRuns: 500 });
  });

  test.each([
    ["changed before the files were read", 10, 11, "blocked"],
    ["changed while the files were read", 10, 10, undefined],
    ["changed by a clock that was ahead", NOW + 5, 20, "blocked"],
  ])("an entry %s: its edit is seen or waits", (_, updatedAt, readAt, status) => {
    expect(planFor(aRow({ updatedAt }), "BLOCKED", readAt).rows[0]?.status).toBe(status);
  });

  test("only what changed is to be stored", () => {
    const { rows } = planSync(new Map([["T1", aRow()]]), [aTask("T1"), aTask("T2")], NOW);
    expect(rows.map((row) => row.taskId)).toEqual(["T2"]);
  });
});

describe("order of ids", () => {
  test.each([
    ["T2", "T10"],
    ["T002", "T10"],
    ["T9", "T10a"],
    ["A-2-3", "A-2-20"],
    ["D001", "T001"],
    ["T1", "T1x"],
    ["T99999999999999999998", "T99999999999999999999"],
  ])("%s comes before %s", (first, second) => {
    expect(orderKey(first) < orderKey(second)).toBe(true);
  });

  test("numbers are ordered by value, however long", () => {
    const property = fc.property(fc.bigInt({ min: 0n }), fc.bigInt({ min: 1n }), (smaller, more) => {
      expect(orderKey(`T${smaller}`) < orderKey(`T${smaller + more}`)).toBe(true);
    });
    fc.assert(property);
  });
});
