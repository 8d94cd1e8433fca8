/** The gate over the written files of an artefact, fed with lines as they are read back: no file is held whole. */
import type { LogProfile } from "../log-profile.ts";
import { type CountedPage, GAP } from "./counted-page.ts";
import {
  checkRow,
  fieldRules,
  type GateFinding,
  publicWordsOfAll,
  type SeenValues,
  withoutOwn,
  withoutPublic,
} from "./redaction-gate.ts";
import { type RemovedLedger, removedSearch } from "./removed-ledger.ts";
import type { Scope } from "./scope.ts";
import { findSecrets, type SecretKind } from "./secret-detection.ts";

export type ArtefactContext = {
  readonly ledger: RemovedLedger;
  readonly scope: Scope;
  /** By source, for each source of the rows. */
  readonly profiles: ReadonlyMap<string, LogProfile>;
};
/** A file that reviewers or the customer will see, from its beginning to its end. */
type FileCheck = {
  /** The next lines, one or many, with their ends; only the last line of a file may have none. */
  readonly add: (lines: string) => void;
  readonly end: () => void;
};
export type ArtefactCheck = {
  /** A line of `rows.ndjson`, without its end. */
  readonly row: (line: string) => void;
  /**
   * Any other file.
   * @param made what a page of counts must be: one that is anything else is refused; where it is that, its counts are no values
   */
  readonly file: (name: string, made?: CountedPage) => FileCheck;
  /** One finding for each check, field or file, and type, in the order in which they were found. */
  readonly findings: () => readonly GateFinding[];
};

export function artefactCheck(context: ArtefactContext): ArtefactCheck {
  const findings = new Map<string, GateFinding>();
  const add = (finding: GateFinding): void => {
    findings.set(`${finding.check} ${finding.where} ${finding.type}`, finding);
  };
  const seen = new Map<string, SeenValues>();
  return {
    row: (line) => {
      for (const finding of checkLine(line, context, seen)) add(finding);
    },
    file: (name, made) => fileCheck(name, made, context, add),
    findings: () => [...findings.values()],
  };
}

function fileCheck(
  name: string,
  made: CountedPage | undefined,
  context: ArtefactContext,
  add: (finding: GateFinding) => void,
): FileCheck {
  const search = valueSearch(context);
  const comparison = comparisonWith(made?.text);
  const secrets = new Set<SecretKind>();
  let before = "";
  return {
    add: (lines) => {
      comparison.add(lines);
      const text = before + lines;
      for (const kind of findSecrets(text)) secrets.add(kind);
      before = lastTwoLines(text);
      search.add(lines);
    },
    end: () => {
      // A date behind `project_access_token_created:` is no password.
      secrets.delete("assignment");
      for (const kind of secrets) add({ check: "G2", where: name, type: kind });
      const isMade = comparison.end();
      if (!isMade) add({ check: "G1", where: name, type: "other_page" });
      // Only a page that is known to the byte has counts in known places.
      const elsewhere = isMade ? made?.withoutCounts : undefined;
      if (search.end() && (elsewhere === undefined || holdsValue(elsewhere, context)))
        add({ check: "G3", where: name, type: "removed_value" });
    },
  };
}

/** Takes the lines of a text one after the other, and answers at its end. */
type Question = { readonly add: (lines: string) => void; readonly end: () => boolean };

/** Whether a removed value stands in lines, beside the request's own paths and what is public. */
function valueSearch({ ledger, scope, profiles }: ArtefactContext): Question {
  const search = removedSearch(ledger);
  const words = publicWordsOfAll(scope, profiles.values());
  const policies = new Set([...profiles.values()].map(({ redaction }) => redaction));
  const names = fieldNames(profiles.values());
  return {
    add: (lines) => {
      const masked = withoutNames(withoutOwn(lines, scope, policies), names);
      search.add(masked, withoutPublic(masked, words));
    },
    end: search.end,
  };
}

/** Of all sources: what is a value in a line of one may be a field of another, `namespace_id`. */
const fieldNames = (profiles: Iterable<LogProfile>): ReadonlySet<string> =>
  new Set([...profiles].flatMap((profile) => [...fieldRules(profile).keys()]));

/** The names where they stand for themselves: in quotes, in a code span, in the head of a table. */
const withoutNames = (text: string, names: ReadonlySet<string>): string =>
  text.replace(/(?<=^|["`,])[^"`,\s]+(?=["`,\r]|$)/gm, (word) => (names.has(word) ? GAP : word));

function holdsValue(text: string, context: ArtefactContext): boolean {
  const search = valueSearch(context);
  search.add(text);
  return search.end();
}

/** Whether the pieces of a file are the expected text; without one they may be anything. */
function comparisonWith(expected: string | undefined): Question {
  let at = 0;
  let isSame = true;
  return {
    add: (lines) => {
      isSame &&= expected === undefined || expected.startsWith(lines, at);
      at += lines.length;
    },
    end: () => isSame && (expected === undefined || at === expected.length),
  };
}

/** What is looked at once more with the next piece: a secret may end two lines after the one that it begins in. */
function lastTwoLines(text: string): string {
  const before = text.lastIndexOf("\n", text.length - 2);
  return text.slice(before < 1 ? 0 : text.lastIndexOf("\n", before - 1) + 1);
}

function checkLine(
  line: string,
  { ledger, scope, profiles }: ArtefactContext,
  seen: Map<string, SeenValues>,
): readonly GateFinding[] {
  const row = parseRow(line);
  const profile = row === null ? undefined : profiles.get(String(row["log_source"]));
  if (row === null || profile === undefined) {
    return [
      { check: "G1", where: "rows.ndjson", type: row === null ? "not_a_row" : "unknown_source" },
    ];
  }
  const known = seen.get(profile.source) ?? new Map();
  seen.set(profile.source, known);
  return checkRow(row, { ledger, scope, profile, seen: known });
}

function parseRow(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
