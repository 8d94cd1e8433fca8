// Is a custody log still what was written? Its own chain shows edits; witnesses kept elsewhere show that its end was cut.
import {
  type CustodyEntry,
  type CustodyHead,
  type Digest,
  headAfter,
  readCustody,
} from "./custody.ts";

/** A head of the log that another place kept: a commit message, the status comment, an older commit of the log itself. */
export type Witness = CustodyHead & {
  /** Where it was found, for people. */
  readonly from: string;
};
/** One state of a log: where it was read, and its text. */
type CustodyState = { readonly from: string; readonly log: string };
/** One copy of a log, and what it said at the older commits of its branch. */
export type CustodyCopy = CustodyState & { readonly older: readonly CustodyState[] };
export type CustodyVerification = {
  readonly ok: boolean;
  readonly entries: readonly CustodyEntry[];
  /** Null while there is no entry. */
  readonly head: CustodyHead | null;
  /** Everything that is not as it was written; empty when `ok`. */
  readonly faults: readonly string[];
};

/** Digits of a hash that a witness shows at least: 64 bits, short enough for the foot of a comment. */
const SHORT = 16;
const TRAILER = "Custody-Head";

/** `0123456789abcdef:5`: hash, then number of entries; what `seclog verify --head` takes. */
export const shortHead = ({ count, hash }: CustodyHead): string =>
  `${hash.slice(0, SHORT)}:${count}`;

/** Reads `HASH:COUNT`, the hash in full or from its 16th digit on; null for anything else. */
export function readHead(text: string): CustodyHead | null {
  const [, hash, count] = /^([0-9a-f]{16,64}):([1-9]\d{0,6})$/.exec(text) ?? [];
  return hash === undefined ? null : { hash, count: Number(count) };
}

/** A commit message with the log's head as its trailer, so that git keeps a witness on a branch of its own. */
export const withHeadTrailer = (
  message: string,
  id: string,
  entries: readonly CustodyEntry[],
): string => {
  const last = entries.at(-1);
  return last === undefined
    ? message
    : `${message}\n\n${trailerOf(id)}${last.hash}:${entries.length}`;
};

/** The beginning of the trailer's line; the id keeps a log from passing for that of another request. */
export const trailerOf = (id: string): string => `${TRAILER}: ${id} `;

/** The heads that a commit message names for this request. */
export const headsIn = (message: string, id: string): readonly CustodyHead[] =>
  message
    .split("\n")
    .filter((line) => line.startsWith(trailerOf(id)))
    .map((line) => readHead(line.slice(trailerOf(id).length).trim()))
    .filter((head) => head !== null);

/**
 * Verifies a log against its own chain, its other copies and older states, and every witness. The longest copy is the
 * log; everything else must be a beginning of it. Without a witness, a log that was cut at the end of a line cannot be
 * told from one that never went further.
 */
export function verifyCustody(
  copies: readonly CustodyCopy[],
  witnesses: readonly Witness[],
  digest: Digest,
): CustodyVerification {
  const log = copies.map((copy) => copy.log).toSorted((a, b) => b.length - a.length)[0] ?? "";
  const { entries, faults: broken } = readCustody(log, digest);
  const states = copies.flatMap((copy) => [copy, ...copy.older]);
  const faults = [
    ...broken,
    ...(entries.length === 0 ? ["there is no entry"] : []),
    ...states
      .filter((state) => !log.startsWith(state.log))
      .map(({ from }) => `${from} says something else than the longest copy`),
    ...copies
      .filter((copy) => copy.older.some((state) => state.log.length > copy.log.length))
      .map(({ from }) => `${from} is shorter than it was`),
    ...witnesses.flatMap((witness) => witnessFault(witness, entries)),
  ];
  return { ok: faults.length === 0, entries, head: headAfter(entries, [], "", digest), faults };
}

function witnessFault({ from, count, hash }: Witness, entries: readonly CustodyEntry[]): string[] {
  const entry = entries[count - 1];
  if (entry === undefined)
    return [`${from} knows ${count} entries, the log has ${entries.length}: its end was cut`];
  return entry.hash.startsWith(hash) ? [] : [`${from} knows another entry ${count}`];
}
