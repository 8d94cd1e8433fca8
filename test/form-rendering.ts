// Fills in the form of an information request in the ways that people do, for tests.
import { readFileSync } from "node:fs";

export type Fields = {
  readonly account: string | null;
  readonly claimed_plan?: string | null;
  readonly deployment?: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly resources: {
    readonly groups: readonly string[];
    readonly projects: readonly string[];
    readonly users: readonly string[];
  } | null;
  readonly event_types: readonly string[] | null;
  readonly log_kinds?: readonly string[] | null;
  readonly personal_data_needed?: boolean | string | null;
  readonly complex?: boolean | string | null;
  readonly exception_requested?: boolean | string | null;
  readonly audit_events_checked?: boolean | string | null;
  readonly self_serve_insufficient?: string | null;
  readonly lane?: string | null;
  readonly cost_accepted?: boolean | string | null;
  readonly ticket?: string | null;
  readonly customer_contact_in_issue?: boolean | string | null;
};

/** How the form was filled in; every key that is left out means: as the template has it. */
export type Rendering = {
  readonly newline?: string;
  readonly trailing_spaces?: number;
  readonly indent?: number;
  readonly order?: "reversed";
  readonly duplicate?: string;
  readonly second_value?: string;
  readonly tick_contradiction?: string;
  readonly labels_language?: string;
  readonly untouched_template?: boolean;
  readonly style?:
    | "template"
    | "bold"
    | "bold-line"
    | "plain"
    | "keys"
    | "table"
    | "list"
    | "underlined"
    | "deep-headings";
  readonly quoted?: boolean;
  readonly tabs?: boolean;
  readonly comments?: "kept" | "dropped" | "around";
  readonly code?: "spans" | "fence";
  readonly list?: "dashes" | "commas" | "numbers" | "stars" | "brackets";
  readonly urls?: boolean;
  readonly at?: boolean;
  readonly blank_lines?: number;
  readonly no_final_newline?: boolean;
  readonly capitals?: boolean;
};

type Section = { readonly key: string; readonly label: string; readonly comment: string };

const TEMPLATE = readFileSync(".gitlab/issue_templates/information_request.md", "utf8");
const KEYS: Readonly<Record<string, string>> = {
  Account: "account",
  Plan: "claimed_plan",
  Deployment: "deployment",
  "Time window": "window",
  Groups: "groups",
  Projects: "projects",
  Users: "users",
  "Event types": "event_types",
  "Log sources": "log_kinds",
  "Personal data needed": "personal_data_needed",
  Complex: "complex",
  "Audit Events checked": "audit_events_checked",
  "Why the Audit Events are not enough": "self_serve_insufficient",
  "Kind of answer": "lane",
  "Cost accepted": "cost_accepted",
  "Exception requested": "exception_requested",
  "Exception reason": "exception_reason",
  "Customer contact in issue": "customer_contact_in_issue",
  Ticket: "ticket",
  "Anything else": "free_text",
};
const JAPANESE: Readonly<Record<string, string>> = {
  Account: "アカウント",
  Plan: "プラン",
  Deployment: "デプロイ",
  "Time window": "期間",
  From: "開始",
  To: "終了",
  Groups: "グループ",
  Projects: "プロジェクト",
  Users: "ユーザー",
  "Event types": "イベント",
  "Log sources": "ログ",
  "Personal data needed": "個人データ",
  Complex: "複雑",
  "Audit Events checked": "監査",
  "Why the Audit Events are not enough": "監査の不足",
  "Kind of answer": "回答",
  "Cost accepted": "費用",
  "Exception requested": "例外",
  "Exception reason": "理由",
  "Customer contact in issue": "連絡先",
  Ticket: "チケット",
  "Anything else": "その他",
};

/** The template's sections, its opening lines and its closing commands. */
function readTemplate(): { opening: string; sections: Section[]; closing: string } {
  const [opening = "", ...parts] = TEMPLATE.split(/^## /m);
  const sections = parts.map((part) => {
    const label = part.slice(0, part.indexOf("\n"));
    const comment = /<!--[\s\S]*?-->/.exec(part)?.[0] ?? "";
    return { key: KEYS[label] as string, label, comment };
  });
  return { opening, sections, closing: TEMPLATE.slice(TEMPLATE.indexOf("\n/confidential")) };
}

/** The text of an issue whose author filled in the template with `fields` in the given way. */
export function renderForm(fields: Fields, freeText = "", how: Rendering = {}): string {
  if (how.untouched_template) return TEMPLATE;
  const { opening, sections, closing } = readTemplate();
  const parts = sections.flatMap((section) => renderSection(section, fields, freeText, how));
  if (how.order === "reversed") parts.reverse();
  const gap = "\n".repeat(how.blank_lines ?? 1);
  const body = parts.map((part) => part.trimEnd()).join(`\n${gap}`);
  const head = how.comments === "dropped" ? opening.split("\n")[0] : opening.trimEnd();
  return finish(`${head}\n\n${body}\n${closing}`, how);
}

function finish(text: string, how: Rendering): string {
  const lines = text.split("\n").map((line) => {
    const indented = line === "" ? "" : `${how.tabs ? "\t" : " ".repeat(how.indent ?? 0)}${line}`;
    const quoted = how.quoted ? `> ${indented}` : indented;
    return `${quoted}${" ".repeat(how.trailing_spaces ?? 0)}`;
  });
  const whole = lines.join(how.newline ?? "\n");
  return how.no_final_newline ? whole.trimEnd() : whole;
}

function renderSection(
  section: Section,
  fields: Fields,
  freeText: string,
  how: Rendering,
): string[] {
  const value = answerOf(section.key, fields, freeText, how);
  const once = layOut(section, value, how);
  if (how.duplicate !== section.key) return [once];
  const second = how.second_value === "same" ? value : [String(how.second_value)];
  return [once, layOut(section, second, how)];
}

/** The lines of an answer; null leaves out the lines of the window's ends. */
function answerOf(key: string, fields: Fields, freeText: string, how: Rendering): string[] {
  const { resources } = fields;
  switch (key) {
    case "window": {
      const ends = [
        ["From", fields.from],
        ["To", fields.to],
      ] as const;
      return ends.flatMap(([label, end]) =>
        end === null ? [] : [`${labelled(label, how)}: ${code(end, how)}`],
      );
    }
    case "groups":
      return list(
        (resources?.groups ?? []).map((path) => url(path, how)),
        how,
      );
    case "projects":
      return list(
        (resources?.projects ?? []).map((path) => url(path, how)),
        how,
      );
    case "users":
      return list(
        (resources?.users ?? []).map((name) => (how.at ? `@${name}` : name)),
        how,
      );
    case "event_types":
      return list(fields.event_types ?? [], how);
    case "log_kinds":
      return list(fields.log_kinds ?? [], how);
    case "deployment":
      return boxes(key, ["GitLab.com", "Self-managed", "GitLab Dedicated"], fields.deployment, how);
    case "claimed_plan":
      return boxes(key, ["Premium", "Ultimate"], fields.claimed_plan, how);
    case "personal_data_needed":
    case "complex":
    case "audit_events_checked":
    case "cost_accepted":
    case "exception_requested":
    case "customer_contact_in_issue":
      return boxes(key, ["Yes", "No"], yesNo(fields[key]), how);
    case "lane":
      return boxes(key, ["Rows", "Counts"], fields.lane, how);
    case "free_text":
      return freeText === "" ? [] : [freeText];
    case "account":
      return given(fields.account).map((path) => code(url(path, how), how));
    case "ticket":
    case "self_serve_insufficient":
      return given(fields[key]);
    default:
      return [];
  }
}

const given = (value: string | null | undefined): string[] =>
  value === null || value === undefined || value === "" ? [] : [value];

function yesNo(value: boolean | string | null | undefined): string | null {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return value ?? null;
}

function boxes(
  key: string,
  options: readonly string[],
  chosen: string | null | undefined,
  how: Rendering,
): string[] {
  const plain =
    how.style !== undefined && !["template", "deep-headings", "bold-line"].includes(how.style);
  const both = how.tick_contradiction === key;
  if (plain) return both ? [...options] : given(chosen);
  const match = options.find((option) => option.toLowerCase() === chosen?.toLowerCase());
  if (match === undefined && chosen) return [chosen];
  return options.map(
    (option, at) => `- [${option === match || (both && at < 2) ? "x" : " "}] ${option}`,
  );
}

const code = (value: string, how: Rendering): string =>
  how.code === "spans" ? `\`${value}\`` : value;
const url = (path: string, how: Rendering): string =>
  how.urls ? `https://gitlab.com/${path}` : path;

function list(items: readonly string[], how: Rendering): string[] {
  const shown = items.map((item) => code(item, how));
  if (items.length === 0) return [];
  switch (how.list) {
    case "commas":
      return [shown.join(", ")];
    case "brackets":
      return [`[${shown.join(", ")}]`];
    case "numbers":
      return shown.map((item, at) => `${at + 1}. ${item}`);
    case "stars":
      return shown.map((item) => `* ${item}`);
    case "dashes":
      return shown.map((item) => `- ${item}`);
    default:
      return how.code === "fence" ? ["```", ...shown, "```"] : [...shown];
  }
}

function labelled(label: string, how: Rendering): string {
  const word = how.labels_language === "ja" ? (JAPANESE[label] ?? label) : label;
  return how.capitals ? word.toUpperCase() : word;
}

function layOut(
  { key, label, comment }: Section,
  lines: readonly string[],
  how: Rendering,
): string {
  const name = labelled(label, how);
  const note = how.comments === "dropped" || comment === "" ? [] : [comment];
  const answer = how.comments === "around" ? lines.map((line) => `<!-- here: --> ${line}`) : lines;
  switch (how.style) {
    case "bold":
      return [
        `**${name}:** ${answer.length === 1 ? answer[0] : ""}`,
        ...(answer.length === 1 ? [] : answer),
      ].join("\n");
    case "bold-line":
      return [`**${name}**`, ...note, ...answer].join("\n");
    case "plain":
      return [
        `${name}: ${answer.length === 1 ? answer[0] : ""}`,
        ...(answer.length === 1 ? [] : answer),
      ].join("\n");
    case "keys":
      return [
        `${key}: ${answer.length === 1 ? answer[0] : ""}`,
        ...(answer.length === 1 ? [] : answer),
      ].join("\n");
    case "list":
      return [
        `- **${name}**: ${answer.length === 1 ? answer[0] : ""}`,
        ...(answer.length === 1 ? [] : answer.map((line) => `  ${line}`)),
      ].join("\n");
    case "table":
      return tableRows(name, key, answer);
    case "underlined":
      return [name, "-".repeat(name.length), ...note, ...answer].join("\n");
    case "deep-headings":
      return [`#### ${name} ####`, ...note, ...answer].join("\n");
    default:
      return [`## ${name}`, ...note, ...answer].join("\n");
  }
}

function tableRows(name: string, key: string, answer: readonly string[]): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", "<br>");
  const head = "| Question | Answer |\n| --- | --- |\n";
  if (key !== "window") return `${head}| ${name} | ${answer.map(cell).join("<br>")} |`;
  return `${head}${answer.map((line) => `| ${line.replace(": ", " | ")} |`).join("\n")}`;
}
