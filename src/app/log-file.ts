/** `logs/ralph_2026-11-21.log`: the run's events as lines, for `tail` and for the morning after. */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RalphEvent } from "../core/event.ts";
import { eventLine } from "./describe-event.ts";

/** A copy for reading only (the event log is in the store): one that cannot be written is told once, and the run goes on. */
export function logFile(folder: string, day: string, warn: (text: string) => void): (event: RalphEvent) => void {
  const path = join(folder, `ralph_${day}.log`);
  let isBroken = false;
  return (event) => {
    if (isBroken) return;
    try {
      mkdirSync(folder, { recursive: true });
      appendFileSync(path, `${eventLine(event)}\n`);
    } catch (error) {
      isBroken = true;
      warn(`the log file ${path} cannot be written: ${(error as Error).message}. \`ralph logs\` shows the same.`);
    }
  };
}

/** `2026-11-21` in local time. */
export function localDay(epochMs: number): string {
  const date = new Date(epochMs);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
}
