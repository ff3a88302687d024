/**
 * What programs need of a home folder that is hidden. An allow-list: what is not named here, or on PATH, or in one of
 * the variables, is not there for a sandboxed program. Folders that hold credentials beside tools are listed by part.
 */
import { readdirSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";
import type { Environment } from "./environment.ts";
import { isWithin, realPath, type Way, wayTo } from "./sandbox-paths.ts";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Below the home folder. Missing ones do no harm. */
const TOOL_FOLDERS = words(`
  .asdf .bun .cabal .deno .dotnet .ghcup .jdks .juliaup .julia/juliaup .nix-profile .nvm .opam .pyenv .rbenv .rustup .rvm
  .sdkman .stack .swiftly .volta .fnm .composer/vendor .config/composer/vendor .gem/ruby .gradle/caches .gradle/wrapper
  .hex/packages .m2/repository .m2/wrapper .mix .nuget/packages .pub-cache/hosted .yarn/berry
  .cache/Cypress .cache/deno .cache/ms-playwright .cache/node/corepack .cache/puppeteer .cache/pypoetry/virtualenvs
  .local/bin .local/lib .local/pipx .local/share/fnm .local/share/gem .local/share/mise .local/share/pipx
  .local/share/pnpm .local/share/pypoetry .local/share/rtx .local/share/uv .local/share/virtualenvs .local/state/nix
`);

/** A variable that names a folder of which only parts are shown, and the folder where the variable is not set. */
const PARTLY_SHOWN = [
  { variable: "CARGO_HOME", usual: ".cargo", parts: words("bin registry git config.toml config") },
  { variable: "GOPATH", usual: "go", parts: words("bin pkg") },
] as const;

/** Variables of `ALLOWED_NAMES` in environment.ts whose folders and files are shown as they are. */
const SHOWN_VARIABLES = words(`
  RUSTUP_HOME GOROOT GOMODCACHE JAVA_HOME PYENV_ROOT VIRTUAL_ENV NVM_DIR VOLTA_HOME FNM_DIR ASDF_DIR ASDF_DATA_DIR
  PLAYWRIGHT_BROWSERS_PATH LD_LIBRARY_PATH PKG_CONFIG_PATH NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR
`);

/** Below the home folder; never shown, whatever PATH or a variable says (Docker Desktop puts ~/.docker/bin on PATH). */
const SECRET_FOLDERS = words(`
  .ssh .aws .azure .docker .gnupg .kube .mozilla .password-store .config/gcloud .config/gh .local/share/keyrings
`);

/** Below the home folder; too much to be shown as a whole. */
const MIXED_FOLDERS = words(". .cache .cargo .config .local .local/share .local/state go");

const PROGRAM_FOLDERS: ReadonlySet<string> = new Set(words("bin sbin shims condabin"));

/** The ways to everything that is shown; many ends will not exist. */
export function toolWays(env: Environment, home: string): readonly Way[] {
  const realHome = realPath(home) ?? home;
  const ways = toolPaths(env, home).map(wayTo);
  // Asked again at the end: a link may lead to what is shown to nobody.
  return ways.filter(({ end }) => mayBeShown(end, realHome));
}

function toolPaths(env: Environment, home: string): readonly string[] {
  const named = [
    ...TOOL_FOLDERS.map((folder) => join(home, folder)),
    ...PARTLY_SHOWN.flatMap(({ variable, usual, parts }) => {
      const folders = pathsIn(env[variable]);
      return (folders.length > 0 ? folders : [join(home, usual)]).flatMap((base) =>
        parts.map((part) => join(base, part)),
      );
    }),
    ...SHOWN_VARIABLES.flatMap((name) => pathsIn(env[name])),
  ];
  const programs = pathsIn(env["PATH"]).filter((folder) => !named.some((path) => isWithin(path, folder)));
  const installed = programs.map((folder) => installationOf(folder, home));
  const linked = pathsIn(env["PATH"]).flatMap((folder) => linkedPrograms(folder, home));
  return [...named, ...programs, ...installed, ...linked].filter((path) => mayBeShown(path, home));
}

const pathsIn = (list = ""): readonly string[] => list.split(delimiter).filter(isAbsolute);

/** Programs need what lies beside their folder: `v22/bin/npm` is `v22/lib/node_modules/npm`. */
function installationOf(folder: string, home: string): string {
  const parent = dirname(folder);
  return PROGRAM_FOLDERS.has(basename(folder)) && mayBeShown(parent, home) ? parent : folder;
}

/** What programs below the home folder are links to: `~/bin/node` may be `~/opt/node-22/bin/node`. */
function linkedPrograms(folder: string, home: string): readonly string[] {
  if (!isWithin(home, folder)) return [];
  const targets = linksIn(folder).map((link) => wayTo(link).end);
  return targets.flatMap((target) => [target, installationOf(dirname(target), home)]);
}

function linksIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isSymbolicLink()).map((entry) => join(folder, entry.name));
  } catch {
    // PATH often names folders that are not there.
    return [];
  }
}

function mayBeShown(path: string, home: string): boolean {
  const below = (folder: string): string => join(home, folder);
  return (
    !SECRET_FOLDERS.some((folder) => isWithin(below(folder), path)) &&
    !MIXED_FOLDERS.some((folder) => isWithin(path, below(folder)))
  );
}
