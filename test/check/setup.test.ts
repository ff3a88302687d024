import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { setupRunner } from "../../src/check/setup.ts";
import { runProcess } from "../../src/io/process.ts";
import { redactor } from "../../src/io/redact.ts";
import { temporaryFolder } from "../support/temporary.ts";

const never = new AbortController().signal;
const SECRET = "the-registry-token-4711";

const set = (command: string, folder = temporaryFolder(), timeoutMs = 20_000) =>
  setupRunner({ runIn: () => runProcess, redact: redactor([SECRET]), timeoutMs })(command, folder, never);

test("a set-up command runs in the folder that is set up, or in one below", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "web"));
  expect(await set(`cd web && node -e "require('fs').writeFileSync('made', process.env.CI)"`, folder)).toBeUndefined();
  expect(existsSync(join(folder, "web/made"))).toBe(true);
});

test("one that fails says how, without secrets", async () => {
  const failure = await set(`node -e "console.log('no ${SECRET}'); process.exit(3)"`);
  expect(failure?.message).toBe("exit code 3\nno [redacted]");
  expect((await set("no-such-installer --all"))?.message).toMatch(/no program `no-such-installer`/);
  expect((await set(`node -e "setInterval(() => {}, 1000)"`, undefined, 500))?.message).toMatch(
    /did not end within 0\.5 s/,
  );
});

test("one that needs a shell is refused with the reason", async () => {
  await expect(set("npm install | tee log")).rejects.toThrow(/`\|` joins programs/);
});
