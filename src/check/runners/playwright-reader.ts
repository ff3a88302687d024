/** The reader of Playwright's report; what a failing test left (a trace, a screenshot) is listed, not read. */
import { isAbsolute, normalize, relative, sep } from "node:path";
import { expectReader } from "./expect-reader.ts";
import type { ReadContext, Report, RunReader } from "./runner.ts";
import { faultOf } from "./script-fault.ts";

interface Attachment {
  /** The id of the test that left it. */
  readonly testId: string;
  /** Playwright's word for it: trace, screenshot, video, error-context. */
  readonly name: string;
  /** Below the report file's folder, relative to it; gone when that folder is. Code of the tests may have put a link there. */
  readonly path: string;
}

interface PlaywrightReport extends Report {
  readonly attachments: readonly Attachment[];
}

interface PlaywrightReader extends RunReader {
  readonly report: (...end: Parameters<RunReader["report"]>) => PlaywrightReport;
}

export function playwrightReader(context: ReadContext): PlaywrightReader {
  const { report } = expectReader(context);
  return {
    report: (end) => {
      const said = report(end);
      const attachments = (end.report ?? "").split("\n").flatMap((line) => readAttachment(line, context));
      return { ...said, ...(isUnbuilt(said) ? { isUnbuilt: true } : {}), attachments };
    },
  };
}

/** A file did not load, so no test ran. A server or a set-up that fails is no such thing: it may be the patch's fault. */
const isUnbuilt = ({ tests, problems, isComplete }: Report): boolean =>
  isComplete &&
  tests.every((test) => test.kind === "file") &&
  (tests.length > 0 || problems.some((problem) => faultOf(problem) === "unresolved"));

/** Of a line `{type: "attachment", file, path, name, at}`; `file` and `path` are the test's. */
function readAttachment(text: string, { root }: ReadContext): readonly Attachment[] {
  if (!text.startsWith('{"type":"attachment"')) return [];
  try {
    const { file, path, name, at } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (typeof file !== "string" || !Array.isArray(path) || typeof name !== "string" || typeof at !== "string")
      return [];
    const testId = [relative(root, file).split(sep).join("/"), ...path.map(String)].join(" > ");
    return isBelow(at) ? [{ testId, name, path: at }] : [];
  } catch {
    // The last line of a report that was cut.
    return [];
  }
}

const isBelow = (path: string): boolean => !isAbsolute(path) && !/^\.\.(?:\/|$)/.test(normalize(path));
