import { cargoTest } from "./cargo.ts";
import { cargoNextest } from "./cargo-nextest.ts";
import { nodeTest } from "./node.ts";
import type { Runner } from "./runner.ts";
import { vitest } from "./vitest.ts";

/** The first one that knows a command runs it. */
export const RUNNERS: readonly Runner[] = [nodeTest, vitest, cargoTest, cargoNextest];
