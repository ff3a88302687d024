import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { homedir, release } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Command } from "../../src/core/process.ts";
import { runProcess } from "../../src/io/process.ts";
import { findSandbox } from "../../src/io/sandbox.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { hasSandbox, scene, where } from "./sandbox-scene.ts";

const never = new AbortController().signal;

const has = (program: string): boolean => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;

const node = (code: string): Command["argv"] => [process.execPath, "-e", code];

/** Of the environment that children inherit, until the test is over. */
function setVariable(name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  onTestFinished(() => {
    delete process.env[name];
    if (before !== undefined) process.env[name] = before;
  });
}

describe.skipIf(!hasSandbox)(`${where}, honest programs work`, () => {
  test("tests of node, with a server and its client on 127.0.0.1", async () => {
    const { workTree, write, inside } = scene();
    const server = `import test from "node:test"; import assert from "node:assert"; import { createServer } from "node:http";
      test("answers", async () => {
        const server = createServer((_, answer) => answer.end("hello")).listen(0, "127.0.0.1");
        await new Promise((ready) => server.once("listening", ready));
        const answer = await fetch("http://127.0.0.1:" + server.address().port);
        assert.equal(await answer.text(), "hello");
        server.close();
      });`;
    write(join(workTree, "a.test.mjs"), server);
    expect(await inside(["node", "--test"])).toMatchObject({ exitCode: 0 });
  });

  test("a program finds its packages through the link to those of the checkout", async () => {
    const { checkout, write, inside } = scene();
    write(join(checkout, "node_modules", "tool", "index.js"), "console.log('tool here')");
    expect((await inside(node("require('tool')"))).stdout).toBe("tool here\n");
  });

  test.skipIf(!has("cargo"))("cargo builds and tests a crate", async () => {
    const { workTree, write, inside } = scene(homedir());
    write(join(workTree, "Cargo.toml"), '[package]\nname = "sum"\nversion = "0.1.0"\nedition = "2021"\n');
    write(join(workTree, "src", "lib.rs"), "#[test]\nfn adds() {\n    assert_eq!(1 + 1, 2);\n}\n");
    const result = await inside(["cargo", "test", "--offline", "--lib"]);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.stdout).toContain("1 passed");
  });

  test.skipIf(!has("python3"))("python works with processes of its own", async () => {
    const { inside } = scene(homedir());
    const code = "import multiprocessing as m\nwith m.Pool(2) as pool: print(pool.map(abs, [-1, 2]))";
    expect((await inside(["python3", "-c", code])).stdout).toBe("[1, 2]\n");
  });

  test("git tells the state and the history of the work tree", async () => {
    const { workTree, write, inside } = scene();
    write(join(workTree, "new.txt"), "new\n");
    expect(await inside(["git", "status", "--short"])).toMatchObject({ stdout: "?? new.txt\n", stderr: "" });
    expect((await inside(["git", "log", "--format=%s"])).stdout).toBe("start\n");
  });

  test.skipIf(!has("npm"))("npm runs", async () => {
    const { inside } = scene(homedir());
    expect((await inside(["npm", "--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.skipIf(!existsSync("/usr/bin/chromium"))("a browser shows a page of the work tree", async () => {
    const { workTree, write, inside } = scene();
    write(join(workTree, "page.html"), "<h1>hello</h1>");
    const options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom"];
    const result = await inside(["/usr/bin/chromium", ...options, `file://${join(workTree, "page.html")}`]);
    expect(result.stdout).toContain("<h1>hello</h1>");
  });

  test("the home folder, /tmp and the work tree can be written to, and only the work tree keeps it", async () => {
    const { home, workTree, inside } = scene();
    const result = await inside([
      "sh",
      "-c",
      'echo a > ~/.dotfile && echo b > "$TMPDIR/b" && echo c > c && cat ~/.dotfile',
    ]);
    expect(result).toMatchObject({ exitCode: 0, stdout: "a\n" });
    expect(existsSync(join(home, ".dotfile"))).toBe(false);
    expect(readFileSync(join(workTree, "c"), "utf8")).toBe("c\n");
  });

  test("a report reaches its folder in the system's /tmp", async () => {
    const { inside } = scene();
    const folder = temporaryFolder();
    const result = await inside(["sh", "-c", `echo passed > ${folder}/report`], { place: { writable: [folder] } });
    expect(result.exitCode).toBe(0);
    expect(readFileSync(join(folder, "report"), "utf8")).toBe("passed\n");
  });
});

describe.skipIf(!hasSandbox)(`${where}, what comes back`, () => {
  test("streams, exit code and input are those of the program", async () => {
    const { inside } = scene();
    const result = await inside(["sh", "-c", "cat; echo err >&2; exit 3"], { input: "in" });
    expect(result).toMatchObject({ stdout: "in", stderr: "err\n", exitCode: 3, timedOut: false });
    expect(await inside(["sleep", "1000"], { timeoutMs: 500 })).toMatchObject({ exitCode: null, timedOut: "wall" });
  });

  test("what keeps a program from starting is no result of the program", async () => {
    const { root, home, inside } = scene();
    const failure = async (argv: Command["argv"], workTree?: string) => {
      const result = await inside(argv, workTree === undefined ? {} : { place: { workTree } });
      expect(result.exitCode).toBeNull();
      return result.startFailure;
    };
    expect(await failure(["no-such-program"])).toBe("there is no program `no-such-program` in the sandbox");
    expect(await failure(["true"], join(root, "nothing"))).toContain("No such file");
    expect(await failure(["true"], home)).toContain(`cannot show all of ${home}`);
    expect(await failure(["true"], "/")).toContain("cannot show all of /");
  });

  test("a program that fails is no program that could not start", async () => {
    const { inside } = scene();
    const result = await inside(["sh", "-c", "echo 'bwrap: like this' >&2; echo tests ran; exit 1"]);
    expect(result.exitCode).toBe(1);
    expect(result.startFailure).toBeUndefined();
  });

  test("the program's environment is the command's, and names no folder that is not there", async () => {
    const { home, workTree, inside } = scene();
    const person = { ...process.env, LD_LIBRARY_PATH: "/opt/lib" };
    setVariable("XDG_RUNTIME_DIR", "/run/user/1000");
    setVariable("CARGO_TARGET_DIR", "/elsewhere");
    const { stdout } = await inside(["env"], { person, env: { TMPDIR: workTree, ADDED: "yes" } });
    for (const line of [`HOME=${home}`, `TMPDIR=${workTree}`, "TMP=/tmp", "ADDED=yes", "LD_LIBRARY_PATH=/opt/lib"]) {
      expect(stdout.split("\n")).toContain(line);
    }
    expect(stdout).not.toContain("XDG_RUNTIME_DIR");
    expect(stdout).not.toContain("CARGO_TARGET_DIR");
  });

  test("bubblewrap itself starts from no file of the work tree: neither a program nor a library", async () => {
    const { workTree, write, inside } = scene();
    const planted = join(workTree, "bin", "bwrap");
    write(planted, "#!/bin/sh\necho planted\n");
    chmodSync(planted, 0o755);
    for (const name of ["libcap.so.2", "libselinux.so.1"]) write(join(workTree, name), "no library\n");
    const person = { ...process.env, LD_LIBRARY_PATH: workTree };
    const options = { person, pathPrefix: [join(workTree, "bin")], env: { LD_LIBRARY_PATH: workTree } };
    expect(await inside(["echo", "program"], options)).toMatchObject({ stdout: "program\n", exitCode: 0 });
  });

  const [major = 0, minor = 0] = release().split(".").map(Number);
  test.skipIf(major * 1000 + minor < 5014 || !has("prlimit"))("the number of processes is bounded", async () => {
    const { inside } = scene();
    expect((await inside(["prlimit", "--nproc", "--output", "SOFT,HARD", "--noheadings"])).stdout).toMatch(
      /^\s*4096\s+4096$/m,
    );
  });
});

describe.skipIf(!hasSandbox)(`${where}, tools below the hidden home folder`, () => {
  const TOOL = '#!/bin/sh\ncat "$(dirname "$(readlink -f "$0")")/../lib/text"\n';

  /** A program that needs a file beside its folder, as most do. */
  function installed(own: ReturnType<typeof scene>, folder: string): string {
    const program = join(own.home, folder, "bin", "tool");
    own.write(program, TOOL);
    chmodSync(program, 0o755);
    own.write(join(own.home, folder, "lib", "text"), `of ${folder}\n`);
    return join(own.home, folder, "bin");
  }

  const withPath = (...folders: readonly string[]) => ({
    person: { ...process.env, PATH: [process.env["PATH"], ...folders].join(":") },
    pathPrefix: folders,
  });

  test("a program of PATH is there with what lies beside its folder", async () => {
    const own = scene();
    const bin = installed(own, ".versions/tool-1.2");
    own.write(join(own.home, ".versions", "notes"), "private\n");
    const result = await own.inside(["sh", "-c", "tool; ls ~/.versions"], withPath(bin));
    expect(result.stdout).toBe("of .versions/tool-1.2\ntool-1.2\n");
  });

  test("a program of PATH that is a link is there with what it leads to", async () => {
    const own = scene();
    installed(own, "opt/tool-3");
    mkdirSync(join(own.home, ".local", "bin"), { recursive: true });
    symlinkSync("../../opt/tool-3/bin/tool", join(own.home, ".local", "bin", "tool"));
    const result = await own.inside(["tool"], withPath(join(own.home, ".local", "bin")));
    expect(result.stdout).toBe("of opt/tool-3\n");
  });

  test("a folder of PATH that lies behind a link is there under both names", async () => {
    const own = scene();
    installed(own, ".local/share/manager/tool-4");
    mkdirSync(join(own.root, "session"));
    symlinkSync(join(own.home, ".local/share/manager/tool-4"), join(own.root, "session", "current"));
    const bin = join(own.root, "session", "current", "bin");
    const script = `tool; readlink ${join(own.root, "session", "current")}`;
    const result = await own.inside(["sh", "-c", script], withPath(bin));
    expect(result.stdout).toBe(`of .local/share/manager/tool-4\n${join(own.home, ".local/share/manager/tool-4")}\n`);
  });

  test("credentials beside tools stay hidden, also where PATH names their folder", async () => {
    const own = scene();
    const folders = [".cargo", ".docker", ".config"].map((folder) => installed(own, folder));
    for (const path of [".cargo/credentials.toml", ".docker/config.json", ".config/token", ".npmrc", ".netrc"]) {
      own.write(join(own.home, path), "token-4711\n");
    }
    own.write(join(own.home, ".cargo", "registry", "index"), "index\n");
    const script = "find ~ -type f | xargs cat; cat ~/.cargo/credentials.toml ~/.docker/config.json ~/.config/token";
    const result = await own.inside(["sh", "-c", script], withPath(...folders));
    expect(result.stdout).toContain("index");
    expect(result.stdout).not.toContain("token-4711");
  });

  test("a variable shows its folder, but never the home folder, a place of secrets or all that is hidden", async () => {
    const own = scene();
    own.write(join(own.home, "jdk", "release"), "17\n");
    own.write(join(own.home, "letters"), "private\n");
    const shared = `ralph-sandbox-${randomUUID()}`;
    own.write(join("/var/tmp", shared), "");
    onTestFinished(() => rmSync(join("/var/tmp", shared)));
    const { home } = own;
    const person = {
      ...process.env,
      JAVA_HOME: join(home, "jdk"),
      NVM_DIR: home,
      GOROOT: join(home, ".ssh"),
      VOLTA_HOME: "/var/tmp",
    };
    const result = await own.inside(["sh", "-c", "ls -A ~ ~/jdk /var/tmp"], { person });
    expect(result.stdout).toContain("release");
    expect(result.stdout).not.toMatch(/letters|\.ssh/);
    expect(result.stdout).not.toContain(shared);
  });

  test("a tool's folder that the person may not enter is no obstacle", async () => {
    const own = scene();
    // Root may enter everything, so for root the way leads to another end: a folder that is no folder.
    own.write(join(own.home, "file"), "no folder\n");
    mkdirSync(join(own.home, "locked", "inner"), { recursive: true });
    chmodSync(join(own.home, "locked"), 0o000);
    const person = {
      ...process.env,
      JAVA_HOME: join(own.home, "locked", "inner"),
      GOROOT: join(own.home, "file", "go"),
    };
    const result = await own.inside(["true"], { person });
    chmodSync(join(own.home, "locked"), 0o755);
    expect(result).toMatchObject({ exitCode: 0 });
  });
});

describe("looking for the sandbox", () => {
  /** A PATH on which only this bwrap is. */
  function withBwrap(script: string) {
    const folder = temporaryFolder();
    const calls = join(folder, "calls");
    const program = join(folder, "bwrap");
    const text = `#!/bin/sh\nPATH=/usr/bin:/bin\necho "$*" >> ${calls}\n${script}\n`;
    spawnSync("sh", ["-c", 'printf %s "$0" > "$1" && chmod +x "$1"', text, program]);
    const find = () => findSandbox(runProcess, { PATH: folder }, folder, never);
    return { find, calls: () => readFileSync(calls, "utf8").trimEnd().split("\n") };
  }

  test("without bubblewrap it says how to get it", async () => {
    const found = await findSandbox(runProcess, { PATH: temporaryFolder() }, homedir(), never);
    expect(found).toMatchObject({ kind: "none", why: expect.stringContaining("install the package `bubblewrap`") });
  });

  test.each([
    ["setting up uid map: Permission denied", "AppArmor"],
    ["loopback: Failed RTM_NEWADDR: Operation not permitted", "AppArmor"],
    ["No permissions to create new namespace", "kernel.unprivileged_userns_clone"],
    ["Can't mount proc on /newroot/proc: Operation not permitted", "container"],
    ["Unknown option --perms", "0.5 or newer"],
    ["something else", "`bwrap --ro-bind / / true`"],
  ])("where bwrap says %j it repeats that and names a cure", async (said, cure) => {
    const found = await withBwrap(`echo "bwrap: ${said}" >&2; exit 1`).find();
    expect(found).toMatchObject({ kind: "none", why: expect.stringContaining(said) });
    expect(found).toMatchObject({ why: expect.stringContaining(cure) });
  });

  test("a bwrap that ends well without a program's end is asked once, an older one again with less", async () => {
    const modern = withBwrap("exit 0");
    expect((await modern.find()).kind).toBe("bwrap");
    expect(modern.calls()).toHaveLength(1);

    const old = withBwrap('case "$*" in *--size*) echo "bwrap: Unknown option --size" >&2; exit 1;; esac');
    expect((await old.find()).kind).toBe("bwrap");
    expect(old.calls()).toHaveLength(2);
    expect(old.calls()[1]).not.toMatch(/--size|--disable-userns/);
  });

  test.skipIf(!hasSandbox)("an abort passes through", async () => {
    const reason = new Error("stop");
    const { PATH } = process.env;
    const finding = findSandbox(runProcess, { PATH }, homedir(), AbortSignal.abort(reason));
    await expect(finding).rejects.toBe(reason);
  });

  test.skipIf(!hasSandbox)("without the newer options it works, too", async () => {
    const own = scene();
    const bwrap = withBwrap('case "$*" in *--size*) exit 1;; esac; exec bwrap "$@"');
    const found = await bwrap.find();
    if (found.kind === "none") throw new Error(found.why);
    const run = found.sandbox.runIn({ workTree: own.workTree });
    const result = await run(
      { argv: ["sh", "-c", "cat ~/.ssh/id_ed25519; echo ran"], cwd: own.workTree, timeoutMs: 60_000 },
      never,
    );
    expect(result.stdout).toBe("ran\n");
    expect(bwrap.calls().at(-1)).not.toContain("--size");
  });
});
