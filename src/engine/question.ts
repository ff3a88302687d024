/**
 * What a model is asked: the prompt fitted to the context that it really has, in the format that it writes best,
 * bound to the files where it can be, and watched while it is answered.
 */
import { isTestFile } from "../check/freeze.ts";
import type { AskOptions, EditFormat, ModelClient, Question, QuestionFor, Traits } from "../core/model.ts";
import type { Prompt, Role, WritingRole } from "../core/prompt.ts";
import type { CheckSpec, Task } from "../core/task.ts";
import { tokensOf } from "../core/usage.ts";
import type { Workspace } from "../core/workspace.ts";
import type { EditMode } from "../model/edit-mode.ts";
import { compileGrammar } from "../patch/grammar/compile.ts";
import { watchReply } from "../patch/stream.ts";
import { buildPrompt, type PromptParts } from "../prompt/build.ts";
import { chooseContext } from "../prompt/context.ts";
import type { Prompts } from "../prompt/stack.ts";
import { type Fitted, fitPrompt, replyTokensOf, roomOf } from "./fit-prompt.ts";
import type { Protection, Writer } from "./protect.ts";
import { type PlanOptions, planOptions } from "./read-reply.ts";
import type { Progress, Shown, TaskRun } from "./task-run.ts";
import type { Limits } from "./world.ts";

/** What a question is made from: a task run, or a look at the user's checkout. */
export interface Scene {
  readonly task: Task;
  readonly checks: readonly CheckSpec[];
  readonly world: {
    readonly prompts: Prompts;
    readonly protection: Protection;
    readonly limits: Pick<Limits, "maxFiles" | "maxLines">;
    readonly askOptions: AskOptions;
    readonly modeOf: (model: string, traits: Traits) => EditMode;
  };
  readonly workspace: Pick<Workspace, "files" | "changedFiles" | "read">;
}

/** Chosen once for a role, so that the front of its prompts stays the same. */
export async function chooseShown({ task, world, workspace }: Scene, testFiles: readonly string[]): Promise<Shown> {
  const paths = await workspace.files();
  const isHidden = world.protection.isBlocked;
  const context = chooseContext({ task, paths, testFiles, read: workspace.read, isHidden });
  return { paths, context, charactersPerToken: new Map() };
}

export interface QuestionState extends Pick<Progress, "shown" | "evidence" | "bounds"> {
  readonly role: Role;
}

/** The question as it goes out, with what the log is told of it. */
interface MadeQuestion extends Question, Fitted {
  readonly model: string;
  readonly roomTokens: number;
  readonly mode: EditMode;
}

interface Asking {
  /** Told of each question before it is asked. */
  readonly onMade: (made: MadeQuestion) => Promise<void>;
  /** Tokens that prompt and reply may use up together; Infinity = no limit. */
  readonly tokensLeft: number;
  readonly signal: AbortSignal;
}

export async function questionsFor(
  scene: Scene,
  state: QuestionState,
  attempt: number,
  { onMade, tokensLeft, signal }: Asking,
): Promise<QuestionFor> {
  const changed = await changedSince(scene, state.shown);
  return async (client, overflows) => {
    const made = await makeQuestion({ scene, state, attempt, changed, tokensLeft, client, overflows }, signal);
    if (made !== undefined) await onMade(made);
    return made;
  };
}

interface Making {
  readonly scene: Scene;
  readonly state: QuestionState;
  readonly attempt: number;
  readonly changed: PromptParts["changed"];
  readonly tokensLeft: number;
  readonly client: ModelClient;
  readonly overflows: number;
}

async function makeQuestion(making: Making, signal: AbortSignal): Promise<MadeQuestion | undefined> {
  const { scene, state, client, overflows } = making;
  const traits = await client.traits(signal);
  const roomTokens = roomOf(traits, overflows);
  const writing = isWriter(state.role) ? howToWrite(making, traits) : undefined;
  const mode = writing?.mode ?? PLAIN;
  const build = (maxCharacters: number): Prompt | undefined =>
    buildPrompt(partsOf(making, writing?.mode), maxCharacters);
  const fitted = await fitPrompt({ client, build, roomTokens, known: state.shown.charactersPerToken }, signal);
  if (fitted === undefined) return undefined;
  const { askOptions } = scene.world;
  const room = [traits.outputTokens, replyRoom(traits, fitted), making.tokensLeft - promptTokensOf(fitted)];
  const maxTokens = Math.max(1, Math.floor(Math.min(askOptions.maxTokens, ...room)));
  return {
    ...fitted,
    options: { ...askOptions, maxTokens, ...writing?.options },
    model: client.name,
    roomTokens,
    mode,
  };
}

/** Of answers that are no patch. */
const PLAIN: EditMode = { format: "unified-diff", grammar: false };

const isWriter = (role: Role): role is WritingRole => role === "tester" || role === "builder";

interface Writing {
  readonly mode: EditMode;
  readonly options: Pick<AskOptions, "watch" | "grammar">;
}

/** Where a grammar would be best and none can be made, what is best without one. */
function howToWrite(making: Making, traits: Traits): Writing {
  const { scene, state, client } = making;
  const { modeOf, protection } = scene.world;
  const plan = planOptions(writerOf(state), { paths: state.shown.paths, protection });
  const best = modeOf(client.name, traits);
  const grammar = best.grammar ? grammarOf(making, best.format, plan, traits) : undefined;
  const mode = best.grammar && grammar === undefined ? modeOf(client.name, { ...traits, takesGrammar: false }) : best;
  const isOneFence = mode.format === "unified-diff";
  const watch = () => watchReply({ readFile: scene.workspace.read, isOneFence, ...plan });
  return { mode, options: { watch, ...(grammar === undefined ? {} : { grammar }) } };
}

/** A prompt of three characters a token is counted as too long rather than too short. */
const FEW_CHARACTERS_PER_TOKEN = 3;

const promptTokensOf = ({ prompt, tokens }: Fitted): number =>
  tokens ?? (prompt.system.length + prompt.user.length) / FEW_CHARACTERS_PER_TOKEN;

/** What the context has left for the reply: servers refuse, or cut, what asks for more. */
const replyRoom = ({ contextTokens }: Traits, fitted: Fitted): number =>
  contextTokens === undefined ? Number.POSITIVE_INFINITY : contextTokens - promptTokensOf(fitted);

const writerOf = ({ role, bounds }: QuestionState): Writer => ({
  ...bounds,
  role: role === "tester" ? role : "builder",
});

function partsOf({ scene, state, attempt, changed }: Making, mode: EditMode | undefined): PromptParts {
  const { task, world, checks } = scene;
  const { role, shown, evidence } = state;
  return {
    purpose: { taskId: task.id, role, attempt },
    stack: world.prompts.stack[role],
    variables: variablesOf(scene, checks),
    editFormat: mode === undefined ? [] : formatOf(world.prompts, mode),
    task,
    ...shown,
    changed,
    evidence,
  };
}

const formatOf = ({ formats, marks }: Prompts, { format, grammar }: EditMode): PromptParts["editFormat"] =>
  grammar ? [formats[format], marks] : [formats[format]];

/** What `{{…}}` in the prompt files may name. */
const variablesOf = ({ world }: Pick<Scene, "world">, checks: readonly CheckSpec[]): PromptParts["variables"] => ({
  checks: checks.map((check) => `\`${check.command}\``).join(", "),
  max_files: String(world.limits.maxFiles),
  max_lines: String(world.limits.maxLines),
});

/**
 * Bound to the files that the role may change, as they are now. Undefined where that could keep the task from being
 * done: it names no file, wants one deleted, or the files it is shown are too long for a grammar.
 */
function grammarOf(making: Making, format: EditFormat, plan: PlanOptions, traits: Traits): string | undefined {
  const { scene, state, changed } = making;
  if (format === "whole") return undefined;
  const { task, workspace } = scene;
  const mayTouch = (path: string): boolean => plan.refusePath(path) === undefined;
  const named = task.files.map(({ path }) => path).filter(mayTouch);
  if (named.length === 0 || task.files.some(({ action }) => action === "delete")) return undefined;
  const shown = [...state.shown.context.files, ...changed].map(({ path }) => path).filter(mayTouch);
  const present = [...new Set([...named, ...shown])].flatMap((path) => {
    const file = workspace.read(path);
    return file.kind === "text" && file.text !== "" ? [{ path, text: file.text }] : [];
  });
  const creatable = named.filter((path) => workspace.read(path).kind === "missing");
  // A tester without a file to write in has to find a name for one: no grammar knows it.
  if (state.role === "tester" && ![...creatable, ...present.map(({ path }) => path)].some(isTestFile)) return undefined;
  const maxTokens = replyTokensOf(traits);
  const compiled = compileGrammar({ format, files: present, creatable, maxTokens, mayAsk: true });
  return compiled.ok && compiled.leftOut.length === 0 ? compiled.grammar : undefined;
}

async function changedSince({ workspace }: Scene, { context }: Shown): Promise<PromptParts["changed"]> {
  const asShown = new Map(context.files.map((file) => [file.path, file.text]));
  const now = (await workspace.changedFiles()).map((path) => {
    const state = workspace.read(path);
    return { path, text: state.kind === "text" ? state.text : undefined };
  });
  return now.filter(({ path, text }) => asShown.get(path) !== text);
}

const taskTokensLeft = ({ world }: TaskRun, { usage }: Progress): number =>
  (world.limits.taskTokens ?? Number.POSITIVE_INFINITY) - tokensOf(usage);

/** The question of an attempt of the loop, each told to the journal. */
export const attemptQuestions = (run: TaskRun, progress: Progress, attempt: number): Promise<QuestionFor> =>
  questionsFor(run, progress, attempt, {
    signal: run.signal,
    tokensLeft: Math.min(run.world.budget.tokensLeft(), taskTokensLeft(run, progress)),
    onMade: async ({ prompt, model, tokens, roomTokens, mode }) => {
      const characters = prompt.system.length + prompt.user.length;
      const counted = tokens === undefined ? {} : { tokens };
      const { leftOut } = prompt;
      await run.journal.record({
        type: "prompt.built",
        attempt,
        model,
        characters,
        ...counted,
        roomTokens,
        ...mode,
        leftOut,
      });
    },
  });
