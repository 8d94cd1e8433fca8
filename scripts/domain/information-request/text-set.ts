/** A set of texts of which fingerprints alone are kept, and that finds its members inside longer texts. */

/** Shorter texts are not taken: they are too common to be told apart. */
export const SHORTEST = 6;
/** From here on a length has no bit of its own in `shapes`, and heads are kept. */
const LONG = 32;

/** Open addressing; at most two thirds of the slots are in use, and 0 is an empty one. */
export type TextSet = {
  /** Different texts. */
  size: number;
  /** Length of the longest text. */
  longest: number;
  /** Lengths of 32 and more that a text has. */
  readonly lengths: Set<number>;
  /** What the first six characters of a text hash to. */
  starts: Uint32Array;
  /** How the texts of that start go on: bit `n` = there is one of `6 + n` characters, bit 26 = one of 32 or more. */
  shapes: Uint32Array;
  started: number;
  /** A bit for each start, eight times as many as slots: most places of a text begin nothing, and it says so from the cache of the processor. */
  sieve: Uint8Array;
  /**
   * 62 bits of each text, two words a slot. With ten million texts, about one comparison in 10^11 takes a text for
   * another one; what follows is an artefact refused for nothing, never one let through.
   * Of a long text the first 32, 64, 128 … characters have a print as well: a search ends where they part.
   */
  prints: Uint32Array;
  printed: number;
};

export const emptyTextSet = (): TextSet => ({
  ...{ size: 0, longest: 0, lengths: new Set() },
  ...{ starts: new Uint32Array(64), shapes: new Uint32Array(64), started: 0 },
  sieve: new Uint8Array(64),
  ...{ prints: new Uint32Array(128), printed: 0 },
});

const STEP = 0x9e3779b1;
/** `STEP` to the fifth: what the oldest of six characters weighs in the hash of a start. */
const OLDEST = [1, 2, 3, 4, 5].reduce((power) => Math.imul(power, STEP), 1);

function startHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < SHORTEST; at += 1) hash = Math.imul(hash, STEP) + text.charCodeAt(at);
  return hash | 0;
}

/** Every bit of the result but the last depends on every bit of the word (finaliser of MurmurHash3, public domain); odd, since 0 is an empty slot. */
function mixed(word: number): number {
  let bits = word ^ (word >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) | 1) >>> 0;
}

/** The two halves of a print grow by one character at a time. */
const SEED = 0x811c9dc5;
const grownLow = (low: number, code: number): number => Math.imul(low ^ code, 0x01000193);
const grownHigh = (high: number, code: number): number =>
  Math.imul(((high << 13) | (high >>> 19)) ^ code, 0x27d4eb2f);

const lowWord = (low: number, length: number): number => mixed(low ^ length);
const WHOLE = 0;
const HEAD = 0x5bd1e995;
const highWord = (high: number, length: number, kind: typeof WHOLE | typeof HEAD): number =>
  mixed((high + Math.imul(length, STEP)) ^ kind);

const isHead = (length: number): boolean => length >= LONG && (length & (length - 1)) === 0;

/** Adds a text of six characters or more. */
export function addText(set: TextSet, text: string): void {
  const { length } = text;
  let low = SEED;
  let high = SEED;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    low = grownLow(low, code);
    high = grownHigh(high, code);
    if (isHead(at + 1)) addPrint(set, lowWord(low, at + 1), highWord(high, at + 1, HEAD));
  }
  if (!addPrint(set, lowWord(low, length), highWord(high, length, WHOLE))) return;
  set.size += 1;
  if (length > set.longest) set.longest = length;
  if (length >= LONG) set.lengths.add(length);
  addShape(set, mixed(startHash(text)), 1 << (Math.min(length, LONG) - SHORTEST));
}

function addShape(set: TextSet, start: number, shape: number): void {
  const slot = startSlot(set.starts, start);
  if (set.starts[slot] === 0) set.started += 1;
  put(set, slot, start, (set.shapes[slot] as number) | shape);
  if (set.started * 3 <= set.starts.length * 2) return;
  const { starts, shapes } = set;
  set.starts = new Uint32Array(starts.length * 2);
  set.shapes = new Uint32Array(starts.length * 2);
  set.sieve = new Uint8Array(starts.length * 2);
  for (const [at, known] of starts.entries()) {
    if (known !== 0) put(set, startSlot(set.starts, known), known, shapes[at] as number);
  }
}

function put({ starts, shapes, sieve }: TextSet, slot: number, start: number, shape: number): void {
  starts[slot] = start;
  shapes[slot] = shape;
  const byte = sieveByte(sieve, start);
  sieve[byte] = (sieve[byte] as number) | sieveBit(start);
}

const sieveByte = (sieve: Uint8Array, start: number): number => (start >>> 4) & (sieve.length - 1);
const sieveBit = (start: number): number => 1 << ((start >>> 1) & 7);

/** The slot of a start, or the empty one where it belongs. */
function startSlot(starts: Uint32Array, start: number): number {
  const mask = starts.length - 1;
  let slot = (start >>> 1) & mask;
  while (starts[slot] !== 0 && starts[slot] !== start) slot = (slot + 1) & mask;
  return slot;
}

/** Whether the print is a new one. */
function addPrint(set: TextSet, low: number, high: number): boolean {
  const slot = printSlot(set.prints, low, high);
  if (set.prints[slot] !== 0) return false;
  set.prints[slot] = low;
  set.prints[slot + 1] = high;
  set.printed += 1;
  if (set.printed * 3 > set.prints.length) growPrints(set);
  return true;
}

function growPrints(set: TextSet): void {
  const { prints } = set;
  set.prints = new Uint32Array(prints.length * 2);
  for (let at = 0; at < prints.length; at += 2) {
    const low = prints[at] as number;
    if (low === 0) continue;
    const high = prints[at + 1] as number;
    const slot = printSlot(set.prints, low, high);
    set.prints[slot] = low;
    set.prints[slot + 1] = high;
  }
}

/** The slot of a print, or the empty one where it belongs. */
function printSlot(prints: Uint32Array, low: number, high: number): number {
  const mask = prints.length - 1;
  let slot = (low - 1) & mask;
  while (prints[slot] !== 0 && (prints[slot] !== low || prints[slot + 1] !== high))
    slot = (slot + 2) & mask;
  return slot;
}

const hasPrint = (prints: Uint32Array, low: number, high: number): boolean =>
  prints[printSlot(prints, low, high)] !== 0;

/** Whether the text that stands from `start` to before `end` counts. */
export type Accepts = (start: number, end: number) => boolean;

/** Whether a text of the set stands in `text`, begins at `from` or later and before `to`, and counts. */
export function holdsText(
  set: TextSet,
  text: string,
  from: number,
  to: number,
  accepts: Accepts,
): boolean {
  const last = Math.min(to, text.length - SHORTEST + 1);
  if (set.size === 0 || from >= last) return false;
  const { starts, shapes, sieve } = set;
  let hash = startHash(text.slice(from, from + SHORTEST));
  for (let at = from; ; ) {
    const start = mixed(hash);
    if (((sieve[sieveByte(sieve, start)] as number) & sieveBit(start)) !== 0) {
      const slot = startSlot(starts, start);
      if (starts[slot] !== 0 && standsAt(set, text, at, shapes[slot] as number, accepts))
        return true;
    }
    const next = at + 1;
    if (next >= last) return false;
    const kept = hash - Math.imul(text.charCodeAt(at), OLDEST);
    hash = (Math.imul(kept, STEP) + text.charCodeAt(at + SHORTEST)) | 0;
    at = next;
  }
}

function standsAt(
  { prints, lengths, longest }: TextSet,
  text: string,
  start: number,
  shape: number,
  accepts: Accepts,
): boolean {
  const most = Math.min(longest, text.length - start);
  let low = SEED;
  let high = SEED;
  for (let length = 1; length <= most; length += 1) {
    const code = text.charCodeAt(start + length - 1);
    low = grownLow(low, code);
    high = grownHigh(high, code);
    if (length < SHORTEST) continue;
    const word = lowWord(low, length);
    // What is behind the longest text of this start need not be read.
    if (length < LONG && shape >>> (length - SHORTEST) === 0) return false;
    if (isHead(length) && !hasPrint(prints, word, highWord(high, length, HEAD))) return false;
    const listed =
      length < LONG ? ((shape >>> (length - SHORTEST)) & 1) === 1 : lengths.has(length);
    if (
      listed &&
      hasPrint(prints, word, highWord(high, length, WHOLE)) &&
      accepts(start, start + length)
    )
      return true;
  }
  return false;
}
