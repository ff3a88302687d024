/**
 * `ralph/T001-title` shows a person where a task stands. It is ralph's only while it stands where ralph last put it
 * (`refs/ralph-heads/…` says where that is) and nobody has it checked out.
 */
import type { CommitId } from "../core/workspace.ts";
import { checkedOutAt, moveBranch, tipsOf } from "./branches.ts";
import type { Git } from "./git.ts";

export interface TaskBranch {
  readonly name: string;
  /** A person who took the branch over meanwhile keeps it as it is: the task's commits have refs of their own. */
  follow(commit: CommitId): Promise<void>;
}

/** The first of `wanted`, `wanted-2`, `wanted-3`, … that is free or ralph's, standing at `commit`. */
export async function openTaskBranch(git: Git, wanted: string, commit: CommitId): Promise<TaskBranch> {
  for (let counter = 1; ; counter++) {
    const name = counter === 1 ? wanted : `${wanted}-${counter}`;
    if (!(await moveIfOurs(git, name, commit))) continue;
    return {
      name,
      async follow(next) {
        await moveIfOurs(git, name, next);
      },
    };
  }
}

async function moveIfOurs(git: Git, name: string, to: CommitId): Promise<boolean> {
  const [ref, record] = [`refs/heads/${name}`, `refs/ralph-heads/${name}`];
  const tips = await tipsOf(git, [ref, record]);
  const from = tips.get(ref);
  if (from !== undefined && from !== tips.get(record)) return false;
  if ((await checkedOutAt(git, name)) !== undefined) return false;
  return moveBranch(git, name, { from, to, record });
}
