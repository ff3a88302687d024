/** An honest patch, and how it is sent and judged. */
import { renderDiff } from "../../../src/patch/render.ts";
import { type RealOutcome, runReal } from "../../support/real-world.ts";
import type { Files } from "../../support/repository.ts";

/** Path -> the whole text after the patch; null = deleted. */
type Patch = Readonly<Record<string, string | null>>;

export interface Honest {
  /** The end of the sentence "an honest patch lands: …". */
  readonly what: string;
  readonly files: Files;
  /** What follows the title in the task file. */
  readonly task: string;
  /** What the tester adds first, where nothing is red yet. */
  readonly tests?: Patch;
  readonly code: Patch;
  /** The builder's reply as it comes; without it, a diff of `code`. */
  readonly reply?: string;
  /** A reader is asked as well, and says yes. */
  readonly isRead?: true;
  readonly checks?: readonly string[];
  readonly world?: Parameters<typeof runReal>[0]["world"];
}

/** What all cases of one runner share. */
export interface Setting {
  readonly checks: readonly string[];
  readonly hasPackages?: boolean;
}

const MODE = "100644";

/** The patch as models are told to send it. */
function diffReply(files: Files, patch: Patch): string {
  const changes = Object.entries(patch).map(([path, after]) => ({
    path,
    ...(files[path] === undefined ? {} : { before: { text: files[path], mode: MODE } as const }),
    ...(after === null ? {} : { after: { text: after, mode: MODE } as const }),
  }));
  return `The change is small.\n\n\`\`\`diff\n${renderDiff(changes)}\`\`\`\n`;
}

const YES = "Every criterion is met, and the code serves the task.\n\nVERDICT: YES\n";

/** What became of an honest patch. */
export interface Fate {
  readonly status: string;
  readonly reason: string;
  /** Why a patch or its result was not taken, in the words that the model is told. */
  readonly refusals: readonly string[];
  readonly roles: readonly string[];
  /** What the run's branch holds of the patch; git takes line ends at a text's end off. */
  readonly landed: Readonly<Record<string, string | undefined>>;
}

export async function fateOf(honest: Honest, { checks, hasPackages = false }: Setting): Promise<Fate> {
  const { files, task, tests, code, reply, world = {} } = honest;
  const withTests = { ...files, ...withoutDeleted(tests ?? {}) };
  const written = [...(tests === undefined ? [] : [diffReply(files, tests)]), reply ?? diffReply(withTests, code)];
  const outcome = await runReal({
    files,
    task,
    checks: honest.checks ?? checks,
    hasPackages,
    world,
    replies: [...written, YES],
    attempts: written.length,
  });
  const { status, reason, roles } = outcome;
  const landed = Object.fromEntries(pathsOf(honest).map((path) => [path, outcome.landed(path)]));
  return { status, reason, refusals: refusals(outcome), roles, landed };
}

/** Complete at the first attempt, nothing refused on the way, and the patch is what landed. */
export function honestFate({ tests, code, isRead }: Honest): Fate {
  const texts = Object.entries({ ...tests, ...code }).map(([path, after]) => [path, after?.trimEnd()] as const);
  return {
    status: "COMPLETE",
    reason: "",
    refusals: [],
    roles: [...(tests === undefined ? [] : ["tester"]), "builder", ...(isRead === true ? ["verifier"] : [])],
    landed: Object.fromEntries(texts),
  };
}

const pathsOf = ({ tests, code }: Honest): readonly string[] => Object.keys({ ...tests, ...code });

const withoutDeleted = (patch: Patch): Files =>
  Object.fromEntries(Object.entries(patch).flatMap(([path, after]) => (after === null ? [] : [[path, after]])));

const refusals = ({ events }: RealOutcome): readonly string[] =>
  events.flatMap((event) => {
    if (event.type === "patch.rejected") return event.rejects.map(({ path, text }) => `${path}: ${text}`);
    return event.type === "attempt.finished"
      ? event.evidence.filter(({ kind }) => kind !== "red").map(({ text }) => text)
      : [];
  });
