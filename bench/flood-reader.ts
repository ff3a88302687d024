/** Runs a flooding program as ralph runs a check and tells time and peak memory. */
import { runProcess } from "../src/io/process.ts";

const [program = "", mebibytes = ""] = process.argv.slice(2);
const command = { argv: [process.execPath, program, mebibytes], cwd: process.cwd(), timeoutMs: 120_000 } as const;
const startedAt = performance.now();
const { exitCode, output } = await runProcess(command, new AbortController().signal);
const ms = performance.now() - startedAt;
if (exitCode !== 0 || !output.endsWith("end")) throw new Error(`the flood ended with ${exitCode}`);
console.log(JSON.stringify({ ms, mebibytes: process.resourceUsage().maxRSS / 1024 }));
