// `seclog redact`: what may leave of log lines on standard input, offline.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadLogProfiles } from "../adapters/log-profiles.ts";
import { lineSplitter, type RawLine } from "../adapters/log-stores/line-splitter.ts";
import { POLICY_FOLDER } from "../adapters/policy-path.ts";
import { masterKey, pseudonymsFor } from "../adapters/pseudonym.ts";
import { explainIssues } from "../domain/fault.ts";
import {
  type LineContext,
  type LineResult,
  redactLine,
} from "../domain/information-request/line-redaction.ts";
import { canonicalInstant } from "../domain/information-request/log-dive-time.ts";
import type { Released } from "../domain/information-request/redaction-result.ts";
import { emptyLedger } from "../domain/information-request/removed-ledger.ts";
import { Scope } from "../domain/information-request/scope.ts";
import type { LogProfile } from "../domain/log-profile.ts";
import { type Command, EXIT, type Terminal } from "./command.ts";

const KEY_FILE = join(".seclog", "pseudonym.key");

export const command: Command = {
  name: "redact",
  usage: "--scope SCOPE.json [--profile NAME] < ROWS",
  help: `
Reads log lines, keeps those that the scope allows, and writes what the customer may see of them, one JSON object a
line with sorted keys. The counts go to standard error; nothing of a line that was not released is ever shown.

--scope SCOPE.json  what the request may see, with the ids of the inventory
--profile NAME      the log source of every line; without it each line's own log_source, else application
--json              one JSON object instead: rows, counts, reasons, and the verdict of each line

User names and addresses become pseudonyms, the same on every run with the same key: SECLOG_PSEUDONYM_KEY, else a
random key kept in ${KEY_FILE}.

Exit codes: 0 every line was released, 1 something was dropped, quarantined or withheld, 2 bad input.
Example: seclog redact --scope scope.json < application_json.log`,
  options: {
    scope: { type: "string" },
    profile: { type: "string" },
    policies: { type: "string" },
  },
  run: async (terminal, values, positionals) => {
    const given = (name: string): string | undefined =>
      typeof values[name] === "string" ? values[name] : undefined;
    const profiles = await loadLogProfiles(given("policies") ?? POLICY_FOLDER);
    const input = await readInput(given("scope"), given("profile"), positionals, profiles);
    if ("faults" in input) {
      terminal.complain(`seclog redact: nothing was read.\n${lines(input.faults)}`);
      return EXIT.badInput;
    }
    const key = await masterKey(terminal.env["SECLOG_PSEUDONYM_KEY"] || undefined, KEY_FILE);
    const { pseudonym } = pseudonymsFor(key, input.scope.request_id);
    const context = { ...input, profiles, pseudonym, ledger: emptyLedger() };
    const report = await redactAll(terminal, context, values["json"] === true);
    terminal.complain(`${summaryOf(report)}\n`);
    return report.released === report.scanned ? EXIT.done : EXIT.failed;
  },
};

type Input = Pick<LineContext, "scope" | "source">;

async function readInput(
  scopeFile: string | undefined,
  profile: string | undefined,
  positionals: readonly string[],
  profiles: ReadonlyMap<string, LogProfile>,
): Promise<Input | { readonly faults: readonly string[] }> {
  const scope = await readScope(scopeFile);
  const faults = [...scope.faults];
  if (positionals.length > 0) faults.push("rows are read from standard input: write < FILE");
  if (profile !== undefined && !profiles.has(profile)) {
    faults.push(
      `--profile has no profile of that name; use one of ${[...profiles.keys()].join(", ")}`,
    );
  }
  return scope.value === null || faults.length > 0
    ? { faults }
    : { scope: scope.value, source: profile ?? null };
}

type ScopeRead = { readonly value: Scope | null; readonly faults: readonly string[] };

async function readScope(file: string | undefined): Promise<ScopeRead> {
  const fault = (...faults: readonly string[]): ScopeRead => ({ value: null, faults });
  if (file === undefined) return fault("--scope is missing: name the JSON file of the scope");
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const what = error instanceof SyntaxError ? "is not JSON" : "cannot be read";
    return fault(`${file} ${what}; write the scope as one JSON object`);
  }
  const parsed = Scope.safeParse(json);
  if (!parsed.success) {
    const complaints = explainIssues(Scope, json, parsed.error.issues);
    return fault(
      ...complaints.map(({ key, message, fix }) =>
        [`${file} ${key} ${message}`, ...(fix === undefined ? [] : [fix])].join("; "),
      ),
    );
  }
  const { from, to } = parsed.data.window;
  const [start, end] = [canonicalInstant(from), canonicalInstant(to)];
  return start === null || end === null || start >= end
    ? fault(`${file} window must run forward, in RFC 3339 with an offset: 2026-11-16T00:00:00Z`)
    : { value: parsed.data, faults: [] };
}

const VERDICTS = {
  released: "keep",
  dropped: "drop",
  quarantined: "quarantine",
  withheld: "quarantine",
};

type Report = {
  readonly rows: Released[];
  scanned: number;
  released: number;
  dropped: number;
  quarantined: number;
  withheld: number;
  readonly reasons: Record<string, number>;
  readonly lines: { readonly line: number; readonly verdict: string; readonly reason: string }[];
};

/** Rows are written as they come; with `--json` all of it at the end, in one object. */
async function redactAll(terminal: Terminal, context: LineContext, json: boolean): Promise<Report> {
  const report: Report = {
    ...{ rows: [], scanned: 0, released: 0, dropped: 0, quarantined: 0, withheld: 0 },
    ...{ reasons: {}, lines: [] },
  };
  let line = 0;
  for await (const raw of rawLines(terminal)) {
    line += 1;
    const result = resultOf(raw, context);
    const reason = result.verdict === "released" ? "in_scope" : result.reason;
    report.scanned += 1;
    report[result.verdict] += 1;
    if (result.verdict !== "released") report.reasons[reason] = (report.reasons[reason] ?? 0) + 1;
    else if (!json) terminal.write(`${result.text}\n`);
    if (!json) continue;
    report.lines.push({ line, verdict: VERDICTS[result.verdict], reason });
    if (result.verdict === "released") report.rows.push(result.row);
  }
  if (json) terminal.write(`${JSON.stringify(report)}\n`);
  return report;
}

function resultOf({ bytes, cut }: RawLine, context: LineContext): LineResult {
  if (cut) return { verdict: "quarantined", reason: "too_large" };
  return bytes.length === 0
    ? { verdict: "dropped", reason: "empty_line" }
    : redactLine(bytes, context);
}

async function* rawLines(terminal: Terminal): AsyncGenerator<RawLine> {
  const splitter = lineSplitter();
  for await (const chunk of terminal.input) yield* splitter.push(chunk);
  yield* splitter.end();
}

function summaryOf(report: Report): string {
  const { scanned, released, dropped, quarantined, withheld, reasons } = report;
  const why = Object.entries(reasons)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([reason, count]) => `${reason} ${count}`);
  const counts = `${scanned} lines read: ${released} released, ${dropped} dropped, ${quarantined} quarantined, ${withheld} withheld`;
  return `redact: ${counts}${why.length === 0 ? "" : ` (${why.join(", ")})`}`;
}

const lines = (faults: readonly string[]): string => faults.map((fault) => `  ${fault}\n`).join("");
