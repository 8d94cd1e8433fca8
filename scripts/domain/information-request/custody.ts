// The custody log of one request: JSON Lines, append-only, each entry chained to the one before by its digest.
import { canonicalJson } from "../canonical-json.ts";

/** What may be recorded; the words are those of the stages. Data holds ids, digests and counts, never a text of the request. */
type CustodyEvent =
  | "verdict"
  | "exception"
  | "extension"
  | "log-dive"
  | "review"
  | "hold"
  | "hand-over"
  | "gap"
  | "destruction";
export type CustodyData = Readonly<Record<string, string | number | boolean | readonly string[]>>;
export type CustodyEntry = {
  readonly seq: number;
  /** RFC 3339 instant of the run that wrote the entry. */
  readonly at: string;
  readonly event: CustodyEvent;
  readonly data: CustodyData;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
  readonly hash: string;
};
/** How far a log went at some moment: the number of its entries and the hash of the last one. */
export type CustodyHead = { readonly count: number; readonly hash: string };
export type CustodyRecord = {
  readonly event: CustodyEvent;
  readonly data: CustodyData;
  /** A text for a file of its own beside the log, named by the entry's number; it is no part of the chain. */
  readonly beside?: string;
};

/** Digest of a text: SHA-256 in lower-case hex. */
export type Digest = (text: string) => string;

export const CUSTODY_BRANCH = "custody";
const FIRST = "0".repeat(64);

/** Where the log of a request lies on the branch `custody`. */
export const custodyPath = (id: string): string =>
  `information-request/${id.slice(3, 7)}/${id}.jsonl`;

/** Reads a custody log; `faults` names every line that is not what was written: edited, dropped, reordered. */
export function readCustody(
  text: string,
  digest: Digest,
): { readonly entries: readonly CustodyEntry[]; readonly faults: readonly string[] } {
  const entries: CustodyEntry[] = [];
  const faults: string[] = [];
  let prev = FIRST;
  const lines = text.split("\n");
  if (lines.pop() !== "") faults.push("the last line has no end: the log was cut");
  for (const [index, line] of lines.entries()) {
    const entry = parseEntry(line);
    if (entry === null) {
      faults.push(`line ${index + 1} is not a custody entry`);
      continue;
    }
    if (entry.seq !== index + 1) faults.push(`line ${index + 1} has number ${entry.seq}`);
    if (entry.prev !== prev) faults.push(`line ${index + 1} does not follow the line before it`);
    if (entry.hash !== hashOf(entry, digest) || line !== entryLine(entry))
      faults.push(`line ${index + 1} was changed`);
    prev = entry.hash;
    entries.push(entry);
  }
  return { entries, faults };
}

/** The log's text with the records appended. */
export function appendCustody(
  text: string,
  entries: readonly CustodyEntry[],
  records: readonly CustodyRecord[],
  at: string,
  digest: Digest,
): string {
  return chainedTo(entries, records, at, digest).reduce(
    (out, entry) => `${out}${entryLine(entry)}\n`,
    text,
  );
}

/** The log's head once the records are appended; null while there is no entry. */
export function headAfter(
  entries: readonly CustodyEntry[],
  records: readonly CustodyRecord[],
  at: string,
  digest: Digest,
): CustodyHead | null {
  const last = chainedTo(entries, records, at, digest).at(-1) ?? entries.at(-1);
  return last === undefined ? null : { count: last.seq, hash: last.hash };
}

/** The entries that the records become, chained to those before. */
function chainedTo(
  entries: readonly CustodyEntry[],
  records: readonly CustodyRecord[],
  at: string,
  digest: Digest,
): readonly CustodyEntry[] {
  const chained: CustodyEntry[] = [];
  for (const { event, data } of records) {
    const prev = (chained.at(-1) ?? entries.at(-1))?.hash ?? FIRST;
    const body = { seq: entries.length + chained.length + 1, at, event, data, prev };
    chained.push({ ...body, hash: hashOf(body, digest) });
  }
  return chained;
}

/** Whether the last entry of this event says the same already: then there is nothing to record. */
export function isRecorded(entries: readonly CustodyEntry[], record: CustodyRecord): boolean {
  const last = entries.findLast((entry) => entry.event === record.event);
  return last !== undefined && canonicalJson(last.data) === canonicalJson(record.data);
}

/** A line holds these six keys and nothing else: what the hash does not cover may not be there. */
const entryLine = ({ seq, at, event, data, prev, hash }: CustodyEntry): string =>
  canonicalJson({ seq, at, event, data, prev, hash });

const hashOf = (entry: Omit<CustodyEntry, "hash">, digest: Digest): string =>
  digest(
    canonicalJson({
      seq: entry.seq,
      at: entry.at,
      event: entry.event,
      data: entry.data,
      prev: entry.prev,
    }),
  );

function parseEntry(line: string): CustodyEntry | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return null;
    const entry = value as Partial<CustodyEntry>;
    const whole =
      typeof entry.seq === "number" &&
      typeof entry.at === "string" &&
      typeof entry.event === "string" &&
      typeof entry.data === "object" &&
      entry.data !== null &&
      typeof entry.prev === "string" &&
      typeof entry.hash === "string";
    return whole ? (entry as CustodyEntry) : null;
  } catch {
    return null;
  }
}
