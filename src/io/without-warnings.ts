import process from "node:process";

/** Loads a module whose ExperimentalWarning on standard error would tell the user nothing they could act on. */
export async function withoutExperimentalWarnings<T>(load: () => Promise<T>): Promise<T> {
  const { emitWarning } = process;
  process.emitWarning = (...warning: unknown[]) => {
    if (warning[1] !== "ExperimentalWarning") Reflect.apply(emitWarning, process, warning);
  };
  try {
    return await load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
