/**
 * One event of `go test -json`: https://pkg.go.dev/cmd/test2json#hdr-Output_Format and `go help buildjson`. Pure.
 *
 * | action                   | fields                     | what it tells                                           |
 * |--------------------------|----------------------------|---------------------------------------------------------|
 * | run                      | Package, Test              | a test begins                                           |
 * | pass, fail, skip         | Package, Test?, Elapsed    | a test has ended, or without Test its package           |
 * | output                   | Package, Test?, Output     | text that was printed, verdicts included                |
 * | fail                     | Package, FailedBuild       | the package was not built (Go 1.24 on)                  |
 * | build-output, build-fail | ImportPath, Output         | what the compiler says; up to Go 1.23 on standard error |
 *
 * Lines that are no event are Go's own: that of 1.19 tells so which package was not built.
 */

/** Fields that are not there are empty. */
export interface GoEvent {
  readonly action: string;
  readonly path: string;
  readonly test: string;
  readonly output: string;
  readonly failedBuild: string;
  readonly elapsedMs: number;
}

/** Undefined for a line that is none: it is Go's own. */
export function parseGoEvent(line: string): GoEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return undefined;
    const fields: Readonly<Record<string, unknown>> = { ...value };
    return {
      action: textOf(fields["Action"]),
      path: textOf(fields["Package"]),
      test: textOf(fields["Test"]),
      output: textOf(fields["Output"]),
      failedBuild: textOf(fields["FailedBuild"]),
      elapsedMs: typeof fields["Elapsed"] === "number" ? fields["Elapsed"] * 1000 : 0,
    };
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
