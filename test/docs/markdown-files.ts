// Reads the documents of the repository: their files, their links and their tables.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");
/** Not documents of ours: what is installed or generated, forms that GitLab shows elsewhere, and test data. */
const SKIPPED = new Set(["node_modules", "coverage", "dive", "cases", "log-samples"]);

/** Paths of all Markdown documents, relative to the repository. */
export function markdownFiles(directory = ROOT): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) return [];
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return markdownFiles(path);
    return entry.name.endsWith(".md") ? [relative(ROOT, path)] : [];
  });
}

export const readDocument = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Targets of inline links, outside of code. */
export function linksOf(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
}

/** The cells of one column of every table that has a column of this name, one row after the other. */
export function columnOf(markdown: string, column: string): readonly string[] {
  const cells: string[] = [];
  let index = -1;
  for (const line of markdown.split("\n")) {
    if (!line.startsWith("|")) {
      index = -1;
      continue;
    }
    const row = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (index === -1) {
      index = row.indexOf(column);
      if (index === -1) index = -2;
      continue;
    }
    const cell = row[index];
    if (cell !== undefined && !/^[-: ]+$/.test(cell)) cells.push(cell);
  }
  return cells;
}

/** The words in code spans. */
export const codeWords = (texts: readonly string[]): readonly string[] =>
  texts.flatMap((text) => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""));
