/** Where a path really leads, for whoever builds a file tree in which the links on the way have to be made again. */
import { readlinkSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Is `path` the folder or below it? Both absolute and normal. */
export const isWithin = (folder: string, path: string): boolean =>
  folder === "/" || path === folder || path.startsWith(`${folder}/`);

interface Link {
  readonly path: string;
  /** As the link says it, possibly relative. */
  readonly target: string;
}

export interface Way {
  /** Every symbolic link that is met, in order. */
  readonly links: readonly Link[];
  /** The end: no link in it, though it may not exist. */
  readonly end: string;
}

/** As Linux; a way with more links leads nowhere. */
const MAX_LINKS = 40;

export function wayTo(path: string): Way {
  const links: Link[] = [];
  const stepsOf = (absolute: string): readonly string[] => absolute.split("/").filter((step) => step !== "");
  let at = "/";
  let [step, ...rest] = stepsOf(path);
  while (step !== undefined) {
    const next = join(at, step);
    const target = links.length < MAX_LINKS ? linkTarget(next) : undefined;
    if (target === undefined) {
      at = next;
      [step, ...rest] = rest;
      continue;
    }
    links.push({ path: next, target });
    at = "/";
    [step, ...rest] = [...stepsOf(resolve(dirname(next), target)), ...rest];
  }
  return { links, end: at };
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // EINVAL: no link. ENOENT: nothing there.
    return undefined;
  }
}

/** Undefined where there is no such folder. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
