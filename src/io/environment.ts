/**
 * What a child may see of ralph's own environment: an allow-list, because code that a model wrote runs in it.
 * A name that is not listed stays out, and so does a listed value that carries a secret (a proxy URL with a password).
 */
import { redactor } from "./redact.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const ALLOWED_NAMES: ReadonlySet<string> = new Set(
  [
    "PATH HOME USER LOGNAME SHELL TERM COLORTERM TZ LANG LANGUAGE TMPDIR TMP TEMP",
    "XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR",
    "CARGO_HOME CARGO_TARGET_DIR RUSTUP_HOME RUSTUP_TOOLCHAIN",
    "GOPATH GOROOT GOCACHE GOMODCACHE GOPROXY GOFLAGS GOTOOLCHAIN",
    "JAVA_HOME PYENV_ROOT VIRTUAL_ENV NVM_DIR VOLTA_HOME FNM_DIR ASDF_DIR ASDF_DATA_DIR",
    "npm_config_cache npm_config_offline npm_config_registry PLAYWRIGHT_BROWSERS_PATH",
    "LD_LIBRARY_PATH PKG_CONFIG_PATH NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR",
    "HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy",
  ].flatMap((names) => names.split(" ")),
);

const isAllowed = (name: string): boolean => ALLOWED_NAMES.has(name) || name.startsWith("LC_");

const withoutSecret = redactor([]);

/** The allow-listed part of `parent`, then `added` on top, unfiltered: the caller names those values itself. */
export function childEnvironment(parent: Environment, added: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = Object.entries(parent).filter(
    (entry): entry is [string, string] => isAllowed(entry[0]) && entry[1] !== undefined && isPublic(entry[1]),
  );
  return { ...Object.fromEntries(inherited), ...added };
}

const isPublic = (value: string): boolean => withoutSecret(value) === value;
