/** The clocks of one model call. Every way in which ralph itself ends a call goes through here and leaves its reason. */
import type { AskOptions } from "../core/model.ts";

/**
 * Why ralph gave a call up. "silence": the idle clock; "too long": more text than allowed; "repetition": the text has
 * become a loop; "aborted": the caller's signal.
 */
export type Ending = "wall clock" | "silence" | "too long" | "repetition" | "aborted";

export interface CallWatch {
  /** Aborted as soon as the call has an ending. */
  readonly signal: AbortSignal;
  ending(): Ending | undefined;
  /** Something came: the idle clock starts again. */
  touch(): void;
  /** Ends the call; the first reason counts. */
  end(why: Ending): void;
  /** Must be called when the call is over, or its timers keep the process alive. */
  stop(): void;
}

/** setTimeout fires at once for anything longer. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Both clocks start now, so that time to the first byte counts as silence too. */
export function watchCall(limits: Pick<AskOptions, "timeoutMs" | "idleMs">, outer: AbortSignal): CallWatch {
  const controller = new AbortController();
  let ending: Ending | undefined;
  const end = (why: Ending) => {
    ending ??= why;
    controller.abort();
  };
  const wall = setTimeout(end, Math.min(limits.timeoutMs, LONGEST_TIMEOUT_MS), "wall clock");
  const idle = setTimeout(end, Math.min(limits.idleMs, LONGEST_TIMEOUT_MS), "silence");
  const onAbort = () => end("aborted");
  outer.addEventListener("abort", onAbort, { once: true });
  if (outer.aborted) onAbort();
  return {
    signal: controller.signal,
    ending: () => ending,
    touch: () => void idle.refresh(),
    end,
    stop: () => {
      clearTimeout(wall);
      clearTimeout(idle);
      outer.removeEventListener("abort", onAbort);
    },
  };
}
