/** Failures that every model client words in the same way, whatever it talks to. */
import type { AskOptions, ModelFailure } from "../core/model.ts";
import type { Ending } from "./call-watch.ts";

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const ENDINGS: Readonly<Record<Ending, (endpoint: string, limits: AskOptions) => ModelFailure>> = {
  "wall clock": (endpoint, limits) => ({
    class: "timeout",
    message: `${endpoint} did not finish its answer within ${seconds(limits.timeoutMs)}`,
    cure: "Raise limits.model_seconds in ralph.yaml, or choose a faster model",
  }),
  silence: (endpoint, limits) => ({
    class: "timeout",
    message: `${endpoint} sent nothing for ${seconds(limits.idleMs)}`,
    cure: "Look at the server's log; where long prompts need that time, raise limits.model_idle_seconds in ralph.yaml",
  }),
  "too long": (endpoint, limits) => ({
    class: "bad answer",
    message: `${endpoint} wrote more than ${limits.maxCharacters} characters, so ralph ended the answer`,
    cure: "Lower max_tokens of that model; where answers may be that long, raise limits.reply_characters in ralph.yaml",
  }),
  repetition: (endpoint) => ({
    class: "bad answer",
    message: `${endpoint} wrote the same again and again, so ralph ended the answer`,
    cure: "Raise that model's temperature a little, or look at its chat template and sampling settings",
  }),
  aborted: (endpoint) => ({ class: "aborted", message: `The call to ${endpoint} was ended because ralph was stopped` }),
};

export const endingFailure = (ending: Ending, endpoint: string, limits: AskOptions): ModelFailure =>
  ENDINGS[ending](endpoint, limits);

export const emptyAnswer = (endpoint: string): ModelFailure => ({
  class: "bad answer",
  message: `${endpoint} answered with no text at all`,
  cure: "`ralph llm check` asks it again; where that is empty too, look at the server's log and chat template",
});
