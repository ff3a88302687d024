/**
 * What a success criterion asks ralph to look at itself, in English or French. Everything else is prose: tests decide
 * it where it speaks of code or numbers, a reader where it does not. Pure.
 *
 * | written                                          | looked at                                    |
 * |--------------------------------------------------|----------------------------------------------|
 * | `docs/x.md` exists, file docs/x.md exists        | the file or folder is there                  |
 * | `src/old.js` does not exist, is gone             | it is not                                    |
 * | `docs/x.md` contains `a text`                    | the file holds the text                      |
 * | `docs/x.md` does not contain `a text`            | it is there and does not                     |
 * | `a.js` is moved to `b.js`, `a.js` -> `b.js`      | the one is gone, the other has its content   |
 * | `npm run lint` passes, succeeds, exits with 0    | the command, run like a check                |
 */
import type { Criterion, Judge, Probe } from "../core/task.ts";

/** Lets a criterion be spelled with backticks or, where no word is in doubt, without. */
const CODE = "`([^`]+)`";
const PATH = "(?:`([^`]+)`|([\\w@.-]*[./][\\w@./-]*\\w))";
const END = "\\s*[.!]?$";
const THING = "(?:(?:the |le |la |l')?(?:file|folder|fichier|dossier) )?";

type ReadProbe = (texts: readonly string[]) => Probe | undefined;

const one =
  (kind: "exists" | "missing"): ReadProbe =>
  ([path = ""]) => ({ kind, path: plainPath(path) });

const RULES: readonly (readonly [pattern: RegExp, read: ReadProbe])[] = [
  [rule(`${THING}${PATH} (?:exists|is there|existe)`), one("exists")],
  [rule(`(?:file|fichier) (?:exists|existe) ?: ?${PATH}`), one("exists")],
  [
    rule(`${THING}${PATH} (?:does not exist|is gone|is (?:deleted|removed)|n'existe (?:plus|pas)|est supprim[ée])`),
    one("missing"),
  ],
  [
    rule(`${THING}${PATH} (?:contains|contient|holds) (?:the (?:text|line|marker) |le texte )?${CODE}`),
    ([path = "", text = ""]) => ({ kind: "contains", path: plainPath(path), text }),
  ],
  [
    rule(`${THING}${PATH} (?:does not contain|ne contient (?:pas|plus)) ${CODE}`),
    ([path = "", text = ""]) => ({ kind: "lacks", path: plainPath(path), text }),
  ],
  [
    rule(
      `${THING}${PATH} (?:is |has been |was |est )?(?:moved to|renamed to|d[ée]plac[ée] (?:vers|en)|renomm[ée] en|->|→) ${PATH}`,
    ),
    ([from = "", to = ""]) => ({ kind: "moved", from: plainPath(from), to: plainPath(to) }),
  ],
  [
    rule(`(?:the command |la commande )?${CODE} (?:passes|succeeds|exits with (?:code )?0|passe|r[ée]ussit)`),
    ([command = ""]) => (command.includes(" ") ? { kind: "command", command } : undefined),
  ],
];

function rule(pattern: string): RegExp {
  return new RegExp(`^${pattern}${END}`, "i");
}

const plainPath = (path: string): string =>
  path
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "")
    .replace(/\/+$/, "");

/** `(review)` and `(test)` at the end say who judges, whatever the words are. */
const SAID: readonly (readonly [mark: RegExp, judge: Judge])[] = [
  [/\((?:review|verifier|relecture)\)\s*\.?$/i, "reader"],
  [/\((?:tests?)\)\s*\.?$/i, "tests"],
];
/** Words of code, numbers and tests: what a test can decide. */
const TESTABLE = /`[^`]+`|\d|\btests?\b|\b\w+\(\)/i;

/** @param text the list item in one line, without its checkbox */
export function readCriterion(text: string, checked: boolean): Criterion {
  const probe = probeOf(text);
  if (probe !== undefined) return { text, checked, judge: "ralph", probe };
  const said = SAID.find(([mark]) => mark.test(text))?.[1];
  return { text, checked, judge: said ?? (TESTABLE.test(text) ? "tests" : "reader") };
}

function probeOf(text: string): Probe | undefined {
  const plain = text.normalize("NFC").replace(/\s+/g, " ").trim();
  for (const [pattern, read] of RULES) {
    const match = pattern.exec(plain);
    // Of each place that may be written in two ways, the one that was.
    if (match !== null) return read(match.slice(1).filter((part) => part !== undefined));
  }
  return undefined;
}
