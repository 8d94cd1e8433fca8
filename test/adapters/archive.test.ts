import { execFileSync } from "node:child_process";
import { readdir, readFile, rename, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { buildObject } from "../../scripts/adapters/log-stores/archive-object.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { INDEX_ENDING } from "../../scripts/adapters/log-stores/index-file.ts";
import { readThroughIndex } from "../../scripts/adapters/log-stores/indexed-file.ts";
import { command } from "../../scripts/commands/archive.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import { testTerminal } from "../terminal.ts";
import {
  built,
  codec,
  dive,
  isIndexed,
  mine,
  OBJECT,
  others,
  profile,
  row,
  scope,
} from "./archive-runs.ts";
import { archiveOf, profileOf, profiles, temporaryDirectory } from "./log-dive-fixtures.ts";

/** Members of a gzip file that end at these places of the content, in a line or between two. */
const membersOf = (content: Buffer, cuts: readonly number[]): Buffer => {
  const ends = [...cuts.map((cut) => cut % (content.length + 1)), content.length].sort(
    (left, right) => left - right,
  );
  return Buffer.concat(
    ends.map((end, at) => gzipSync(content.subarray(at === 0 ? 0 : ends[at - 1], end))),
  );
};
async function indexedBeside(object: string, content: Uint8Array, blockBytes = 600) {
  const root = await archiveOf({ [object]: content });
  const from = join(root, object);
  const scanned = await dive(root);
  const bytes = (await stat(from)).size;
  await buildObject({ from, bytes, to: null, profile, blockBytes }, codec);
  expect(await readFile(from)).toEqual(Buffer.from(content));
  return { root, from, scanned };
}

const piece = fc.oneof(
  { weight: 30, arbitrary: fc.nat(50).map((at) => row({ "meta.project": `other-${at}/x` })) },
  { weight: 2, arbitrary: fc.constant(mine()) },
  fc.constant(mine({ time: "2026-11-19T00:00:00Z" })),
  fc.constant(mine({ time: "yesterday" })),
  fc.constant(row({ "meta.project": "ACME-corp/payments/api" })),
  fc.constant(row({ message: "acme-corp" })),
  fc.constant(row({ "meta.project": undefined, project_id: 9001 })),
  fc.constant(row({ "meta.project": undefined, project_id: 9001.5 })),
  fc.constant(
    '{"time":"2026-11-16T12:00:00Z","event_type":"deploy_key_added","project_id":8892,"project_id":9001}',
  ),
  fc.constant(mine().replace("acme", "\\u0061cme")),
  fc.constant(`${mine()} `),
  fc.constant(`${mine()}\r`),
  fc.constant("torn {"),
  fc.constant('{"meta.project":"acme-corp/payments/api"'),
  fc.constant('{"message":"x{"meta.project":"other-1/x"}'),
  fc.constant(""),
  fc.constant(row({ x: "é" })),
  fc.constant(row({ x: "y".repeat(1500) })),
);

test("an index finds exactly what reading everything finds", async () => {
  let used = 0;
  await fc.assert(
    fc.asyncProperty(
      fc
        .tuple(fc.array(piece, { maxLength: 60 }), fc.nat(200))
        .map(([some, more]) => [...some, ...others(more)]),
      fc.constantFrom("", "\n"),
      async (lines, end) => {
        const { plain, packed, from, to, scanned } = await built(lines.join("\n") + end);
        expect(await dive(packed)).toEqual(scanned);
        expect(await dive(plain)).toEqual(scanned);
        used += Number(await isIndexed(to)) + Number(await isIndexed(from));
      },
    ),
    { numRuns: 60 },
  );
  // The property proves nothing unless indexes were used.
  expect(used).toBeGreaterThan(10);
});

test("an index beside an object of many gzip members finds what reading everything finds, wherever they end", async () => {
  let used = 0;
  await fc.assert(
    fc.asyncProperty(
      fc
        .tuple(fc.array(piece, { maxLength: 40 }), fc.nat(100))
        .map(([some, more]) => [...some, ...others(more)].join("\n")),
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.nat(3),
      async (text, cuts, padding) => {
        const packed = Buffer.concat([membersOf(Buffer.from(text), cuts), Buffer.alloc(padding)]);
        const { root, from, scanned } = await indexedBeside(`${OBJECT}.gz`, packed);
        expect(scanned.broken).toBeNull();
        expect(await dive(root)).toEqual(scanned);
        used += Number(await isIndexed(from));
      },
    ),
    { numRuns: 60 },
  );
  expect(used).toBeGreaterThan(10);
});

test("reads only the members that an owner stands in", async () => {
  const lines = [...others(300), mine(), ...others(300)].map((line) => `${line}\n`);
  const members = lines.map((line) => gzipSync(line));
  const { from } = await indexedBeside(`${OBJECT}.gz`, Buffer.concat(members), 2000);
  const through = await readThroughIndex(from, (await stat(from)).size, scope, profile);
  const [block, ...further] = [...(through?.read() ?? [])];
  expect(further).toEqual([]);
  expect(Buffer.from(block?.bytes ?? []).toString()).toContain(mine());
  expect(block?.bytes.length).toBeLessThan(3000);
  expect(through?.lines).toBe(601);
});

test("knows the head of a member with a name, and with fields of its own", async () => {
  const file = join(await temporaryDirectory(), "some-name.ndjson");
  await writeFile(file, `${mine()}\n`);
  const named = execFileSync("gzip", ["-N", "-c", file]);
  const field = Buffer.from([2, 0, 7, 7]);
  const withField = Buffer.concat([named.subarray(0, 10), field, named.subarray(10)]);
  withField.writeUInt8(withField.readUInt8(3) | 4, 3);
  for (const content of [named, withField]) {
    const { from, scanned } = await indexedBeside(`${OBJECT}.gz`, content);
    expect(scanned.found).toHaveLength(1);
    expect(await isIndexed(from)).toBe(true);
  }
});

const member = gzipSync(`${mine()}\n`);
const changed = (at: number): Buffer => {
  const bytes = Buffer.from(member);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  return bytes;
};
test.each([
  ["cut in its data", member.subarray(0, 30)],
  ["cut in its trailer", member.subarray(0, -3)],
  ["cut in its head", Buffer.concat([member, member.subarray(0, 5)])],
  ["with another checksum", changed(member.length - 6)],
  ["with another length", changed(member.length - 2)],
  ["with changed data", changed(20)],
  ["behind which something else stands", Buffer.concat([member, Buffer.from("\0\0x")])],
  ["behind which another packing stands", Buffer.concat([member, Buffer.from("(\xb5/\xfd")])],
])("makes no index beside a gzip object %s, and a dive calls it broken", async (_, content) => {
  await expect(indexedBeside(`${OBJECT}.gz`, content)).rejects.toThrow(/gzip/);
  const root = await archiveOf({ [`${OBJECT}.gz`]: content });
  expect((await dive(root)).broken).toMatch(/gzip/);
});

test("an object that cannot be read in part is left out whole, or read whole", async () => {
  const zstd = (text: string): Buffer => execFileSync("zstd", ["-qc"], { input: text });
  const foreign = await indexedBeside(`${OBJECT}.zst`, zstd(others(50).join("\n")));
  expect(await isIndexed(foreign.from)).toBe(true);
  expect(await dive(foreign.root)).toEqual({ found: [], scanned: 50, broken: null });
  const own = await indexedBeside(`${OBJECT}.zst`, zstd([...others(50), mine()].join("\n")));
  expect(await isIndexed(own.from)).toBe(false);
  expect(await dive(own.root)).toEqual(own.scanned);
});

test("the packed object is ordinary zstd with the same bytes", async () => {
  const content = [...others(40), "torn", mine()].join("\r\n");
  const { to } = await built(content);
  expect(execFileSync("zstd", ["-dcq", to]).toString()).toBe(content);
});

const content = [...others(60), mine(), ...others(60)].join("\n");

test("reads only the blocks that an owner stands in, and none outside the window", async () => {
  const { to } = await built(content);
  const size = (await stat(to)).size;
  const read = async (within: Scope) => {
    const through = await readThroughIndex(to, size, within, profile);
    return [...(through?.read() ?? [])].length;
  };
  expect(await read(scope)).toBe(1);
  const earlier = { from: "2026-11-15T00:00:00Z", to: "2026-11-16T00:00:00Z" };
  expect(await read({ ...scope, window: earlier })).toBe(0);
});

test("reads the whole object when too much of it is wanted", async () => {
  const long = mine({ text: "z".repeat(100_000) });
  const { to } = await built(Array.from({ length: 60 }, () => long).join("\n"));
  expect(await isIndexed(to)).toBe(false);
});

test("keeps its index when it is copied, and loses it when it is rewritten", async () => {
  const { to, plain } = await built(content);
  await utimes(to, 1, 1);
  expect(await isIndexed(to)).toBe(true);
  const from = join(plain, OBJECT);
  await writeFile(from, content.replace("other-7/x", "acme-corp"));
  expect(await isIndexed(from)).toBe(false);
});

test.each([
  [
    "a changed byte anywhere in it",
    (index: Buffer) => index.writeUInt8(index.readUInt8(100) ^ 1, 100),
  ],
  [
    "a changed digest",
    (index: Buffer) => index.writeUInt8(index.readUInt8(index.length - 1) ^ 1, index.length - 1),
  ],
  ["another form", (index: Buffer) => index.write("nonsense")],
])("does not trust an index with %s, and finds the same", async (_, change) => {
  const { to, packed, scanned } = await built(content);
  const index = await readFile(`${to}${INDEX_ENDING}`);
  change(index);
  await writeFile(`${to}${INDEX_ENDING}`, index);
  expect(await isIndexed(to)).toBe(false);
  expect(await dive(packed)).toEqual(scanned);
});

test("does not trust a cut or empty index, nor one of another profile", async () => {
  const { to } = await built(content);
  const size = (await stat(to)).size;
  expect(await readThroughIndex(to, size, scope, profileOf("api"))).toBeNull();
  const index = await readFile(`${to}${INDEX_ENDING}`);
  for (const length of [0, 10, index.length - 1]) {
    await writeFile(`${to}${INDEX_ENDING}`, index.subarray(0, length));
    expect(await isIndexed(to)).toBe(false);
  }
});

test("a block that is not what it was makes the whole object be read, which then says what is wrong", async () => {
  const { to, packed } = await built(content);
  const { mtime } = await stat(to);
  const bytes = await readFile(to);
  for (let at = 20; at < bytes.length; at += 40) bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  await writeFile(to, bytes);
  await utimes(to, mtime, mtime);
  expect((await dive(packed)).broken).toMatch(/cut or corrupt/);
});

const run = async (words: Readonly<Record<string, string | boolean>>, positionals = ["build"]) => {
  const terminal = testTerminal();
  const code = await command.run(terminal, words, positionals);
  return { code, written: terminal.written(), complaints: terminal.complaints() };
};

test("the command packs an archive once, whatever its objects are packed with", async () => {
  const from = await archiveOf({
    [OBJECT]: content,
    "source=api/date=2026-11-16/a.ndjson.gz": gzipSync(content),
    "source=api/date=2026-11-17/a.ndjson.gz": gzipSync(content).subarray(0, 50),
    "README.md": "no log",
  });
  const to = await temporaryDirectory();
  const first = await run({ from, to });
  expect(first).toMatchObject({
    code: 1,
    written: expect.stringMatching(/^2 of 3 objects, 242 lines/),
  });
  expect(first.complaints).toMatch(/date=2026-11-17.*end too early/);
  expect((await readdir(join(to, "source=api/date=2026-11-16"))).sort()).toEqual([
    "a.ndjson.zst",
    `a.ndjson.zst${INDEX_ENDING}`,
  ]);
  expect(await readdir(join(to, "source=api/date=2026-11-17"))).toEqual(["a.ndjson.zst"]);
  expect((await run({ from, to })).written).toMatch(/^0 of 3 objects/);
  expect((await dive(to)).found).toEqual((await dive(from)).found);
});

test("an object that could not be packed is broken in the packed archive as well, until it can be read", async () => {
  const cut = `${OBJECT}.gz`;
  const from = await archiveOf({ [cut]: gzipSync(content).subarray(0, 50) });
  const to = await temporaryDirectory();
  expect((await run({ from, to })).code).toBe(1);
  expect((await dive(to)).broken).toMatch(/zstd data are cut/);
  await writeFile(join(from, cut), gzipSync(content));
  expect((await run({ from, to })).code).toBe(0);
  expect((await dive(to)).broken).toBeNull();
});

test("refuses to pack two objects as one", async () => {
  const from = await archiveOf({ [OBJECT]: content, [`${OBJECT}.gz`]: gzipSync(content) });
  const to = join(await temporaryDirectory(), "to");
  expect(await run({ from, to })).toMatchObject({
    code: 2,
    complaints: expect.stringMatching(
      /a\.ndjson and .*a\.ndjson\.gz would both be packed as .*a\.ndjson\.zst; keep one of them/,
    ),
  });
  await expect(readdir(to)).rejects.toThrow(/ENOENT/);
});

test.each(["", "packed", ".."])(
  "refuses to pack an archive into or around itself: %j",
  async (to) => {
    const from = await archiveOf({ [OBJECT]: content });
    expect(await run({ from, to: join(from, to) })).toMatchObject({
      code: 2,
      complaints: expect.stringMatching(/--to and --from lie in one another/),
    });
  },
);

test("the command indexes objects where they lie, whatever they are packed with, once", async () => {
  const from = await archiveOf({
    [OBJECT]: content,
    "source=api/date=2026-11-16/a.ndjson.gz": gzipSync(content),
    "source=api/date=2026-11-17/a.ndjson.gz": gzipSync(content).subarray(0, 50),
  });
  const { code, complaints } = await run({ from, sidecar: true });
  expect([code, complaints]).toEqual([1, expect.stringMatching(/11-17\/a\.ndjson\.gz: .*corrupt/)]);
  expect(await readdir(join(from, "source=audit/date=2026-11-16"))).toEqual([
    "a.ndjson",
    `a.ndjson${INDEX_ENDING}`,
  ]);
  expect(await readdir(join(from, "source=api/date=2026-11-16"))).toEqual([
    "a.ndjson.gz",
    `a.ndjson.gz${INDEX_ENDING}`,
  ]);
  expect((await run({ from, sidecar: true })).written).toMatch(/^0 of 3 objects/);
});

test("the command builds an index again that a dive could not use: of another form, or by another profile", async () => {
  const from = await archiveOf({ [OBJECT]: content });
  const object = join(from, OBJECT);
  await run({ from, sidecar: true });
  const index = await readFile(`${object}${INDEX_ENDING}`);
  const before = Buffer.from(index);
  before.write("seclogi1");
  await writeFile(`${object}${INDEX_ENDING}`, before);
  expect((await run({ from, sidecar: true })).written).toMatch(/^1 of 1 objects/);
  expect(await readFile(`${object}${INDEX_ENDING}`)).toEqual(index);
  const bytes = (await stat(object)).size;
  const others = { from: object, bytes, to: null, profile: profileOf("api"), blockBytes: 600 };
  await buildObject(others, codec);
  expect((await run({ from, sidecar: true })).written).toMatch(/^1 of 1 objects/);
  expect(await isIndexed(object)).toBe(true);
});

test("an object that became a symbolic link is broken, whatever its index says", async () => {
  const { to, packed } = await built(others(20).join("\n"));
  const elsewhere = join(await temporaryDirectory(), "a.zst");
  await rename(to, elsewhere);
  await symlink(elsewhere, to);
  expect((await dive(packed)).broken).toBe("a symbolic link is not followed");
});

test.each([
  [{}, ["build"]],
  [{ from: "a" }, ["build"]],
  [{ from: "a", to: "b", sidecar: true }, ["build"]],
  [{ from: "a", to: "b" }, ["make"]],
  [{ from: "/nowhere/at/all", to: "b" }, ["build"]],
])("the command refuses %j %j", async (words, positionals) => {
  expect((await run(words, positionals)).code).toBe(2);
});

test("an archive of the shipped profiles can be planned after it was built", async () => {
  const from = await archiveOf({ [OBJECT]: content });
  const to = await temporaryDirectory();
  await run({ from, to });
  const plan = await createFileStore(to).plan(scope, [...profiles.values()]);
  expect(plan.partitions.map(({ object }) => object)).toEqual([`${OBJECT}.zst`]);
});
