/** `ralph patch check FILE`: where each hunk of a reply belongs, by which step, or why it has no place. */
import { describeReject, openPatchRoot, type PatchInput, planReply } from "../app/plan-reply.ts";

export interface PatchCheckOptions {
  /** The folder to look at. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
}

/** 0: the reply would be applied; 1: it would be refused. @throws RalphError USAGE */
export async function patchCheck(options: PatchCheckOptions, io: PatchInput): Promise<0 | 1> {
  const root = await openPatchRoot(options.root, options.env);
  const { changes, rejects, placements } = planReply(await io.readInput(), root);
  const isTaken = rejects.length === 0;
  if (options.json) {
    const files = changes.map((change) => change.path);
    io.write(`${JSON.stringify({ ok: isTaken, files, placements, rejects })}\n`);
    return isTaken ? 0 : 1;
  }
  for (const { path, hunk, line, step } of placements) io.write(`${path}:${line}  hunk ${hunk}  ${step}\n`);
  for (const reject of rejects) io.write(`${describeReject(reject)}\n`);
  if (placements.length === 0 && isTaken) io.write(`${changes.map((change) => change.path).join("\n")}\n`);
  return isTaken ? 0 : 1;
}
