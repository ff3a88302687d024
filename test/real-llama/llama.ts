/**
 * The parts of node-llama-cpp that the suite uses. The package is installed only where the suite runs, so its own
 * types are not there for the others.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { writeTinyModel } from "../fixtures/tiny-gguf.ts";

interface Answer {
  readonly text: string;
  /** The model was stopped at its last token. */
  readonly isCut: boolean;
  readonly tokens: number;
}

interface AnswerLimits {
  readonly maxTokens: number;
  readonly seed: number;
}

export interface TinyLlama {
  readonly modelBytes: number;
  /** The engine's release, and what else tells it from others. */
  readonly engine: string;
  /** Reads the grammar once; refused grammars throw. */
  readonly bind: (grammar: string) => Promise<(limits: AnswerLimits) => Promise<Answer>>;
  readonly close: () => Promise<void>;
}

interface Library {
  readonly getLlama: (options: object) => Promise<Llama>;
  readonly LlamaCompletion: new (options: { contextSequence: Sequence }) => Completion;
}

interface Llama {
  readonly llamaCppRelease: { readonly repo: string; readonly release: string };
  readonly loadModel: (options: { modelPath: string }) => Promise<Model>;
  readonly createGrammar: (options: { grammar: string }) => Promise<object>;
  readonly dispose: () => Promise<void>;
}

interface Model {
  readonly createContext: (options: object) => Promise<{ readonly getSequence: () => Sequence }>;
  readonly tokenize: (text: string) => readonly number[];
}

interface Sequence {
  readonly clearHistory: () => Promise<void>;
}

interface Completion {
  readonly generateCompletionWithMeta: (
    input: string,
    options: object,
  ) => Promise<{ readonly response: string; readonly metadata: { readonly stopReason: string } }>;
}

/** One thread, no graphics card, nothing is built or loaded from elsewhere. The model is written into `folder`. */
export async function startTinyLlama(folder: string): Promise<TinyLlama> {
  const contextLength = 4096;
  const modelPath = join(folder, "tiny.gguf");
  writeTinyModel(modelPath, { seed: 7, contextLength });
  const name = "node-llama-cpp";
  const { getLlama, LlamaCompletion } = (await import(name)) as Library;
  const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, logLevel: "error", maxThreads: 1 });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize: contextLength, threads: 1 });
  const sequence = context.getSequence();
  const completion = new LlamaCompletion({ contextSequence: sequence });
  const { repo, release } = llama.llamaCppRelease;
  return {
    modelBytes: statSync(modelPath).size,
    engine: `${repo} ${release}`,
    bind: async (text) => {
      const grammar = await llama.createGrammar({ grammar: text });
      return async (limits) => {
        await sequence.clearHistory();
        let tokens = 0;
        const onToken = (more: readonly number[]): void => void (tokens += more.length);
        const options = { grammar, temperature: 1, ...limits, onToken };
        const { response, metadata } = await completion.generateCompletionWithMeta("Write a patch.\n", options);
        return { text: response, isCut: metadata.stopReason === "maxTokens", tokens };
      };
    },
    close: () => llama.dispose(),
  };
}
