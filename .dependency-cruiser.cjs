/** The arrows of the architecture. Each rule says what to do when it bites. */
const CONCEPTS = "task|prompt|model|patch|workspace|check|policy|store";
const DRIVERS = "^node_modules/(execa|openai|undici|p-retry|@photostructure|listr2|commander|yaml|zod)/";
const ADAPTERS =
  "^src/(model/((openai|claude|opencode)/client|replay)|store/(sqlite|memory)|task/source-files|workspace/(git|pool|run-branch|worktrees|patch-folder|repository|checkout)|check/run)[.]ts$";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circle",
      comment: "Two files that import each other are one idea: move what both need into a third, lower file.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "core-imports-nothing",
      comment: "core/ holds the nouns. Move the code that needs more into the folder whose work it does.",
      severity: "error",
      from: { path: "^src/core/" },
      to: { pathNot: "^src/core/" },
    },
    {
      name: "io-imports-core-only",
      comment: "io/ knows processes, files and clocks, not ralph. Hand it what it needs as a parameter.",
      severity: "error",
      from: { path: "^src/io/" },
      to: { path: "^src/", pathNot: "^src/(io|core)/" },
    },
    {
      name: "no-sibling-concept",
      comment: "A concept folder does not know its siblings: let engine/ or app/ bring the two together.",
      severity: "error",
      from: { path: `^src/(${CONCEPTS})/` },
      to: { path: "^src/", pathNot: "^src/($1|core|io)/" },
    },
    {
      name: "engine-is-pure",
      comment: "Whatever engine/ reaches has no effects of its own: take the adapter from the World.",
      severity: "error",
      from: { path: "^src/engine/" },
      to: { path: `^src/(io|app|commands)/|${DRIVERS}`, reachable: true },
    },
    {
      name: "engine-reaches-no-node",
      comment: "Whatever engine/ reaches imports no node module: take the effect from the World.",
      severity: "error",
      from: {
        path: "^src/(engine|prompt|policy)/|^src/patch/|^src/task/(parse|scan|wsjf|status-block)|^src/check/(compare|freeze|evidence)",
      },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "pure-files-have-no-io",
      comment: "This file is pure: give it text and get text back; the adapter beside it does the I/O.",
      severity: "error",
      from: {
        path: "^src/(prompt|policy|patch)/|^src/task/(parse|scan|wsjf|status-)|^src/check/(compare|freeze|evidence|command-line)",
      },
      to: { path: "^src/io/" },
    },
    {
      name: "adapters-are-named-in-wire",
      comment: "Adapters are named in app/wire.ts and app/wire-models.ts only: add a function there and call it.",
      severity: "error",
      from: { path: "^src/(cli|index|commands|app|engine)", pathNot: "^src/app/wire(-models)?[.]ts$" },
      to: { path: ADAPTERS, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "commands-use-app",
      comment: "A command parses its options and prints: what it does belongs in app/ or engine/.",
      severity: "error",
      from: { path: "^src/commands/" },
      to: { path: "^src/", pathNot: "^src/(commands|app|core|io)/" },
    },
    {
      name: "app-does-not-know-commands",
      comment: "app/ serves commands/; move what both need into app/.",
      severity: "error",
      from: { path: "^src/(app|engine)/" },
      to: { path: "^src/commands/" },
    },
    {
      name: "cli-loads-lazily",
      comment: "cli.ts imports nothing until it knows what is wanted: use a dynamic import.",
      severity: "error",
      from: { path: "^src/cli[.]ts$" },
      to: { path: "^src/", dependencyTypesNot: ["dynamic-import"] },
    },
    {
      name: "src-does-not-know-tests",
      comment: "Move what both need into src/, or keep it in test/support.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|bench|scripts)/" },
    },
    {
      name: "resolvable",
      comment: "The import leads nowhere: fix the path or add the package.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^node:sqlite$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
