import { cargoTest } from "./cargo.ts";
import { cargoNextest } from "./cargo-nextest.ts";
import { goTest } from "./go.ts";
import { jest } from "./jest.ts";
import { nodeTest } from "./node.ts";
import { playwright } from "./playwright.ts";
import { pytest } from "./pytest.ts";
import type { Runner } from "./runner.ts";
import { vitest } from "./vitest.ts";

/** The first one that knows a command runs it. */
export const RUNNERS: readonly Runner[] = [nodeTest, vitest, jest, playwright, cargoTest, cargoNextest, pytest, goTest];
