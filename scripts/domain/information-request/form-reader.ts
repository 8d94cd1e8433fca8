// Takes single answers and lists out of a form, and collects what is wrong with them.
import type { Finding } from "../finding.ts";
import { cleanText } from "../text-hygiene.ts";
import type { Answer, Form } from "./form.ts";
import type { FormField } from "./form-labels.ts";
import { bareValue, isClear, isEverything, listItems, yesOrNo } from "./form-values.ts";
import { atLine, type IntakeRule, intakeFinding } from "./intake-findings.ts";

/** An answer that was read: `value` for the request, where it stands, and whether it was given at all. */
export type Given = { readonly line: number; readonly value: string };

/** Why a list's item is refused; null = it is fine. */
export type ItemFault = {
  readonly rule: IntakeRule;
  readonly what: string;
  readonly fix: string;
} | null;

/** Of one list, how many refused entries are named one by one. */
const MAX_SHOWN = 5;
/** What one comment can say and one author can read. */
const MAX_FINDINGS = 30;

/** Reads answers; every fault becomes a finding in `findings`, and the answer is left out. */
export class FormAnswers {
  readonly findings: Finding[] = [];
  readonly #form: Form;

  constructor(form: Form) {
    this.#form = form;
  }

  /** Whether the question stands in the form, answered or not. */
  asked(field: FormField): boolean {
    return this.#form.fields.has(field);
  }

  /** Whether any question at all has an answer. */
  get empty(): boolean {
    return [...this.#form.fields].every(([, answers]) => written(answers).length === 0);
  }

  /**
   * The one answer to a question, read by `read`; null when there is none or it is refused (then there is a finding).
   * The same answer twice is one answer; two different ones are none.
   */
  one<T>(field: FormField, read: (given: Given) => T | null, name: (value: T) => string): T | null {
    const values = new Map<string, T>();
    let refused = false;
    const answers = written(this.#form.fields.get(field) ?? []);
    for (const { line, text } of answers) {
      const value = read({ line, value: bareValue(text) });
      if (value === null) refused = true;
      else values.set(name(value), value);
    }
    if (values.size > 1) {
      const [first] = answers as unknown as [Answer];
      const where = answers.find(({ text }) => text !== first.text) as Answer;
      this.add(
        "unclear_form",
        atLine(where, `is a second answer to a question that line ${first.line} answers otherwise`),
        "keep one of the two answers",
      );
      return null;
    }
    return refused ? null : ([...values.values()][0] ?? null);
  }

  /** All lines of an answer as one line of at most 1,000 characters; empty when there is none. */
  text(field: FormField): string {
    const lines = written(this.#form.fields.get(field) ?? []).map(({ text }) => text);
    return cleanText(lines.join(" ")).replace(/\s+/g, " ").trim().slice(0, 1_000);
  }

  /** A yes-or-no; undefined when it is not answered. */
  yesNo(field: FormField): boolean | undefined {
    const answer = this.one(
      field,
      ({ line, value }) => {
        const meaning = isClear(value) ? yesOrNo(value) : null;
        if (meaning === null)
          this.add(
            "bad_value",
            atLine({ line, text: value }, "is neither yes nor no"),
            "answer yes or no",
          );
        return meaning;
      },
      String,
    );
    return answer ?? undefined;
  }

  /** A list without its repetitions; refused items leave a finding each. */
  list(
    field: FormField,
    read: (text: string) => string,
    judge: (item: string) => ItemFault,
  ): string[] {
    const items = new Set<string>();
    let refused = 0;
    for (const { line, text } of written(this.#form.fields.get(field) ?? [])) {
      for (const raw of listItems(text)) {
        const fault = judgeItem(raw, read(raw), judge);
        if (fault === null) items.add(read(raw));
        else if (++refused <= MAX_SHOWN)
          this.add(fault.rule, atLine({ line, text: raw }, fault.what), fault.fix);
      }
    }
    if (refused > MAX_SHOWN)
      this.add(
        "bad_value",
        `The same list has ${refused - MAX_SHOWN} more entries that were refused.`,
        "correct the first ones, and the others in the same way",
      );
    return [...items];
  }

  /** Keeps a finding; of very many the first ones, which hold the request back as well. */
  add(rule: IntakeRule, reason: string, fix: string): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push(intakeFinding(rule, reason, fix));
  }
}

/** Answers that say something: ticked boxes and text that is no placeholder. */
const written = (answers: readonly Answer[]): readonly Answer[] =>
  answers.filter(({ text, ticked }) => ticked !== false && bareValue(text) !== "");

function judgeItem(raw: string, item: string, judge: (item: string) => ItemFault): ItemFault {
  if (!isClear(raw))
    return {
      rule: "bad_value",
      what: "is too long or holds hidden characters",
      fix: "type it again by hand",
    };
  if (isEverything(raw))
    return {
      rule: "scope_too_broad",
      what: "asks for everything",
      fix: "name the groups, projects, users and events that matter, one on a line",
    };
  if (/^\/\w/.test(raw))
    return { rule: "bad_value", what: "is a command, not a value", fix: "delete the line" };
  return judge(item);
}
