/** The file that `--record` writes: one answer a line, as the loop got it: without secrets. */
import { appendFileSync, writeFileSync } from "node:fs";
import { RalphError } from "../core/error.ts";

/** Creates the file at once, so that a wrong path is known before the night; throws USAGE where there is one already. */
export function openCassette(path: string): (line: string) => void {
  try {
    writeFileSync(path, "", { flag: "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw new RalphError("WRITE_FAILED", { path, why: message }, { cause: error });
    throw new RalphError("USAGE", { what: `${path} exists already`, cure: "Give --record another name, or move it" });
  }
  return (line) => appendFileSync(path, line);
}
