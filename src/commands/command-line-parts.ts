/** What every part of the command line is made of. */
import { Option } from "commander";
import { RalphError } from "../core/error.ts";
import type { Role } from "../core/prompt.ts";
import type { Invocation } from "./invocation.ts";

export interface Flags {
  readonly json?: true;
  readonly dryRun?: true;
  readonly plain?: true;
  readonly keep?: true;
  readonly check?: true;
  readonly root?: string;
  readonly tier?: string;
  readonly model?: string;
  readonly task?: string;
  readonly role?: Role;
  readonly wait?: string;
  readonly record?: string;
  readonly replay?: string;
}

/** Returns the exit code. */
type Action = (invocation: Invocation, flags: Flags, args: readonly string[]) => Promise<number>;
export type Run = (action: Action) => (...handed: unknown[]) => Promise<void>;

export const json = (): Option => new Option("--json", "machine-readable output");

export async function readStandardInput(): Promise<string> {
  const { text } = await import("node:stream/consumers");
  return text(process.stdin);
}

export async function readText(path: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return readFile(path, "utf8").catch((error: Error) => {
    throw new RalphError("READ_FAILED", { path, why: error.message }, { cause: error });
  });
}
