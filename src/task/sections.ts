/** The sections of a task file that ralph knows, in English or French, and what is listed in them. */
import type { InlineCode, ListItem, Nodes, RootContent } from "mdast";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";
import { fold } from "./words.ts";

type SectionName = "criteria" | "actions" | "files" | "checks" | "notes";

/** What stands under the headings of each name, deeper headings included. */
export type Sections = Readonly<Record<SectionName, readonly RootContent[]>>;

const HEADINGS: Readonly<Record<SectionName, RegExp>> = {
  criteria: /^(?:success|acceptance) criteria\b|^criteres (?:de succes|d.acceptation)\b/,
  actions: /^(?:actions|steps|etapes)\W*$/,
  files: /^(?:files|fichiers)\b/,
  checks: /^(?:checks|verifications|controles)\W*$/,
  notes: /^(?:technical notes|notes techniques|notes)\W*$/,
};

const SECTION_NAMES = Object.keys(HEADINGS) as SectionName[];
const parser = unified().use(remarkParse).use(remarkGfm);

export function readSections(markdown: string): Sections {
  const sections: Record<SectionName, RootContent[]> = { criteria: [], actions: [], files: [], checks: [], notes: [] };
  let name: SectionName | undefined;
  let depth = 0;
  for (const node of parser.parse(markdown).children) {
    const isInside = node.type !== "heading" || (name !== undefined && node.depth > depth);
    if (isInside) {
      if (name !== undefined) sections[name].push(node);
      continue;
    }
    name = sectionNamed(sourceOf(markdown, node));
    depth = node.depth;
  }
  return sections;
}

function sectionNamed(heading: string): SectionName | undefined {
  const words = fold(heading).replace(/^[^a-z]+/, "");
  return SECTION_NAMES.find((name) => HEADINGS[name].test(words));
}

/** The markdown from the first node to the last. */
export function textOf(markdown: string, nodes: readonly RootContent[]): string {
  return markdown.slice(nodes[0]?.position?.start.offset ?? 0, nodes.at(-1)?.position?.end.offset ?? 0);
}

const sourceOf = (markdown: string, node: RootContent): string => textOf(markdown, [node]);

/** Items of the lists among `nodes`, not those of lists inside them. */
export const itemsOf = (nodes: readonly RootContent[]): readonly ListItem[] =>
  nodes.flatMap((node) => (node.type === "list" ? node.children : []));

/** All items at any depth. */
export const allItemsOf = (nodes: readonly RootContent[]): readonly ListItem[] =>
  nodes.flatMap(within).filter((node) => node.type === "listItem");

/** An item's first paragraph as one line. */
export function headOf(markdown: string, item: ListItem): string {
  const paragraph = item.children.find((node) => node.type === "paragraph");
  const text = paragraph === undefined ? "" : sourceOf(markdown, paragraph);
  return text.replace(CHECKBOX, "").replace(/\s+/g, " ").trim();
}

/** The whole item, its lines moved left by its indentation. */
export function wholeOf(markdown: string, item: ListItem): string {
  const indent = Math.max((item.children[0]?.position?.start.column ?? 1) - 1, 1);
  const text = textOf(markdown, item.children).replace(CHECKBOX, "");
  return text.replace(new RegExp(`\\n {1,${indent}}`, "g"), "\n");
}

/** Before plain text the parser takes it out of the paragraph, before code it does not. */
const CHECKBOX = /^\[[ x]\]\s+/i;

/** The first code of each line, and each line of a code block; a comment is no command. */
export function commandsOf(nodes: readonly RootContent[]): readonly string[] {
  const lines = new Set<number | undefined>();
  const isFirstOfLine = ({ position }: InlineCode) =>
    !lines.has(position?.start.line) && lines.add(position?.start.line);
  const commands = nodes.flatMap(within).flatMap((node) => {
    if (node.type === "code") return linesOfCode(node.value);
    return node.type === "inlineCode" && isFirstOfLine(node) ? [node.value.trim()] : [];
  });
  return [...new Set(commands)];
}

const linesOfCode = (code: string): readonly string[] =>
  code
    .replace(/\\\r?\n\s*/g, "")
    .split(/\r?\n/)
    .map((line) => line.trim().replace(/^\$ /, ""))
    .filter((line) => line !== "" && !line.startsWith("#"));

/** The node and all below it, in the order of the text. */
const within = (node: Nodes): readonly Nodes[] => [node, ...("children" in node ? node.children.flatMap(within) : [])];
