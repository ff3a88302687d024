/** Cold start of the built program against `node -e ''`, in CPU time (user + system), paired, median. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Row } from "./row.ts";

const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const PAIRS = 9;
const RUNS = 5;
const TASKS = 1_000;

const CASES = [
  { name: "start: --version", args: ["--version"], goal: "<= 1.15x of node -e ''" },
  { name: "start: --help", args: ["--help"], goal: "<= 1.3x of node -e ''" },
  { name: `start: status, ${TASKS} tasks`, args: ["status"], goal: "<= 1.6x of node -e ''" },
];

export async function start(): Promise<readonly Row[]> {
  const folder = makeProject();
  try {
    return CASES.map(({ name, args, goal }) => {
      const ratios = Array.from({ length: PAIRS + 1 }, () => {
        const floor = cpuOf(["-e", ""], folder);
        return cpuOf([CLI, ...args], folder) / floor;
      });
      // The first pair fills the caches.
      return { name, ratio: median(ratios.slice(1)), goal };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeProject(): string {
  const folder = mkdtempSync(join(tmpdir(), "ralph-bench-"));
  spawnSync("git", ["init", "--quiet", folder]);
  mkdirSync(join(folder, "tasks"));
  writeFileSync(join(folder, "ralph.yaml"), "checks: [npm test]\n");
  for (let number = 1; number <= TASKS; number++) {
    const id = `T${String(number).padStart(4, "0")}`;
    const text = `# Task ${id}: Do thing ${number}\n\n**Priority**: P1\n**WSJF Score**: ${number % 10}\n\n## Success Criteria\n- [ ] it works\n\n---RALPH_STATUS---\nSTATUS: PENDING\n---END_RALPH_STATUS---\n`;
    writeFileSync(join(folder, "tasks", `${id}.md`), text);
  }
  return folder;
}

const MEASURE = 'for ((i = 0; i < RUNS; i++)); do "$@" >/dev/null 2>&1 || exit 1; done; times';

/** User and system milliseconds of `RUNS` starts; bash's `times` counts its children to the millisecond. */
function cpuOf(args: readonly string[], cwd: string): number {
  const env = { ...process.env, RUNS: String(RUNS) };
  const shell = spawnSync("bash", ["-c", MEASURE, "bash", process.execPath, ...args], { cwd, env, encoding: "utf8" });
  if (shell.status !== 0) throw new Error(`node ${args.join(" ")} failed in the benchmark`);
  const children = shell.stdout.trim().split("\n").at(-1) ?? "";
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
  return times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1_000, 0);
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
