import { expect, test } from "vitest";
import { readServer } from "../../src/app/model-servers.ts";

const read = (command: string, url = "http://127.0.0.1:8000/v1") =>
  readServer(
    { name: "qwen", command, url, logFile: "/p/logs/q.log", stateFile: "/p/.ralph/q.json", cwd: "/p" },
    "/home/o'me",
  );

test("a command is read as a shell would, and `~` is the home folder", () => {
  const line = `GGML_X=1 llama-server -m ~/models/q.gguf --port 8000 --alias "my ~/q" -a '~/b' -b x~ -h ~`;
  expect(read(line)).toMatchObject({
    argv: "llama-server|-m|/home/o'me/models/q.gguf|--port|8000|--alias|my ~/q|-a|~/b|-b|x~|-h|/home/o'me".split("|"),
    env: { GGML_X: "1" },
    cwd: "/p",
  });
});

test("lines that end with a backslash go on", () => {
  expect(read("llama-server -m q.gguf \\\n  --port 8000 \\\r\n  -ngl 99\n").argv).toEqual(
    "llama-server -m q.gguf --port 8000 -ngl 99".split(" "),
  );
});

test("`cd` in front says where it runs", () => {
  expect(read("cd servers && ./llama-server").cwd).toBe("/p/servers");
});

test.each([
  ["llama-server -m q.gguf > out.log", "`>` redirects its output"],
  ["llama-server -m $HOME/q.gguf", "`$NAME` is put in by a shell"],
  ["llama-server -m models/*.gguf", "`models/*.gguf` is filled in by a shell"],
  ["llama-server -m ~you/q.gguf", "`~` is put in by a shell"],
  ["", "it names no program"],
])("what only a shell can do is refused: %s", (command, why) => {
  expect(() => read(command)).toThrow(why);
});

test("a command that listens on another port than the url asks is refused at once", () => {
  expect(() => read("llama-server --port 8080")).toThrow("listens on port 8080, and its url asks port 8000");
  expect(read("llama-server --port 8000").argv).toContain("8000");
  expect(read("llama-server --port 8080", "http://gpu/v1").argv).toContain("8080");
});

test.each([
  ["llama-server --api-key abc -c 4096", "llama-server --api-key [redacted] -c 4096"],
  ["llama-server --api-key='a b'", "llama-server --api-key=[redacted]"],
  [`HF_TOKEN=hf_x LLAMA_API_KEY="k" llama-server`, "HF_TOKEN=[redacted] LLAMA_API_KEY=[redacted] llama-server"],
])("a key in the command is not shown: %s", (command, shown) => {
  expect(read(command).shown).toBe(shown);
});
