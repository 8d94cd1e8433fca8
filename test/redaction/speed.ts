// `npm run bench:speed`: MB/s of reading, judging, redacting and the gate on one core, beside JSON.parse on the same bytes.
import { canonicalJson } from "../../scripts/domain/canonical-json.ts";
import { artefactCheck } from "../../scripts/domain/information-request/artefact-check.ts";
import { judgeLine, readLine } from "../../scripts/domain/information-request/log-dive.ts";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import { rememberRemoved } from "../../scripts/domain/information-request/redaction-gate.ts";
import type { Released } from "../../scripts/domain/information-request/redaction-result.ts";
import { emptyLedger } from "../../scripts/domain/information-request/removed-ledger.ts";
import { diceOf } from "./dice.ts";
import { profileOf, profiles, pseudonym, scope, sources } from "./fixture.ts";
import { rowOf } from "./rows.ts";

const ROWS = Number(process.env["ROWS"] ?? 20_000);
const ROUNDS = 5;

type Line = { readonly source: string; readonly bytes: Uint8Array; readonly text: string };

const dice = diceOf(2026);
/** The rows of one source after the other, as files hold them. Every round has its own, so that no id comes again. */
const rounds: readonly (readonly Line[])[] = Array.from({ length: ROUNDS + 1 }, () =>
  Array.from({ length: ROWS }, (_, at) => {
    const source = sources[Math.floor((at * sources.length) / ROWS)] as string;
    const text = JSON.stringify(rowOf(profileOf(source), dice));
    return { source, text, bytes: Buffer.from(text) };
  }),
);
const [first = []] = rounds;
const megabytes = first.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6;

/** The middle of the runs after one that warms up; processor time, because the machine may be shared. */
function measure(
  what: string,
  work: (lines: readonly Line[]) => unknown,
  size: number = megabytes,
): void {
  const times = rounds
    .map((lines) => {
      const wall = performance.now();
      const before = process.cpuUsage();
      work(lines);
      const { user, system } = process.cpuUsage(before);
      return { wall: performance.now() - wall, processor: (user + system) / 1000 };
    })
    .slice(1);
  const middle = (values: readonly number[]): number =>
    [...values].sort((left, right) => left - right)[Math.floor(ROUNDS / 2)] as number;
  const rate = (values: readonly number[]): string =>
    (size / (middle(values) / 1000)).toFixed(1).padStart(7);
  process.stdout.write(
    `${what.padEnd(44)}${rate(times.map(({ processor }) => processor))} MB/s of processor,${rate(times.map(({ wall }) => wall))} MB/s of wall clock\n`,
  );
}

function redactAll(lines: readonly Line[], ledger = emptyLedger()): string[] {
  return lines.map(({ source, bytes }) => {
    const profile = profileOf(source);
    const judged = judgeLine(bytes, profile, scope);
    if (judged.verdict !== "matched") throw new Error(`${source}: ${judged.verdict}`);
    const redacted = redactRow(judged.row, profile, scope, pseudonym);
    if ("withheld" in redacted) throw new Error(redacted.withheld);
    rememberRemoved(ledger, redacted.removed, scope, profile);
    return canonicalJson(redacted.released satisfies Released);
  });
}

function checkAll(rows: readonly string[], ledger = emptyLedger()): void {
  const check = artefactCheck({ ledger, scope, profiles });
  for (const row of rows) check.row(row);
  const findings = check.findings();
  if (findings.length > 0) throw new Error(JSON.stringify(findings));
}

process.stdout.write(
  `Node ${process.version}; ${ROWS} rows, ${megabytes.toFixed(1)} MB, ${Math.round((megabytes * 1e6) / ROWS)} bytes a row; the middle of ${ROUNDS} runs\n`,
);
measure("JSON.parse", (lines) => {
  for (const { text } of lines) JSON.parse(text);
});
measure("JSON.parse + JSON.stringify", (lines) => {
  for (const { text } of lines) JSON.stringify(JSON.parse(text));
});
measure("read (bytes → row)", (lines) => {
  for (const { source, bytes } of lines) readLine(bytes, profileOf(source));
});
measure("read + judge", (lines) => {
  for (const { source, bytes } of lines) judgeLine(bytes, profileOf(source), scope);
});
measure("read + judge + redact", (lines) => {
  for (const { source, bytes } of lines) {
    const profile = profileOf(source);
    const judged = judgeLine(bytes, profile, scope);
    if (judged.verdict === "matched") redactRow(judged.row, profile, scope, pseudonym);
  }
});
measure("read + judge + redact + ledger + canonical", (lines) => redactAll(lines));
const ledger = emptyLedger();
const rows = redactAll(first, ledger);
const released = rows.reduce((sum, row) => sum + row.length, 0) / 1e6;
measure("gate, per MB of what leaves", () => checkAll(rows, ledger), released);
measure("end to end: bytes → gate passed", (lines) => {
  const fresh = emptyLedger();
  checkAll(redactAll(lines, fresh), fresh);
});
