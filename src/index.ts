/** The public API: the nouns, the loop, and what an adapter or a test needs to take part in it. */
export type { RunCheck, TestResult, TestRun } from "./core/check.ts";
export { isRalphError, RalphError } from "./core/error.ts";
export type { EventBody, RalphEvent } from "./core/event.ts";
export type { ModelClient, Reply, ReplyWatch, Tier } from "./core/model.ts";
export type { FileChange, PlanResult, Reject } from "./core/patch.ts";
export type { Lease, Queue, Store } from "./core/store.ts";
export type { Task, TaskSource, TaskSummary } from "./core/task.ts";
export type { Verdict } from "./core/verdict.ts";
export type { Workspace, Workspaces } from "./core/workspace.ts";
export { type WorkResult, work } from "./engine/work.ts";
export type { World } from "./engine/world.ts";
export { watchReply } from "./patch/stream.ts";
