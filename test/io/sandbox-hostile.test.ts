/** Hostile programs, one by one. Each is run outside first: what does no harm there proves nothing inside. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { isAlive } from "../support/is-alive.ts";
import { hasSandbox, hostile, processesOf, type Scene, scene, where } from "./sandbox-scene.ts";

/** Starting a program takes its time on a busy machine. */
const POLL = { timeout: 20_000, interval: 20 };

const read = (...path: readonly string[]): string => readFileSync(join(...path), "utf8");

/** A process of the person, which is none of the sandbox's business. */
function bystander(): number {
  const child = spawn(process.execPath, hostile("sleeps").slice(1), { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  if (child.pid === undefined) throw new Error("the bystander did not start");
  return child.pid;
}

async function listener(address: string | number): Promise<number> {
  const place = typeof address === "string" ? { path: address } : { port: address, host: "127.0.0.1" };
  const server = createServer((socket) => socket.end()).listen(place);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasSandbox)(`${where}, files`, () => {
  test("a program that deletes the home folder deletes an empty one", async () => {
    const { home, outside, inside } = scene();
    await inside(hostile("deletes-home"));
    expect(read(home, ".ssh", "id_ed25519")).toBe("private key");
    expect(existsSync(join(home, "project", "kept.txt"))).toBe(true);
    await outside(hostile("deletes-home"));
    expect(readdirSync(home)).toEqual([]);
  });

  test("a private key cannot be read, by its own path or through a link in the work tree", async () => {
    const { home, workTree, outside, inside } = scene();
    const key = join(home, ".ssh", "id_ed25519");
    symlinkSync(key, join(workTree, "link"));
    for (const path of [key, "link"]) {
      expect((await outside(hostile("reads-file", path))).stdout).toContain("private key");
      const result = await inside(hostile("reads-file", path));
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain("ENOENT");
      expect(result.output).not.toContain("private key");
    }
  });

  test.each([
    ["a hook of the person's repository", ".git/hooks/post-checkout"],
    ["the configuration of the person's repository", ".git/config"],
    ["a file of the person's checkout", "kept.txt"],
    ["a package of the person's checkout, through the link in the work tree", "node_modules/tool/index.js"],
  ])("%s cannot be written", async (_, path) => {
    const { checkout, outside, inside } = scene();
    const target = join(checkout, path);
    const through = path.startsWith("node_modules") ? path : target;
    const before = existsSync(target) ? read(target) : undefined;
    const result = await inside(hostile("writes-file", through));
    expect(result.stderr).toContain("EROFS");
    expect(existsSync(target) ? read(target) : undefined).toBe(before);
    expect((await outside(hostile("writes-file", through))).exitCode).toBe(0);
    expect(read(target)).toContain("hostile");
  });

  test("a link in the work tree leads no write out of it", async () => {
    const { root, workTree, outside, inside, write } = scene();
    const target = join(root, "notes");
    write(target, "mine\n");
    symlinkSync(target, join(workTree, "link"));
    await inside(hostile("writes-file", "link"));
    expect(read(target)).toBe("mine\n");
    await outside(hostile("writes-file", "link"));
    expect(read(target)).toContain("hostile");
  });

  test("what is written to /tmp, /var/tmp and /dev/shm is gone with the program", async () => {
    const { inside } = scene();
    for (const folder of ["/tmp", "/var/tmp", "/dev/shm"]) {
      const path = join(folder, `ralph-sandbox-${randomUUID()}`);
      onTestFinished(() => rmSync(path, { force: true }));
      expect(await inside(hostile("writes-file", path))).toMatchObject({ exitCode: 0 });
      expect(existsSync(path)).toBe(false);
    }
  });

  test("the work tree stays a part of the person's repository", async () => {
    const { workTree, outside, inside } = scene();
    const before = read(workTree, ".git");
    expect((await inside(hostile("redirects-git"))).stderr).toContain("EBUSY");
    expect((await inside(hostile("writes-file", ".git"))).stderr).toContain("EROFS");
    expect(read(workTree, ".git")).toBe(before);
    expect((await outside(hostile("redirects-git"))).exitCode).toBe(0);
  });

  test("a link that an earlier run left shows nothing and gives nothing to write", async () => {
    const { home, workTree, inside } = scene();
    for (const name of ["cache", "data"]) symlinkSync(join(home, ".ssh"), join(workTree, name));
    rmSync(join(workTree, ".git"));
    symlinkSync("../../../..", join(workTree, ".git"));
    const [cache, data] = [join(workTree, "cache"), join(workTree, "data")];
    const place = { writable: [cache], readable: [data] };
    const look = "ls -a cache/ data/ .git/.ssh; cat .git/.ssh/id_ed25519; echo hostile >> cache/id_ed25519";
    const result = await inside(["sh", "-c", look], { place });
    expect(result.startFailure).toBeUndefined();
    expect(result.output).not.toContain("private key");
    expect(result.stdout).not.toContain("id_ed25519");
    expect(read(home, ".ssh", "id_ed25519")).toBe("private key");
  });

  test("no setting of the kernel can be written, not even when ralph runs as root", async () => {
    const { outside, inside } = scene();
    const isRoot = process.getuid?.() === 0;
    if (isRoot) expect(Number((await outside(hostile("opens-kernel-settings"))).stdout)).toBeGreaterThan(0);
    expect((await inside(hostile("opens-kernel-settings"))).stdout).toBe("0\n");
  });
});

describe.skipIf(!hasSandbox)(`${where}, the network`, () => {
  test("a server outside is out of reach, on 127.0.0.1 and on a socket in /tmp", async () => {
    const { root, outside, inside } = scene();
    const socket = join(root, "socket");
    await listener(socket);
    const port = String(await listener(0));
    for (const [args, code] of [
      [[port, "127.0.0.1"], "ECONNREFUSED"],
      [[socket], "ENOENT"],
    ] as const) {
      expect((await outside(hostile("connects", ...args))).stdout).toBe("connected\n");
      expect(await inside(hostile("connects", ...args))).toMatchObject({ exitCode: 1, stderr: `${code}\n` });
    }
  });

  test("a socket of an abstract name is out of reach", async () => {
    const { outside, inside } = scene();
    // Node takes a name that begins with NUL, and no argument holds one: so the program makes it.
    const name = `ralph-sandbox-${randomUUID()}`;
    await listener(`\0${name}`);
    const program = `require("net").connect("\\0${name}").on("connect", () => { console.log("connected"); process.exit() })`;
    const argv = [process.execPath, "-e", program] as const;
    expect((await outside(argv)).stdout).toBe("connected\n");
    expect((await inside(argv)).output).toContain("ECONNREFUSED");
  });

  test("there is no way to another machine", async () => {
    const { inside } = scene();
    // RFC 5737: an address of documentation, which belongs to nobody.
    expect(await inside(hostile("connects", "80", "192.0.2.1"))).toMatchObject({ stderr: "ENETUNREACH\n" });
  });

  const runFolder = ["/run", process.env["XDG_RUNTIME_DIR"] ?? ""].find(isWritable);
  test.skipIf(runFolder === undefined)("a socket of a service in /run is out of reach", async () => {
    const { outside, inside } = scene();
    const socket = join(runFolder ?? "", `ralph-sandbox-${randomUUID()}`);
    await listener(socket);
    expect((await outside(hostile("connects", socket))).stdout).toBe("connected\n");
    expect(await inside(hostile("connects", socket))).toMatchObject({ exitCode: 1, stderr: "ENOENT\n" });
  });

  test("with the network it is the real one", async () => {
    const { inside } = scene();
    const port = String(await listener(0));
    const result = await inside(hostile("connects", port, "127.0.0.1"), { place: { network: true } });
    expect(result.stdout).toBe("connected\n");
  });
});

describe.skipIf(!hasSandbox)(`${where}, processes`, () => {
  test("nobody outside is seen", async () => {
    const { outside, inside } = scene();
    const pid = String(bystander());
    const pidsIn = (text: string): readonly string[] => text.split("\n").map((line) => line.split(" ")[0] ?? "");
    expect(pidsIn((await outside(hostile("lists-processes"))).stdout)).toContain(pid);
    const { stdout } = await inside(hostile("lists-processes"));
    expect(stdout).toContain("lists-processes.mjs");
    expect(stdout).not.toContain("sleeps.mjs");
  });

  test("nobody outside can be killed", async () => {
    const { outside, inside } = scene();
    const pid = bystander();
    expect((await inside(hostile("kills", String(pid)))).stderr).toContain("ESRCH");
    expect(isAlive(pid)).toBe(true);
    expect((await outside(hostile("kills", String(pid)))).exitCode).toBe(0);
  });

  test.skipIf(!existsSync("/usr/bin/python3"))("nobody outside can be traced", async () => {
    const { outside, inside } = scene();
    const argv = ["/usr/bin/python3", join(HOSTILE, "traces.py"), String(bystander())] as const;
    const ESRCH = 3;
    expect(await inside(argv)).toMatchObject({ exitCode: 1, stderr: `errno ${ESRCH}\n` });
    expect((await outside(argv)).stdout).toBe("attached\n");
  });

  test("no capability is left, and none can be had in a namespace of the program's own", async () => {
    const { inside } = scene();
    const { stdout } = await inside(["sh", "-c", "grep -E 'Cap(Eff|Prm|Bnd)|NoNewPrivs' /proc/self/status"]);
    expect(stdout.match(/0000000000000000/g)).toHaveLength(3);
    expect(stdout).toContain("NoNewPrivs:\t1");
    expect((await inside(["unshare", "--user", "true"])).exitCode).not.toBe(0);
  });

  test.each([
    ["a daemon in a session of its own", "leaves-group", ["ends"]],
    ["a daemon without environment", "leaves-group", ["ends", "cleared"]],
    ["a daemon that was forked twice", "forks-twice", []],
  ])("%s ends with the program that started it", async (_, name, args) => {
    const own = family();
    expect(await own.inside(hostile(name, ...args))).toMatchObject({ exitCode: 0, timedOut: false });
    expect(own.pids()).toHaveLength(1);
    expect(own.alive()).toEqual([]);
  });

  test("at an abort nothing of it is left, also of what ignores SIGTERM and has no environment", async () => {
    const own = family();
    const abort = new AbortController();
    const programs = [hostile("ignores-term"), hostile("leaves-group", "stays", "cleared")];
    const script = programs.map((argv) => argv.map((word) => `'${word}'`).join(" ")).join(" & ");
    const ended = own.inside(["sh", "-c", script], abort.signal);
    await expect.poll(own.pids, POLL).toHaveLength(2);
    expect(own.alive().length).toBeGreaterThan(2);
    abort.abort();
    expect(await ended).toMatchObject({ exitCode: null, aborted: true });
    expect(own.alive()).toEqual([]);
  });

  test("a kill -9 of ralph ends all that is in its sandbox", async () => {
    const own = family();
    const argv = ["--import", "tsx", join(HOSTILE, "sandbox-host.ts"), own.workTree, own.id];
    const ralph = spawn(process.execPath, argv, {
      stdio: "inherit",
      cwd: fileURLToPath(new URL(".", import.meta.url)),
    });
    onTestFinished(() => void ralph.kill("SIGKILL"));
    await expect.poll(own.pids, POLL).toHaveLength(1);
    expect(own.alive().length).toBeGreaterThan(2);
    ralph.kill("SIGKILL");
    await expect.poll(own.alive, POLL).toEqual([]);
  });
});

const HOSTILE = fileURLToPath(new URL("../fixtures/runners/hostile/", import.meta.url));

/** Programs that write the pids of what they start; all of them can be found from outside. */
function family() {
  const own: Scene = scene();
  const id = randomUUID();
  const file = join(own.workTree, "pids");
  writeFileSync(file, "");
  const alive = () => processesOf({ variable: `SCENE=${id}`, folder: own.workTree });
  onTestFinished(() => {
    for (const pid of alive()) process.kill(Number(pid), "SIGKILL");
  });
  return {
    id,
    workTree: own.workTree,
    alive,
    pids: (): readonly string[] => readFileSync(file, "utf8").split("\n").filter(Boolean),
    inside: (argv: ReturnType<typeof hostile>, signal?: AbortSignal) =>
      own.inside(argv, { env: { SCENE: id, PIDS: file }, ...(signal === undefined ? {} : { signal }) }),
  };
}
