/** People write task files in English or French, with or without accents. */

/** Lower case, no accents, single blanks: `Critères de  succès` and `criteres de succes` are one word. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  const plain = NOT_ASCII.test(lower) ? lower.normalize("NFD").replace(/\p{M}+/gu, "") : lower;
  return plain.replace(/\s+/g, " ").trim();
}

const NOT_ASCII = /[^\p{ASCII}]/u;
const NONE = new Set(["", "-", "none", "nothing", "no", "n/a", "aucun", "aucune", "rien", "neant"]);

export const isNone = (text: string): boolean => NONE.has(fold(text).replace(/\.$/, ""));
