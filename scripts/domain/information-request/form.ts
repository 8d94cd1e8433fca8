// Reads an issue's text as the form: which answer stands where. Tolerant in reading; what it means is judged elsewhere.
import { type FormField, fieldNamed, type Label, type LabelRank, labelOf } from "./form-labels.ts";
import { type FormLine, MAX_FORM, visibleLines } from "./form-lines.ts";

/** One piece of an answer as written. `ticked`: a check box, ticked or not; null = plain text. */
export type Answer = {
  readonly line: number;
  readonly text: string;
  readonly ticked: boolean | null;
};
/** Something about the form itself that makes it unclear what was meant. */
type FormProblem = {
  readonly line: number;
  readonly text: string;
  readonly message: string;
};
export type Form = {
  /** Answers by question, in order; a question that was asked and left empty has an empty list. */
  readonly fields: ReadonlyMap<FormField, readonly Answer[]>;
  readonly problems: readonly FormProblem[];
  /** The first line that belongs to no question, if any. */
  readonly stray: FormProblem | null;
};

const RANK: Readonly<Record<LabelRank, number>> = { plain: 1, bold: 2, heading: 3 };
/** More pieces than any form needs; the rest of such an answer is not read, and its reader refuses the count. */
const MAX_ANSWERS = 1_000;
/** What the template itself ends with; GitLab takes these lines out when it runs them. */
const OWN_COMMANDS = new Set(["/confidential", '/label ~"information-request"']);

type Section = { field: FormField | null; rank: LabelRank; inline: boolean };

/**
 * Finds the answers under headings, bold or plain labels, in lists, check boxes, tables and fences, quoted or not,
 * in any order. Pure reading: `@user`, URLs and dates are still text.
 */
export function parseForm(markdown: string): Form {
  const reader = new FormReader();
  if (markdown.length > MAX_FORM) {
    const message = `the text has ${markdown.length} characters, at most ${MAX_FORM} are read`;
    return { fields: new Map(), problems: [{ line: 1, text: "", message }], stray: null };
  }
  const lines = visibleLines(markdown);
  lines.forEach((line, at) => {
    reader.read(line, lines[at + 1]);
  });
  return reader.form();
}

class FormReader {
  readonly #fields = new Map<FormField, Answer[]>();
  readonly #problems: FormProblem[] = [];
  #stray: FormProblem | null = null;
  #section: Section | null = null;
  /** Below a list item, indented lines belong to it and are no code. */
  #inList = false;

  read(line: FormLine, next: FormLine | undefined): void {
    if (line.text === "") {
      // A value on the label's own line ends with its paragraph.
      if (this.#section?.inline === true) this.#section = null;
      return;
    }
    if (line.indent < 2) this.#inList = false;
    if (line.indent < 4 && withoutListMark(line.text) !== line.text) this.#inList = true;
    if (OWN_COMMANDS.has(line.text)) return;
    if (this.#inFreeText(line, next)) return;
    if (line.torn)
      this.#problem(line, "a carriage return stands inside this line: where it ends is not clear");
    if (/^<\/?(?:details|summary)\b/i.test(line.text))
      this.#problem(line, "parts of the form are folded away");
    if (line.code) this.#value(line, line.text, null);
    else if (line.text.startsWith("|")) this.#row(line, next);
    else if (!this.#label(line, next)) this.#item(line);
  }

  form(): Form {
    return { fields: this.#fields, problems: this.#problems, stray: this.#stray };
  }

  /** Free text ends only at a label that is set as strongly as its own. */
  #inFreeText(line: FormLine, next: FormLine | undefined): boolean {
    if (this.#section?.field !== "free_text") return false;
    const label = line.code || line.indent >= 4 ? null : labelAt(line, next);
    const ends =
      label !== null && label.field !== null && RANK[label.rank] >= RANK[this.#section.rank];
    return !ends && !(line.text.startsWith("|") && this.#section.rank === "plain");
  }

  #label(line: FormLine, next: FormLine | undefined): boolean {
    const text = withoutListMark(line.text);
    if (isBox(text)) return false;
    const label = labelAt(line, next);
    if (label === null) return false;
    if (line.indent >= 4 && !this.#inList) {
      this.#problem(line, "this label is indented by four or more, which makes it code");
      return true;
    }
    this.#open(label, line);
    return true;
  }

  #open({ field, rank, value }: Label, line: FormLine): void {
    const given = withoutListMark(value.trim());
    this.#section = { field, rank, inline: given !== "" && rank !== "heading" };
    if (field === null) this.#note(line);
    else if (!this.#fields.has(field)) this.#fields.set(field, []);
    if (given !== "") this.#value(line, given, null);
  }

  /** A list item, a check box or a line of text. */
  #item(line: FormLine): void {
    const text = withoutListMark(line.text);
    const box = /^\[([ xX~])\][ \t]+(.*)$/.exec(text);
    if (box === null) {
      if (!/^(?:=+|-{2,}|\*{3,}|_{3,})$/.test(text)) this.#value(line, text, null);
      return;
    }
    const ticked = box[1] !== " ";
    const asked = fieldNamed(String(box[2]));
    if (asked === null || !isSwitch(asked)) this.#value(line, String(box[2]), ticked);
    else this.#add(asked, { line: line.line, text: ticked ? "yes" : "no", ticked: null });
  }

  /** `| Account | acme-corp |`; a header row and the row of dashes say nothing. */
  #row(line: FormLine, next: FormLine | undefined): void {
    const cells = line.text
      .replace(/^\||\|$/g, "")
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll("\\|", "|"));
    if (cells.every((cell) => /^:?-*:?$/.test(cell))) return;
    const field = fieldNamed(String(cells[0]));
    if (field !== null && cells.length > 1) {
      this.#open({ field, rank: "plain", value: "" }, line);
      const values = cells.slice(1).flatMap((cell) => cell.split(/<br ?\/?>/i));
      for (const cell of values.map((part) => withoutListMark(part.trim())))
        if (cell !== "") this.#value(line, cell, null);
      this.#section = null;
    } else if (cells.length === 1) {
      if (!isDashes(next)) this.#value(line, String(cells[0]), null);
    } else if (!isDashes(next)) this.#note(line);
  }

  #value(line: FormLine, text: string, ticked: boolean | null): void {
    const field = this.#section?.field ?? null;
    if (field === null) this.#note(line);
    else this.#add(field, { line: line.line, text, ticked });
  }

  #add(field: FormField, answer: Answer): void {
    const answers = this.#fields.get(field) ?? [];
    if (answers.length <= MAX_ANSWERS) answers.push(answer);
    this.#fields.set(field, answers);
  }

  #problem({ line, text }: FormLine, message: string): void {
    if (this.#problems.length < MAX_ANSWERS) this.#problems.push({ line, text, message });
  }

  #note({ line, text }: FormLine): void {
    this.#stray ??= { line, text, message: "this line belongs to no question of the form" };
  }
}

const isBox = (text: string): boolean => /^\[[ xX~]\][ \t]/.test(text);
const withoutListMark = (text: string): string => text.replace(/^(?:[-*+]|\d{1,3}[.)])[ \t]+/, "");
const isDashes = (line: FormLine | undefined): boolean =>
  line !== undefined && /^\|?[ :|-]*-[ :|-]*\|?$/.test(line.text);

const labelAt = (line: FormLine, next: FormLine | undefined): Label | null =>
  underlined(line, next) ?? labelOf(withoutListMark(line.text));

/** A heading by a line of `=` or `-` under it. */
function underlined(line: FormLine, next: FormLine | undefined): Label | null {
  if (next === undefined || !/^(?:=+|-+)$/.test(next.text)) return null;
  const field = line.text.length > 100 ? null : fieldNamed(line.text);
  return field === null ? null : { field, rank: "heading", value: "" };
}

/** Questions whose own words may stand at a check box. */
const isSwitch = (field: FormField): boolean =>
  [
    "personal_data_needed",
    "complex",
    "exception_requested",
    "audit_events_checked",
    "cost_accepted",
    "customer_contact_in_issue",
  ].includes(field);
