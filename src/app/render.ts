/** What a run shows while it goes on: NDJSON for programs, lines for a pipe, a live list for a terminal. */
import type { EventType } from "../core/event.ts";
import { eventLine } from "./describe-event.ts";
import type { Output, Renderer } from "./output.ts";

export type Display = "json" | "lines" | "live";

export async function openRenderer(display: Display, output: Output): Promise<Renderer> {
  if (display === "live") return (await import("./render-live.ts")).liveRenderer();
  return display === "json" ? jsonRenderer(output) : lineRenderer(output);
}

const jsonRenderer = (output: Output): Renderer => ({
  onEvent: (event) => output.write(`${JSON.stringify(event)}\n`),
  close: async () => {},
});

/** Of little use to somebody who watches; `ralph logs` and the log file have them. */
const QUIET: ReadonlySet<EventType> = new Set(["prompt.built", "attempt.started", "baseline.finished", "run.finished"]);

const lineRenderer = (output: Output): Renderer => ({
  onEvent: (event) => {
    if (!QUIET.has(event.type)) output.write(`${eventLine(event)}\n`);
  },
  close: async () => {},
});
