import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TaskSummary } from "../../src/core/task.ts";
import { findCircles } from "../../src/task/dependencies.ts";
import { orderTasks } from "../../src/task/wsjf.ts";

const task = (id: string, wsjf: number, ...dependsOn: string[]): TaskSummary => ({
  id,
  title: id,
  queue: "tdd",
  priority: "P1",
  wsjf,
  dependsOn,
  status: "PENDING",
  path: `tasks/${id}.md`,
});

const orderOf = (...tasks: TaskSummary[]) => {
  const order = orderTasks(tasks);
  return order.ok ? order.tasks.map(({ id }) => id).join(" ") : order.cycle;
};

describe("order", () => {
  test("the highest WSJF comes first, then the lowest id by number", () => {
    expect(orderOf(task("T10", 5), task("T2", 5), task("T1", 3), task("T3", 9.5))).toBe("T3 T2 T10 T1");
  });

  test("a task waits for what it depends on, whatever its own WSJF is", () => {
    expect(orderOf(task("T1", 9, "T3"), task("T2", 5), task("T3", 1))).toBe("T2 T3 T1");
  });

  test("a task that may run at last takes the place of its rank among the others that may", () => {
    expect(orderOf(task("T1", 9), task("T2", 8, "T1"), task("T3", 8.5), task("T4", 7))).toBe("T1 T3 T2 T4");
  });

  test("a dependency outside the list is taken as met, a doubled one counts once", () => {
    expect(orderOf(task("T1", 1, "T99"), task("T2", 2, "T1", "T1"))).toBe("T1 T2");
  });

  test("a circle is named from one of its tasks round to it again", () => {
    expect(orderOf(task("T1", 1, "T3"), task("T2", 2, "T1"), task("T3", 3, "T2"), task("T4", 4, "T3"))).toEqual([
      "T1",
      "T3",
      "T2",
      "T1",
    ]);
    expect(orderOf(task("T1", 1, "T1"))).toEqual(["T1", "T1"]);
  });

  test("a chain of 20,000 tasks is ordered", () => {
    const tasks = Array.from({ length: 20_000 }, (_, index) =>
      index === 0 ? task("T0", 0) : task(`T${index}`, index, `T${index - 1}`),
    );
    const order = orderTasks(tasks);
    expect(order.ok ? order.tasks.map(({ id }) => id) : []).toEqual(tasks.map(({ id }) => id));
  });
});

describe("for any tasks", () => {
  const ids = ["T1", "T2", "T3", "T4", "T10", "D1"];
  const anyTasks = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.subarray(ids, { maxLength: 2 })), { minLength: 1, maxLength: 6 })
    .map((rows) => rows.map(([wsjf, dependsOn], index) => task(ids[index] ?? "", wsjf, ...dependsOn)));

  test("every task comes once, after its dependencies, and none that might have come is worse than it", () => {
    fc.assert(
      fc.property(anyTasks, (tasks) => {
        const order = orderTasks(tasks);
        const known = new Set(tasks.map(({ id }) => id));
        const done = new Set<string>();
        const mayRun = (each: TaskSummary) => each.dependsOn.every((id) => done.has(id) || !known.has(id));
        const wrong = (order.ok ? order.tasks : []).filter((each, index, all) => {
          const better = all.slice(index + 1).some((later) => later.wsjf > each.wsjf && mayRun(later));
          const isWrong = !mayRun(each) || better;
          done.add(each.id);
          return isWrong;
        });
        expect(wrong).toEqual([]);
        expect(order.ok ? done.size : tasks.length).toBe(tasks.length);
      }),
    );
    expect.hasAssertions();
  });

  test("a circle is reported where there is one, and leads from dependency to dependency", () => {
    fc.assert(
      fc.property(anyTasks, (tasks) => {
        const byId = new Map(tasks.map((each) => [each.id, each]));
        const circles = findCircles(tasks);
        const steps = circles.flatMap((circle) =>
          circle.slice(1).map((id, index) => [circle[index] ?? "", id] as const),
        );
        expect(steps.filter(([from, to]) => byId.get(from)?.dependsOn.includes(to) !== true)).toEqual([]);
        expect(circles.map((circle) => circle.at(-1))).toEqual(circles.map((circle) => circle[0]));
        expect(circles.length === 0).toBe(orderTasks(tasks).ok);
      }),
    );
    expect.hasAssertions();
  });
});
