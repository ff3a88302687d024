/** Names of a reply -> paths relative to the root, or why a name is refused. Pure: nothing is looked up here. */
import type { Reject } from "../core/patch.ts";

export type ResolvedPath = { readonly path: string } | { readonly reject: Reject };

/** No file that a patch should touch has control characters in its name. */
const CONTROL = /\p{Cc}/u;
/** `C:\\x`, and `C:x`, which Windows takes for a file of wherever that drive stands. */
const DRIVE = /^[A-Za-z]:/;

/** `root` is absolute; an absolute name below it is taken as relative. */
export function resolvePath(name: string, root: string | undefined): ResolvedPath {
  if (CONTROL.test(name)) return refuse(JSON.stringify(name), "The name holds control characters.");
  const inside = root === undefined ? name : withoutRoot(name, root.replace(/\/+$/, ""));
  if (inside.startsWith("/") || DRIVE.test(inside) || inside.startsWith("~/")) {
    return refuse(name, "The path leads out of the project.");
  }
  const parts = inside.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return refuse(name, "Paths with .. are not taken.");
  if (parts.length === 0) return refuse(name, "The path names no file.");
  const path = parts.join("/");
  return path.startsWith("-") ? refuse(path, "A name may not begin with -.") : { path };
}

const refuse = (path: string, text: string): ResolvedPath => ({
  reject: { kind: "outside the root", path, text },
});

const withoutRoot = (name: string, root: string): string =>
  root !== "" && name.startsWith(`${root}/`) ? name.slice(root.length + 1) : name;

/**
 * The one file that a name which does not exist can mean: its end is the name, or the name's end is its path.
 * The caller must still see that the hunks fit.
 */
export function guessPath(name: string, files: readonly string[]): string | undefined {
  const longer = files.filter((file) => file.endsWith(`/${name}`));
  if (longer.length > 0) return longer.length === 1 ? longer[0] : undefined;
  const known = new Set(files);
  const parts = name.split("/");
  for (let from = 1; from < parts.length; from += 1) {
    const end = parts.slice(from).join("/");
    if (known.has(end)) return end;
  }
  return undefined;
}
