/** The contract of `ralph`'s exit codes; README and `ralph tdd --help` show the same table. */
import type { RunOutcome } from "../core/event.ts";

export const EXIT_OF: Readonly<Record<RunOutcome, number>> = {
  "all done": 0,
  "some blocked": 1,
  "set-up": 2,
  budget: 3,
  interrupted: 130,
};

export const EXIT_HELP = `Exit codes: 0 all done, 1 some tasks blocked, 2 the set-up or the call is wrong, 3 a budget of the run is used up, 130 interrupted.`;
