import type { RalphEvent } from "../core/event.ts";

/** Where a command writes. Tests hand in their own. */
export interface Output {
  write(text: string): void;
  writeError(text: string): void;
  /** Whether a person watches standard output. */
  readonly isTerminal: boolean;
}

/** Shows a run while it goes on. */
export interface Renderer {
  onEvent(event: RalphEvent): void;
  /** Leaves the terminal as it was; before the summary is printed. */
  close(): Promise<void>;
}
