// Templates: Handlebars files of this repository become Markdown. The only file that knows Handlebars.
import { readFileSync } from "node:fs";
import Handlebars from "handlebars";
import { prose, proseCell } from "../domain/prose.ts";
import { quoteInline, quoteText } from "../domain/untrusted-text.ts";

export type Render = (template: string, view: object) => string;

/**
 * How a value may enter a template. There is no bare `{{value}}`: each one passes one of these, so that
 * nothing a person wrote can act in GitLab, whatever the author of the template forgot.
 */
const HELPERS = {
  /** Words of ours with values in them: everything that could act is put in a code span. */
  prose: (value: unknown) => prose(text(value)),
  /** The same in a cell of a table. */
  cell: (value: unknown) => proseCell(text(value)),
  /** One value in a code span. */
  code: (value: unknown) => quoteInline(text(value)),
  /** The same in a cell of a table. */
  codeCell: (value: unknown) => quoteText(text(value), "table-cell"),
  /** A text of somebody else, as a block. */
  quote: (value: unknown) => quoteText(text(value), "raw"),
  /** A URL that we made: only the characters of one, so that it can stand in `[…](…)`. */
  url: (value: unknown) => {
    const url = text(value);
    if (!/^https?:\/\/[\w.~:/?#[\]@!$&'*+,;=%-]+$/.test(url)) throw new Error("not a URL of ours");
    return url;
  },
  /** A mention that a policy names. */
  mention: (value: unknown) => {
    const mention = text(value);
    if (!/^@[\w./-]+$/.test(mention)) throw new Error("not a mention of a policy");
    return mention;
  },
} as const;
const BLOCKS = ["if", "unless", "each", "with"];

/** Renders `templates/<name>.md.hbs`; every template is checked and compiled once. Throws when the view lacks a value. */
export function templatesIn(directory: string): Render {
  const engine = Handlebars.create();
  for (const [name, helper] of Object.entries(HELPERS)) engine.registerHelper(name, helper);
  const compiled = new Map<string, HandlebarsTemplateDelegate>();
  return (template, view) => {
    let render = compiled.get(template);
    if (render === undefined) {
      const source = readFileSync(`${directory}/${template}.md.hbs`, "utf8");
      const faults = templateFaults(source);
      if (faults.length > 0) throw new Error(`${template}.md.hbs: ${faults.join("; ")}`);
      render = engine.compile(source, { strict: true, noEscape: true, knownHelpersOnly: false });
      compiled.set(template, render);
    }
    return tidy(render(view));
  };
}

/** What is wrong with a template: a value that passes no helper, a helper that does not exist, a partial. */
export function templateFaults(source: string): readonly string[] {
  const faults: string[] = [];
  walk(Handlebars.parse(source).body, faults);
  return faults;
}

function walk(body: readonly hbs.AST.Statement[], faults: string[]): void {
  for (const statement of body) {
    const at = `${statement.loc.start.line}:${statement.loc.start.column + 1}`;
    if (isMustache(statement)) {
      const name = pathName(statement.path);
      if (!Object.hasOwn(HELPERS, name))
        faults.push(`${at} {{${name}}} passes no helper (${Object.keys(HELPERS).join(", ")})`);
    } else if (isBlock(statement)) {
      const name = pathName(statement.path);
      if (!BLOCKS.includes(name))
        faults.push(`${at} {{#${name}}} is not one of ${BLOCKS.join(", ")}`);
      walk(statement.program.body, faults);
      if (statement.inverse) walk(statement.inverse.body, faults);
    } else if (statement.type !== "ContentStatement" && statement.type !== "CommentStatement") {
      faults.push(`${at} ${statement.type} is not allowed in a template`);
    }
  }
}

const isMustache = (node: hbs.AST.Statement): node is hbs.AST.MustacheStatement =>
  node.type === "MustacheStatement";
const isBlock = (node: hbs.AST.Statement): node is hbs.AST.BlockStatement =>
  node.type === "BlockStatement";
const pathName = (path: hbs.AST.Expression): string =>
  path.type === "PathExpression" ? (path as hbs.AST.PathExpression).original : path.type;

function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error("a template was given a value that is no text");
}

/** Conditionals leave empty lines behind: Markdown wants one, and a stable text wants always the same number. */
const tidy = (markdown: string): string => `${markdown.replace(/\n{3,}/g, "\n\n").trim()}\n`;
