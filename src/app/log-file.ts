/** `logs/ralph_2026-11-21.log`: the run's events as lines, for `tail` and for the morning after. */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RalphEvent } from "../core/event.ts";
import { eventLine } from "./describe-event.ts";

export function logFile(folder: string, day: string): (event: RalphEvent) => void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `ralph_${day}.log`);
  return (event) => appendFileSync(path, `${eventLine(event)}\n`);
}

/** `2026-11-21` in local time. */
export function localDay(epochMs: number): string {
  const date = new Date(epochMs);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
}
