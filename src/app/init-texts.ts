/** The texts that `ralph init` writes beside ralph.yaml. Pure. */
import { basename } from "node:path";
import type { DetectedStack } from "./detect-stack.ts";

/** For the model, and for other tools that read it: what the project is and how it is judged. */
export function agentsText(name: string, { parts, checks }: DetectedStack): string {
  const about = parts.length === 0 ? "Say here what this project is, in three lines." : `${parts.join("; ")}.`;
  const commands = checks.map(({ command }) => `- \`${command}\``).join("\n");
  return `# ${name}

${about}

## Tests

From the top of the repository:

${commands === "" ? "- Say here which command runs the tests." : commands}

## Rules

- Change what the task asks for and nothing else; keep to the style of the code around it.
- A test that fails is a fault in the code until the task says otherwise: do not weaken, skip or delete tests.
- Add a dependency only where the task names it.
`;
}

/** The format by example; \`ralph\` takes no README for a task. */
export function tasksText(check: string): string {
  return `# Tasks

One Markdown file is one task. Copy the block below to \`T001.md\` in this folder, make it yours, commit, then:

    ralph tdd --dry-run
    ralph tdd

\`\`\`markdown
# Task T001: Reject passwords shorter than 12 characters

**Priority**: P1
**Time Estimate**: 1h

## Success Criteria
- [ ] Signing up with 11 characters is refused with a message that names the limit
- [ ] Signing up with 12 characters still works

## Actions
1. Check the length where the form is validated

## Files to Create/Modify
- [ ] src/sign-up.js (MODIFY)

## Checks
- \`${check}\`

## Technical Notes
The limit belongs beside the others in src/limits.js.

---RALPH_STATUS---
STATUS: PENDING
---END_RALPH_STATUS---
\`\`\`

- Only the title is needed; the rest makes the result better. Small tasks with few files succeed more often.
- A test that fails today and says what is wanted is the best description. Without one, ralph first asks the model
  for it, and goes on only when it fails. ralph works on commits: what is not committed, it does not see.
- **Depends On**: T001 makes a task wait for another. Priority is P0 (first) to P3.
- Without \`## Checks\` the \`checks\` of ralph.yaml hold.
- ralph changes nothing in a task file but the status block. Set STATUS back to PENDING to have a task done again.
`;
}

/** Lines for `folders` that .gitignore lacks; anchored, so that a `src/logs` is not hidden with `logs`. */
export function missingIgnores(present: string, folders: readonly string[]): readonly string[] {
  const known = new Set(present.split("\n").map(plainPattern));
  const isIgnored = (folder: string): boolean => known.has(folder) || known.has(basename(folder));
  return folders.map(plainPattern).flatMap((folder) => (isIgnored(folder) ? [] : [`/${folder}/`]));
}

/** `/logs/`, `logs/*` and `logs` ignore the same folder. */
const plainPattern = (line: string): string =>
  line
    .trim()
    .replace(/^\//, "")
    .replace(/\/?\**$/, "");
