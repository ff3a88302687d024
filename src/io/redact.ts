/**
 * Takes secrets out of text before it reaches a log, a prompt, an event or a person's terminal.
 * Two nets: values that the environment says are secret, and the shapes that well-known tokens have. Pure.
 */

export type Redact = (text: string) => string;

const REDACTED = "[redacted]";

/** A shorter value ("test", "1234") is found in ordinary words and would make output unreadable. */
const MINIMUM_SECRET_LENGTH = 8;

const SECRET_NAME =
  /(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASS|PWD|CREDENTIALS?|AUTH|DSN|DATABASE_URL)(?:_|$)/i;

/** Names that only look secret: paths and switches, whose values are in every log. */
const PUBLIC_NAME = /^(?:PWD|OLDPWD|SSH_AUTH_SOCK)$|_(?:FILE|PATH|DIR|SOCK)$/i;

interface Shape {
  readonly pattern: RegExp;
  /** `$1` and `$2` keep what tells a reader which secret it was. */
  readonly replacement: string;
}

const SHAPES: readonly Shape[] = [
  {
    // Only what a key's body is made of, quoted or numbered: code that merely looks for one stays.
    pattern:
      /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(?:(?:[A-Za-z0-9+/=\s\\:;,.|"'`]|-(?!----))*-----END \1-----|(?:(?:\\[nr]|[\s\d|"'`+-]){0,20}[A-Za-z0-9+/=]{16,})+)/g,
    replacement: `-----BEGIN $1----- ${REDACTED}`,
  },
  // A URL's authority reaches to its last @: people write one in a password, too.
  { pattern: /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/:@'"]*:[^\s/'"]+@/gi, replacement: `$1${REDACTED}@` },
  { pattern: /\b(Bearer|Basic)([ \t]+)[A-Za-z0-9._~+/-]{16,}=*/gi, replacement: `$1$2${REDACTED}` },
  { pattern: /\bsk-[A-Za-z0-9_-]{16,}/g, replacement: REDACTED },
  { pattern: /\bgh[pousr]_[A-Za-z0-9]{20,}/g, replacement: REDACTED },
  { pattern: /\bgithub_pat_[A-Za-z0-9_]{20,}/g, replacement: REDACTED },
  { pattern: /\bglpat-[A-Za-z0-9_-]{16,}/g, replacement: REDACTED },
  { pattern: /\bnpm_[A-Za-z0-9]{30,}/g, replacement: REDACTED },
  { pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g, replacement: REDACTED },
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, replacement: REDACTED },
  { pattern: /\bAIza[A-Za-z0-9_-]{30,}/g, replacement: REDACTED },
  { pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g, replacement: REDACTED },
];

/** The values of variables whose names say that they are secret. */
export function secretsOf(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(environment)
    .filter(([name]) => SECRET_NAME.test(name) && !PUBLIC_NAME.test(name))
    .map(([, value]) => value?.trim() ?? "")
    .filter((value) => value.length >= MINIMUM_SECRET_LENGTH);
}

/** A value as it is, and as JSON, a URL and base64 write it; the padding at the end of base64 tells nothing. */
const spellings = (value: string): readonly string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value),
  ...(["base64", "base64url"] as const).map((encoding) => Buffer.from(value).toString(encoding).replace(/=+$/, "")),
];

/** A function that puts `[redacted]` in place of `secrets` (values of at least 8 characters, in any spelling) and of token shapes. */
export function redactor(secrets: readonly string[]): Redact {
  // Longest first: a secret that contains another one must not be cut in two.
  const long = secrets.filter((secret) => secret.length >= MINIMUM_SECRET_LENGTH);
  const values = [...new Set(long.flatMap(spellings))].sort((a, b) => b.length - a.length);

  return (text) => {
    const withoutValues = values.reduce((rest, value) => rest.replaceAll(value, REDACTED), text);
    return SHAPES.reduce((rest, shape) => rest.replace(shape.pattern, shape.replacement), withoutValues);
  };
}
