/** A check that prints 1 GB: the time against the same program with its output thrown away, and ralph's peak memory. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Row } from "./row.ts";

const MEBIBYTES = "1024";
const ROUNDS = 5;
const FLOODS = fileURLToPath(new URL("../test/fixtures/runners/hostile/floods.mjs", import.meta.url));
const READER = fileURLToPath(new URL("./flood-reader.ts", import.meta.url));

export async function flood(): Promise<readonly Row[]> {
  const pairs: { readonly ratio: number; readonly mebibytes: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = await bareMs();
    const { ms, mebibytes } = await readMs();
    pairs.push({ ratio: ms / bare, mebibytes });
  }
  const ratios = pairs.map(({ ratio }) => ratio).sort((a, b) => a - b);
  const most = Math.max(...pairs.map(({ mebibytes }) => mebibytes));
  return [
    { name: "flood: 1 GB of output, against >/dev/null", ratio: ratios[Math.floor(ROUNDS / 2)] ?? 0, goal: "<= 3x" },
    { name: `flood: peak memory ${most.toFixed(0)} MiB, of 150 MiB`, ratio: most / 150, goal: "<= 1x" },
  ];
}

async function bareMs(): Promise<number> {
  const startedAt = performance.now();
  await once(spawn(process.execPath, [FLOODS, MEBIBYTES], { stdio: "ignore" }), "exit");
  return performance.now() - startedAt;
}

/** In a process of its own, whose memory is nobody else's. */
async function readMs(): Promise<{ readonly ms: number; readonly mebibytes: number }> {
  const child = spawn(process.execPath, ["--import", "tsx", READER, FLOODS, MEBIBYTES], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(child, "close");
  return JSON.parse(text) as { readonly ms: number; readonly mebibytes: number };
}
