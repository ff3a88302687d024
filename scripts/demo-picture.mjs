#!/usr/bin/env node
/** Draws docs/demo.svg: what `ralph demo` prints, as a terminal shows it. Run it when the demo changes. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const COLUMNS = 108;
const [CHARACTER, LINE, MARGIN] = [7.8, 18, 16];
const COLOURS = [
  [/COMPLETE|: complete|red proved|landed on/, "#7ee787"],
  [/refused|retry|failed|BLOCKED/, "#ff7b72"],
  [/answered in/, "#79c0ff"],
];

const text = execFileSync(process.execPath, [`${root}dist/cli.js`, "demo"], { encoding: "utf8" });
const lines = ["$ npm ci && npm run demo", ...text.slice(0, text.indexOf("\nThe commits")).split("\n")].map(shorten);
const width = MARGIN * 2 + COLUMNS * CHARACTER;
const height = MARGIN * 2 + lines.length * LINE;

const rows = lines.map((line, index) => {
  const colour = COLOURS.find(([pattern]) => pattern.test(line))?.[1] ?? "#c9d1d9";
  const y = MARGIN + (index + 0.75) * LINE;
  return `<text x="${MARGIN}" y="${y}" fill="${colour}" xml:space="preserve">${escapeXml(line)}</text>`;
});

writeFileSync(
  `${root}docs/demo.svg`,
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13">
<title>What ralph demo prints</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${rows.join("\n")}
</svg>
`,
);

function shorten(line) {
  return line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line;
}

function escapeXml(line) {
  return line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
