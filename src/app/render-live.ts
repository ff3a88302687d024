/** A terminal's view of a run: each task a line, with what it does now beneath it. listr2 draws; events drive it. */
import { Listr, type ListrTaskWrapper } from "listr2";
import type { RalphEvent } from "../core/event.ts";
import { describeEvent } from "./describe-event.ts";
import type { Renderer } from "./output.ts";

type Line = Pick<ListrTaskWrapper<unknown, never, never>, "title" | "output">;

interface Drawing {
  readonly taskId: string;
  line?: Line;
  /** What was last to be shown; the line may not be drawn yet. */
  activity: string;
  title: string;
  settle(error?: Error): void;
}

export function liveRenderer(): Renderer {
  let current: Drawing | undefined;
  // A worker has one task at a time: each is drawn to its end before the next begins.
  let drawn: Promise<unknown> = Promise.resolve();

  return {
    onEvent(event) {
      if (event.type === "task.leased") {
        const drawing = newDrawing(event.taskId ?? "", event.title);
        current = drawing.drawing;
        drawn = drawn.then(drawing.run);
      }
      if (current !== undefined && event.taskId === current.taskId) follow(current, event);
    },
    async close() {
      current?.settle();
      await drawn;
    },
  };
}

function newDrawing(taskId: string, title: string): { drawing: Drawing; run: () => Promise<unknown> } {
  let settle!: (error?: Error) => void;
  const settled = new Promise<Error | undefined>((resolve) => (settle = resolve));
  const drawing: Drawing = { taskId, activity: "", title: `${taskId} ${title}`, settle };
  const task = async (_: unknown, line: Line): Promise<void> => {
    drawing.line = line;
    line.output = drawing.activity;
    const error = await settled;
    line.title = drawing.title;
    if (error !== undefined) throw error;
  };
  // Ctrl-C belongs to the command line, which stops the run in order.
  const list = new Listr([{ title: drawing.title, task }], { exitOnError: false, registerSignalListeners: false });
  return { drawing, run: () => list.run() };
}

function follow(drawing: Drawing, event: RalphEvent): void {
  if (event.type !== "task.settled") {
    drawing.activity = describeEvent(event);
    if (drawing.line !== undefined) drawing.line.output = drawing.activity;
    return;
  }
  const { status, attempts, reason } = event;
  drawing.title = `${drawing.title}: ${status} after ${attempts} ${attempts === 1 ? "attempt" : "attempts"}`;
  drawing.settle(status === "BLOCKED" ? new Error(`${drawing.title}\n${reason ?? ""}`) : undefined);
}
