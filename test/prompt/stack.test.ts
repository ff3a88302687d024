import { expect, test } from "vitest";
import { RalphError } from "../../src/core/error.ts";
import { renderStack, stackFiles } from "../../src/prompt/stack.ts";

test("a role's stack is the project, the way of working, the role", () => {
  expect(stackFiles("builder")).toEqual(["AGENTS.md", "PROMPT.md", "PROMPT-BUILDER.md"]);
  expect(stackFiles("tester")).toEqual(["AGENTS.md", "PROMPT.md", "PROMPT-TESTER.md"]);
});

test("variables are filled in, and the parts stand one after the other", () => {
  const stack = [
    { file: "PROMPT.md", text: "Checks: {{checks}}, {{ max }}\n" },
    { file: "PROMPT-BUILDER.md", text: "Build.\n" },
  ];
  expect(renderStack(stack, { checks: "`npm test`", max: "20" })).toBe("Checks: `npm test`, 20\n\nBuild.");
});

test("a variable that does not exist is an error that names the file and the known ones", () => {
  const render = () => renderStack([{ file: "/p/PROMPT.md", text: "{{chekcs}}" }], { checks: "x" });
  expect(render).toThrow(RalphError);
  expect(render).toThrow("/p/PROMPT.md uses the variable {{chekcs}}");
});

test("braces in the project's own AGENTS.md are left as they are", () => {
  expect(renderStack([{ file: "/p/AGENTS.md", text: "Use {{handlebars}}." }], {})).toBe("Use {{handlebars}}.");
});
