import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchCall } from "../../src/model/call-watch.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = () => new AbortController().signal;

test("silence ends a call, the time to the first byte included", () => {
  const watch = watchCall({ timeoutMs: 1_000, idleMs: 100 }, never());
  vi.advanceTimersByTime(99);
  expect(watch.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(watch.signal.aborted).toBe(true);
  expect(watch.ending()).toBe("silence");
});

test("a call that keeps saying something is ended by the wall clock", () => {
  const watch = watchCall({ timeoutMs: 1_000, idleMs: 100 }, never());
  for (let ms = 0; ms < 1_000; ms += 50) {
    expect(watch.ending()).toBeUndefined();
    watch.touch();
    vi.advanceTimersByTime(50);
  }
  expect(watch.ending()).toBe("wall clock");
});

test("the caller's abort ends it, also one that came before", () => {
  const controller = new AbortController();
  const watch = watchCall({ timeoutMs: 1_000, idleMs: 100 }, controller.signal);
  controller.abort();
  expect(watch.ending()).toBe("aborted");
  expect(watchCall({ timeoutMs: 1_000, idleMs: 100 }, controller.signal).ending()).toBe("aborted");
});

test("the first reason counts", () => {
  const watch = watchCall({ timeoutMs: 1_000, idleMs: 100 }, never());
  watch.end("too long");
  vi.advanceTimersByTime(2_000);
  expect(watch.ending()).toBe("too long");
});

test("a stopped watch keeps nothing alive and ends nothing", () => {
  const watch = watchCall({ timeoutMs: 1_000, idleMs: 100 }, never());
  watch.stop();
  expect(vi.getTimerCount()).toBe(0);
  expect(watch.ending()).toBeUndefined();
});

test("limits beyond what a timer can hold do not end a call at once", () => {
  const watch = watchCall({ timeoutMs: Number.POSITIVE_INFINITY, idleMs: 2 ** 40 }, never());
  vi.advanceTimersByTime(10_000);
  expect(watch.ending()).toBeUndefined();
});
