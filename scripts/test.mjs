#!/usr/bin/env node
/** The test command: builds, then runs vitest. */
import { build } from "./build.mjs";
import { runVitest } from "./run-vitest.mjs";

await build();
await runVitest(process.argv.slice(2));
