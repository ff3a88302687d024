/** `ralph llm stats`: what each model did in this repository, and in which format it is asked next. */
import { EXIT_OF } from "../app/exit-codes.ts";
import { type ModelReport, reportModels } from "../app/model-report.ts";
import { openProject } from "../app/project.ts";
import { table } from "../app/table.ts";
import type { Invocation } from "./invocation.ts";

export async function llmStats(invocation: Invocation, { json }: { readonly json?: true }): Promise<number> {
  const reports = await reportModels(await openProject(invocation));
  invocation.output.write(json ? `${JSON.stringify(reports, null, 2)}\n` : asText(reports));
  return EXIT_OF["all done"];
}

function asText(reports: readonly ModelReport[]): string {
  if (reports.length === 0) return "No model has been asked in this repository yet.\n";
  const head = ["MODEL", "REPLIES", "FAILED", "DONE", "IN", "CACHED", "OUT", "OUT/S", "COST", "FAILURES"];
  return `${table([head, ...reports.map(totals)])}\n${table([MODE_HEAD, ...reports.flatMap(modeRows)])}`;
}

function totals(report: ModelReport): readonly string[] {
  const { model, replies, failures, promptTokens, cachedTokens, outputTokens, durationMs, costUsd, estimated } = report;
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  const kinds = Object.entries(failures).map(([kind, count]) => `${kind} ${count}`);
  const about = estimated ? "~" : "";
  return [
    model,
    String(replies),
    String(failed),
    String(report.completed),
    `${about}${promptTokens}`,
    promptTokens === 0 ? "-" : percent(cachedTokens, promptTokens),
    `${about}${outputTokens}`,
    durationMs === 0 ? "-" : ((outputTokens * 1000) / durationMs).toFixed(1),
    costUsd === undefined ? "-" : `$${costUsd.toFixed(4)}`,
    kinds.join(", "),
  ];
}

const MODE_HEAD = ["MODEL", "FORMAT", "PATCHES", "WELL-FORMED", "USEFUL", "NEXT"];

function modeRows({ model, modes, next }: ModelReport): readonly (readonly string[])[] {
  const isNext = (format: string, grammar: boolean): boolean => next.format === format && next.grammar === grammar;
  const rows = modes.map(({ format, grammar, replies, wellFormed, useful }) => [
    model,
    nameOf(format, grammar),
    String(replies),
    percent(wellFormed, replies),
    percent(useful, replies),
    isNext(format, grammar) ? "<-" : "",
  ]);
  const isListed = modes.some(({ format, grammar }) => isNext(format, grammar));
  return isListed ? rows : [...rows, [model, nameOf(next.format, next.grammar), "0", "-", "-", "<-"]];
}

const nameOf = (format: string, grammar: boolean): string => (grammar ? `${format} + grammar` : format);
const percent = (part: number, whole: number): string => `${Math.round((part * 100) / whole)} %`;
