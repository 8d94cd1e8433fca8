// Sends attacked rows through redaction and the gate, and lets the oracle look at the bytes that come out.
import { canonicalJson } from "../../scripts/domain/canonical-json.ts";
import { csvRecord } from "../../scripts/domain/information-request/artefact.ts";
import { artefactCheck } from "../../scripts/domain/information-request/artefact-check.ts";
import { withheldPage } from "../../scripts/domain/information-request/artefact-summary.ts";
import {
  fieldCounter,
  sourceCounter,
} from "../../scripts/domain/information-request/dive-counts.ts";
import { readLine } from "../../scripts/domain/information-request/log-dive.ts";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import {
  checkReleasedRow,
  rememberRemoved,
} from "../../scripts/domain/information-request/redaction-gate.ts";
import type {
  FieldTally,
  Pseudonym,
  Released,
} from "../../scripts/domain/information-request/redaction-result.ts";
import { emptyLedger } from "../../scripts/domain/information-request/removed-ledger.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import { type Attack, attackOf } from "./attack.ts";
import type { Planted } from "./canaries.ts";
import { type Dice, diceOf } from "./dice.ts";
import { profileOf, profiles, pseudonym, scope, sources } from "./fixture.ts";
import { leaked } from "./oracle.ts";

/** Reading and redacting, as the product does it or broken on purpose. */
export type Redaction = {
  readonly readLine: typeof readLine;
  readonly redactRow: typeof redactRow;
  readonly pseudonym: Pseudonym;
};
export const WHOLE: Redaction = { readLine, redactRow, pseudonym };

export type Tally = {
  rows: number;
  /** Rows of which something left. */
  released: number;
  planted: number;
  /** Rows of which a canary came out. */
  leaking: number;
  /** Of those, the ones that the gate refuses. */
  stopped: number;
  /** Rows of which no canary came out, and that the gate refuses all the same. */
  blocked: number;
  /** For people, at most a few: source and canary of leaking rows. */
  readonly examples: string[];
};
export const emptyTally = (): Tally => ({
  ...{ rows: 0, released: 0, planted: 0, leaking: 0, stopped: 0, blocked: 0 },
  examples: [],
});

/** How many rows go into one artefact. */
const ARTEFACT_ROWS = 200;
/** In every other artefact personal data is approved, so that names of the request's own users stay, and no text is. */
const approved: Scope = { ...scope, personal_data_approved: true, may_show: [] };

/** `rows` attacked rows of all sources in turn; the same seed gives the same rows. */
export function bench(
  seed: number,
  rows: number,
  redaction: Redaction = WHOLE,
  onArtefact: (tally: Tally) => void = () => {},
): Tally {
  const dice = diceOf(seed);
  const tally = emptyTally();
  for (let at = 0; tally.rows < rows; at += 1) {
    const count = Math.min(ARTEFACT_ROWS, rows - tally.rows);
    benchArtefact(dice, count, at % 2 === 0 ? scope : approved, redaction, tally);
    onArtefact(tally);
  }
  return tally;
}

/** What leaves, and what the gate says of it. */
type Shown = { readonly text: string; readonly findings: number };
type Made = Shown & { readonly attack: Attack };

function benchArtefact(
  dice: Dice,
  count: number,
  asked: Scope,
  redaction: Redaction,
  tally: Tally,
): void {
  const ledger = emptyLedger();
  const fields = fieldCounter();
  const lines = sourceCounter("all", [], []);
  const made: Made[] = [];
  for (let at = 0; at < count; at += 1) {
    const attack = attackOf(profileOf(sources[at % sources.length] as string), dice);
    const profile = profileOf(attack.source);
    tally.planted += attack.planted.length;
    const row = redaction.readLine(attack.bytes, profile);
    const redacted =
      typeof row === "string"
        ? { withheld: row }
        : redaction.redactRow(row, profile, asked, redaction.pseudonym);
    if ("withheld" in redacted) {
      lines.withheld(redacted.withheld);
      made.push({ attack, text: "", findings: 0 });
      continue;
    }
    const { released, tally: told, removed } = redacted;
    fields.add(attack.source, told);
    rememberRemoved(ledger, removed, asked, profile);
    const findings = checkReleasedRow(released, ledger, asked, profile).length;
    tally.released += 1;
    made.push({ attack, text: shown(released, told), findings });
  }
  const counts = withheldPage([lines.counts()], fields.counts());
  const check = artefactCheck({ ledger, scope: asked, profiles });
  const page = check.file("withheld.json", counts);
  page.add(counts.text);
  page.end();
  judge(made, { text: counts.text, findings: check.findings().length }, tally);
}

/** All that leaves of one row: its line, its record of `rows.csv`, and the fields that are counted. */
function shown(released: Released, told: readonly FieldTally[]): string {
  const record = csvRecord({ released }, Object.keys(released));
  const names = told.map(({ field }) => field).join(" ");
  return `${canonicalJson(released)}\n${record}${names}\n`;
}

/** First all canaries against all bytes; where something came out, row by row. A leak in the page is stopped by a refused page. */
function judge(made: readonly Made[], page: Shown, tally: Tally): void {
  const all = made.flatMap(({ attack }) => attack.planted);
  const bytes = Buffer.from(made.map(({ text }) => text).join("") + page.text);
  const out: ReadonlySet<Planted> = new Set(leaked(bytes, all));
  const stopped: ReadonlySet<Planted> = new Set(
    page.findings === 0 ? [] : leaked(Buffer.from(page.text), all),
  );
  for (const { attack, findings } of made) {
    const lost = attack.planted.filter((planted) => out.has(planted));
    tally.rows += 1;
    if (lost.length === 0) {
      if (findings > 0) tally.blocked += 1;
      continue;
    }
    tally.leaking += 1;
    if (findings > 0 || lost.some((planted) => stopped.has(planted))) tally.stopped += 1;
    if (tally.examples.length < 5) {
      tally.examples.push(`${attack.source}: ${JSON.stringify(lost.map(({ value }) => value))}`);
    }
  }
  if (page.findings > 0 && stopped.size === 0) tally.blocked += made.length;
}
