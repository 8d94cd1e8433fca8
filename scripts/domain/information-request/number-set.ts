/** A set of numbers as they are written (`0.50` is not `0.5`), in eight bytes each: a log line is mostly measurements. */

/** Longest text that is taken, in characters: its digits and the place of its point still fit one exact double. */
export const LONGEST_NUMBER = 14;

/** Open addressing; 0 = an empty slot. At most two thirds of the slots are in use. */
export type NumberSet = { slots: Float64Array; size: number };

export const emptyNumberSet = (): NumberSet => ({ slots: new Float64Array(64), size: 0 });

const POINT = 0x2e;
const ZERO = 0x30;

/** One number for each text of digits with at most one point; 0 when it is none, or too long. */
function keyOf(text: string): number {
  if (text.length > LONGEST_NUMBER) return 0;
  let digits = 1; // so that leading zeros count
  let point = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === POINT && point === 0) point = at + 1;
    else if (code >= ZERO && code <= ZERO + 9) digits = digits * 10 + code - ZERO;
    else return 0;
  }
  return digits * 16 + point;
}

/** The slot of a key, or the empty one where it belongs. */
function slotOf(slots: Float64Array, key: number): number {
  const mask = slots.length - 1;
  const low = Math.imul(key % 0x1_0000_0000, 0x9e3779b1);
  const high = Math.imul(key / 0x1_0000_0000, 0x85ebca6b);
  const mixed = low ^ high;
  let at = (mixed ^ (mixed >>> 15)) & mask;
  while (slots[at] !== 0 && slots[at] !== key) at = (at + 1) & mask;
  return at;
}

/** Whether the text was taken; false when it is no number that the set can hold. */
export function addNumber(set: NumberSet, text: string): boolean {
  const key = keyOf(text);
  if (key === 0) return false;
  const slot = slotOf(set.slots, key);
  if (set.slots[slot] === key) return true;
  set.slots[slot] = key;
  set.size += 1;
  if (set.size * 3 > set.slots.length * 2) grow(set);
  return true;
}

function grow(set: NumberSet): void {
  const slots = new Float64Array(set.slots.length * 2);
  for (const key of set.slots) if (key !== 0) slots[slotOf(slots, key)] = key;
  set.slots = slots;
}

export function hasNumber(set: NumberSet, text: string): boolean {
  const key = keyOf(text);
  return key !== 0 && set.slots[slotOf(set.slots, key)] === key;
}
