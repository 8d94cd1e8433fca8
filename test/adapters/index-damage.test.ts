import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hashOf, INDEX_ENDING, PAGE } from "../../scripts/adapters/log-stores/index-file.ts";
import { built, dive, isIndexed, mine, others, row } from "./archive-runs.ts";

/** So many owners and blocks that the index has many pages of both. */
const content = [
  ...others(1500),
  mine(),
  row({ "meta.project": undefined, project_id: 9001 }),
  ...others(1500),
  mine(),
  "torn {",
  ...others(200),
].join("\n");
const { to, packed, scanned } = await built(content);
const path = `${to}${INDEX_ENDING}`;
const whole = await readFile(path);
const headLength = whole.readUInt32LE(8);

test("the index under test has pages of many blocks and many owners, and is used", async () => {
  expect(await isIndexed(to)).toBe(true);
  expect(scanned.found.length).toBeGreaterThan(3);
  expect(headLength).toBeLessThan(PAGE);
  expect((whole.length - headLength) / PAGE).toBeGreaterThan(12);
});

/** Whether the index is used when its file holds this; what is found is always what reading everything finds. */
async function usedWith(bytes: Uint8Array): Promise<boolean> {
  await writeFile(path, bytes);
  expect(await dive(packed)).toEqual(scanned);
  return isIndexed(to);
}
const withChanges = (changes: readonly (readonly [at: number, bits: number])[]): Buffer => {
  const bytes = Buffer.from(whole);
  for (const [at, bits] of changes) bytes.writeUInt8(bytes.readUInt8(at) ^ bits, at);
  return bytes;
};
const change = (below: number) => fc.tuple(fc.nat(below - 1), fc.integer({ min: 1, max: 255 }));

test("bytes changed anywhere: what is found stays the same, by the index or without it", async () => {
  const used = { yes: 0, no: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(change(whole.length), { minLength: 1, maxLength: 3 }),
      async (all) => {
        used[(await usedWith(withChanges(all))) ? "yes" : "no"] += 1;
      },
    ),
    { numRuns: 150 },
  );
  // A page that is not asked for is not looked at.
  expect(used.yes).toBeGreaterThan(10);
  expect(used.no).toBeGreaterThan(10);
});

test("a changed byte in the head: the index is not used", async () => {
  await fc.assert(
    fc.asyncProperty(change(headLength), async (one) => {
      expect(await usedWith(withChanges([one]))).toBe(false);
    }),
    { numRuns: 150 },
  );
});

test("an owner's entry or the record of a block changed: the index is not used", async () => {
  const hash = Buffer.alloc(4);
  hash.writeUInt32LE(hashOf("acme-corp"));
  const entry = whole.indexOf(hash, headLength);
  expect(entry).toBeGreaterThan(headLength);
  for (const at of [0, 3, 4, 7].map((byte) => entry + byte))
    expect(await usedWith(withChanges([[at, 1]]))).toBe(false);
  const block = whole.readUInt32LE(entry + 4);
  for (const at of [0, 8, 32, 40, 63].map((byte) => headLength + block * 64 + byte))
    expect(await usedWith(withChanges([[at, 1]]))).toBe(false);
});

test("a cut or longer index, and one with pages in another order, is not used", async () => {
  const page = (at: number): Buffer =>
    whole.subarray(headLength + at * PAGE, headLength + (at + 1) * PAGE);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
      expect(await usedWith(whole.subarray(0, length))).toBe(false);
    }),
    { numRuns: 60 },
  );
  expect(await usedWith(Buffer.concat([whole, Buffer.alloc(1)]))).toBe(false);
  expect(await usedWith(Buffer.concat([whole, page(0)]))).toBe(false);
  const pages = Array.from({ length: Math.ceil((whole.length - headLength) / PAGE) }, (_, at) =>
    page(at),
  );
  const last = pages.pop() ?? Buffer.alloc(0);
  const turned = Buffer.concat([whole.subarray(0, headLength), ...pages.reverse(), last]);
  expect(turned).toHaveLength(whole.length);
  expect(await usedWith(turned)).toBe(false);
});

test("the index of another object is not used, nor one of the form before this", async () => {
  const other = await built(content.replace("acme-corp", "omce-corp"));
  expect(await usedWith(await readFile(`${other.to}${INDEX_ENDING}`))).toBe(false);
  const before = Buffer.from(whole);
  before.write("seclogi1");
  expect(await usedWith(before)).toBe(false);
});

test("an index is used again once it is whole", async () => {
  expect(await usedWith(whole)).toBe(true);
});

test("a folder in the place of an index is none", async () => {
  const { to: object, packed: root, scanned: all } = await built(others(20).join("\n"));
  await rm(`${object}${INDEX_ENDING}`);
  await mkdir(`${object}${INDEX_ENDING}`);
  expect(await isIndexed(object)).toBe(false);
  expect(await dive(root)).toEqual(all);
});

test("a head of more than one page is read as a whole", async () => {
  const long = await built([...others(20_000), mine(), ...others(20_000)].join("\n"));
  const bytes = await readFile(`${long.to}${INDEX_ENDING}`);
  expect(bytes.readUInt32LE(8)).toBeGreaterThan(PAGE);
  expect(await isIndexed(long.to)).toBe(true);
  expect(await dive(long.packed)).toEqual(long.scanned);
  bytes.writeUInt8(bytes.readUInt8(PAGE + 1) ^ 1, PAGE + 1);
  await writeFile(`${long.to}${INDEX_ENDING}`, bytes);
  expect(await isIndexed(long.to)).toBe(false);
  expect(await dive(long.packed)).toEqual(long.scanned);
});
