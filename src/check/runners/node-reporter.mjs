/**
 * A reporter for `node --test` that tells ralph each result on a line of JSON: see test-report.ts for the shape.
 * It runs inside of the checked project's Node, 20.19 or newer, so it imports nothing but Node's own modules.
 *
 * `test:enqueue` comes when a test is declared, `test:start` and `test:pass` or `test:fail` in the order of declaration
 * when it is over, a parent after its children. A file whose process fails in another way than by a failing test, or
 * that declares no test, is reported like a test that has the file's name.
 */
import { relative } from "node:path";
import { inspect } from "node:util";

/** What a file printed on standard error before it broke: enough for a stack, bounded against floods. */
const STDERR_CHARACTERS = 4000;
const VALUE_CHARACTERS = 600;

const line = (value) => `${JSON.stringify(value)}\n`;

const isFile = ({ name, file, nesting }) =>
  nesting === 0 && file !== undefined && (name === file || name === relative(process.cwd(), file));

const show = (value) => inspect(value, { depth: 6, breakLength: 100, maxArrayLength: 50 }).slice(0, VALUE_CHARACTERS);

function describe(error) {
  if (error === undefined) return {};
  const { failureType, exitCode, signal } = error;
  if (exitCode !== undefined) {
    return { message: signal ? `its process was ended by ${signal}` : `its process ended with exit code ${exitCode}` };
  }
  const cause = error.cause ?? error;
  if (typeof cause !== "object" || cause === null) return { failureType, message: String(cause) };
  const compares = "expected" in cause && "actual" in cause && cause.operator !== "throws";
  return {
    failureType,
    message: `${cause.name === "Error" || cause.name === "AssertionError" ? "" : `${cause.name ?? "Error"}: `}${cause.message}`,
    stack: String(cause.stack ?? ""),
    ...(compares ? { expected: show(cause.expected), actual: show(cause.actual) } : {}),
  };
}

// oxlint-disable-next-line import/no-default-export -- node takes a reporter's default export
export default async function* report(source) {
  const stderr = new Map();
  const stacks = new Map();
  let remark = "";
  yield line({ type: "begin" });

  for await (const { type, data } of source) {
    const { file } = data ?? {};
    if (type === "test:stderr") {
      const text = stderr.get(file) ?? "";
      if (text.length < STDERR_CHARACTERS) stderr.set(file, text + data.message.slice(0, STDERR_CHARACTERS));
    }
    if (type === "test:diagnostic" && /asynchronous activity/.test(data.message)) remark = data.message;
    if (type === "test:enqueue" && !isFile(data)) {
      yield line({ type: "declared", file, name: data.name });
    }
    if (type === "test:start") {
      const names = stacks.get(file) ?? [];
      stacks.set(file, [...names.slice(0, data.nesting), data.name]);
    }
    if (type !== "test:pass" && type !== "test:fail") continue;

    const { name, nesting, skip, todo, details } = data;
    const isWhole = isFile(data);
    yield line({
      type: isWhole ? "file" : "test",
      file,
      path: isWhole ? [] : [...(stacks.get(file) ?? []).slice(0, nesting), name],
      isSuite: details?.type === "suite",
      status: type === "test:fail" ? "failed" : "passed",
      isSkipped: skip !== undefined && skip !== false,
      isTodo: todo !== undefined && todo !== false,
      durationMs: details?.duration_ms,
      line: data.line,
      ...describe(details?.error),
      ...(isWhole
        ? { stderr: `${remark}\n${stderr.get(file) ?? stderr.get(relative(process.cwd(), file)) ?? ""}` }
        : {}),
    });
    if (isWhole) remark = "";
  }
  yield line({ type: "end" });
}
