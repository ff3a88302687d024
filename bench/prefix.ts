/**
 * How much of a prompt a server's cache has already: characters shared with the prompt before, over a task of five
 * attempts that goes wrong in four ways. Equals llama-server's `cache_n` but for the last token; no model is needed.
 */
import type { TierReply } from "../src/core/model.ts";
import type { Prompt } from "../src/core/prompt.ts";
import { work } from "../src/engine/work.ts";
import { fakeTask, fakeWorld, replied } from "../test/support/fake-world.ts";
import type { Row } from "./row.ts";

const LINES = 150;
const MODULES = ["cart", "price", "stock", "order", "user", "mail"];

const moduleText = (name: string): string =>
  Array.from(
    { length: LINES },
    (_, at) => `export const ${name}Rule${at} = (value) => value * ${at} + offset(${at});\n`,
  ).join("");

const FILES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(MODULES.map((name) => [`src/${name}.js`, moduleText(name)])),
  "src/total.js": `${MODULES.map((name) => `import { ${name}Rule1 } from "./${name}.js";\n`).join("")}export const total = (cart) => 0;\n`,
  "test/total.test.js": "total: src/total.js must contain reduce\n",
};

const OLD = "export const total = (cart) => 0;";
const WRONG = "export const total = (cart) => cart.length;";
const change = (from: string, to: string): TierReply =>
  replied(`\`\`\`diff\n--- a/src/total.js\n+++ b/src/total.js\n@@\n-${from}\n+${to}\n\`\`\`\n`);
const ANSWERS = [
  replied("I would change the function total so that it adds the prices up."),
  change("export const total = () => 0;", WRONG),
  change(OLD, WRONG),
  replied("The task is done. TASK_COMPLETE"),
  change(WRONG, "export const total = (cart) => cart.reduce((sum, item) => sum + item.price, 0);"),
];

export async function prefix(): Promise<readonly Row[]> {
  const task = fakeTask("T001", {
    body: "Add up the prices of all items.\n",
    files: [
      { path: "src/total.js", action: "modify" },
      { path: "test/total.test.js", action: "modify" },
    ],
  });
  const world = fakeWorld({ tasks: [task], files: FILES, answers: ANSWERS });
  const { outcome } = await work(world, undefined, new AbortController().signal);
  if (outcome !== "all done" || world.asked.length !== ANSWERS.length)
    throw new Error("the task did not take five attempts");
  const texts = world.asked.map(({ system, user }: Prompt) => system + user);
  const shares = texts.slice(1).map((text, at) => sharedLength(text, texts[at] ?? "") / text.length);
  return shares.map((ratio, at) => ({
    name: `prefix: attempt ${at + 2}, shared with the one before`,
    ratio,
    goal: ">= 0.90",
  }));
}

function sharedLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}
