import { execFileSync } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { openLogStore } from "../../scripts/adapters/log-stores/store-url.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import { archiveOf as archive, profileOf, scopeOf } from "./log-dive-fixtures.ts";

const profiles = ["api", "audit", "application"].map(profileOf);
const scope = scopeOf({ log_sources: ["api", "audit", "application"] });
const mine = (text = "deploy"): string =>
  JSON.stringify({
    time: "2026-11-16T12:00:00.000Z",
    "meta.project": "acme-corp/payments/api",
    text,
  });
const theirs = JSON.stringify({ time: "2026-11-16T12:00:00.000Z", "meta.project": "other-co/x" });

async function read(root: string, source = "api", within: Scope = scope) {
  const store = createFileStore(root);
  const plan = await store.plan(within, profiles);
  const profile = profileOf(source);
  const lines: { object: string; line: number; text: string; cut: boolean }[] = [];
  const ends: { object: string; scanned: number; broken: string | null }[] = [];
  for (const partition of plan.partitions.filter((each) => each.source === source)) {
    const pull = store.pull(partition, within, profile, new AbortController().signal);
    let step = await pull.next();
    for (; step.done !== true; step = await pull.next()) {
      const { line, bytes, cut } = step.value;
      lines.push({
        object: partition.object,
        line,
        text: Buffer.from(bytes).toString(),
        cut: cut === true,
      });
    }
    ends.push({ object: partition.object, scanned: step.value.scanned, broken: step.value.broken });
  }
  return { plan, lines, ends };
}

test.each([
  "source=api/date=2026-11-16/part-0.ndjson",
  "source=api/dt=2026-11-16/part-0.ndjson.gz",
  "api/2026-11-16/x.jsonl",
  "gke/api/dt=2026-11-16/12:00:00_12:59:59_S0.json",
  "api/2026/11/16/12:00:00_12:59:59_S0.json",
  "source=api/date=2026-11-16/api_json.log",
  "gitlab-rails/2026-11-16/api_json.log.1.gz",
  "gitlab-rails/api_json.log-20261116.gz",
  "source=api/day=2026-11-16/@400000005f8c.s",
  "source=api/date=2026-11-16/current",
])("finds the source and the day of %s", async (path) => {
  const text = `${mine()}\n`;
  const { plan, lines } = await read(
    await archive({ [path]: path.endsWith(".gz") ? gzipSync(text) : text }),
  );
  expect(plan.partitions).toMatchObject([{ source: "api", day: "2026-11-16", object: path }]);
  expect(lines).toHaveLength(1);
  expect(plan.missing.get("api")).toEqual(["2026-11-17"]);
});

test.each([
  "source=api/date=2026-11-16/_SUCCESS",
  "source=api/date=2026-11-16/.part-0.ndjson.crc",
  "source=api/date=2026-11-16/README.md",
  "source=other/date=2026-11-16/part-0.ndjson",
  "source=api/date=2026-11-15/part-0.ndjson",
  "source=api/date=2026-11-19/part-0.ndjson",
])("leaves out %s", async (path) => {
  const { plan } = await read(await archive({ [path]: mine() }));
  expect(plan.partitions).toEqual([]);
  expect(plan.missing.get("api")).toEqual(["2026-11-16", "2026-11-17"]);
});

test("reads one day after the window for late lines, without asking for it", async () => {
  const day = (date: string) => `source=api/date=${date}/a.ndjson`;
  const { plan } = await read(
    await archive({
      [day("2026-11-16")]: "",
      [day("2026-11-17")]: "",
      [day("2026-11-18")]: mine(),
    }),
  );
  expect(plan.partitions.map((each) => each.day)).toEqual([
    "2026-11-16",
    "2026-11-17",
    "2026-11-18",
  ]);
  expect(plan.missing.has("api")).toBe(false);
});

test("reads a file without a day, which proves no day", async () => {
  const { plan, lines } = await read(await archive({ "source=api/api_json.log": mine() }));
  expect(lines).toHaveLength(1);
  expect(plan.missing.get("api")).toHaveLength(2);
});

const one = "source=api/date=2026-11-16/a.ndjson.gz";
const zstd = (text: string): Buffer => execFileSync("zstd", ["-cq"], { input: text });
const flipped = (bytes: Buffer, at: number): Buffer => {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
};
const packed = gzipSync(`${mine("1")}\n${mine("2")}\n`);
const bad = (change: (bytes: Buffer) => void): Buffer => {
  const copy = Buffer.from(packed);
  change(copy);
  return copy;
};
test.each([
  ["cut in the middle", packed.subarray(0, packed.length - 20), /end too early/],
  ["cut in the trailer", packed.subarray(0, packed.length - 3), /end too early/],
  [
    "wrong checksum",
    bad((bytes) => bytes.writeUInt8(bytes.readUInt8(bytes.length - 6) ^ 1, bytes.length - 6)),
    /corrupt/,
  ],
  ["wrong header", bad((bytes) => bytes.writeUInt8(9, 2)), /corrupt/],
  ["garbage behind it", Buffer.concat([packed, Buffer.from("garbage")]), /corrupt/],
  ["half a second member", Buffer.concat([packed, packed.subarray(0, 5)]), /end too early/],
  [
    "a member hidden behind zeros",
    Buffer.concat([packed, Buffer.alloc(8), packed]),
    /follows the end/,
  ],
  ["no gzip at all", mine(), /not gzip/],
  ["nothing in it", "", /not gzip/],
  ["zstd that is no zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 4, 0]), /zstd data are cut/],
  ["zstd cut in the middle", zstd(mine("1")).subarray(0, 40), /zstd data are cut/],
  ["garbage behind zstd", Buffer.concat([zstd(mine("1")), Buffer.from("x")]), /zstd data are cut/],
  ["a changed byte in zstd", flipped(zstd(mine("1")), 60), /zstd data are cut/],
  ["Parquet", "PAR1....", /Parquet/],
] as const)("says that a file is broken: %s", async (_, content, reason) => {
  const { ends } = await read(await archive({ [one]: content }));
  expect(ends).toHaveLength(1);
  expect(ends[0]?.broken).toMatch(reason);
});

test("reads every frame of a zstd file, also skippable ones, whatever the file is called", async () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const frames = [
    skippable,
    zstd(mine("1").slice(0, 9)),
    zstd(`${mine("1").slice(9)}\n`),
    skippable,
  ];
  const path = "source=api/date=2026-11-16/@400000005f8c.s";
  const { lines, ends } = await read(
    await archive({ [path]: Buffer.concat([...frames, zstd(mine("2"))]) }),
  );
  expect(lines.map((each) => each.text)).toEqual([mine("1"), mine("2")]);
  expect(ends).toEqual([{ object: path, scanned: 2, broken: null }]);
});

test("reads several gzip members and zero padding behind them", async () => {
  const members = Buffer.concat([
    gzipSync(mine("1").slice(0, 9)),
    gzipSync(`${mine("1").slice(9)}\n`),
    gzipSync(mine("2")),
  ]);
  const { lines, ends } = await read(
    await archive({ [one]: Buffer.concat([members, Buffer.alloc(512)]) }),
  );
  expect(lines.map((each) => each.text)).toEqual([mine("1"), mine("2")]);
  expect(ends).toEqual([{ object: one, scanned: 2, broken: null }]);
});

test("keeps line numbers over CRLF, empty lines, other accounts and a last line without an end", async () => {
  const plain = "source=api/date=2026-11-16/a.ndjson";
  const text = `${mine("1")}\r\n\n\r\n${theirs}\n${mine("2")}`;
  const { lines, ends } = await read(await archive({ [plain]: text }));
  expect(lines.map(({ line, text: content }) => [line, content])).toEqual([
    [1, mine("1")],
    [5, mine("2")],
  ]);
  expect(ends).toEqual([{ object: plain, scanned: 5, broken: null }]);
});

test("hands on the beginning of a line that is too long, and reads on behind it", async () => {
  const plain = "source=api/date=2026-11-16/a.ndjson";
  const exact = `{"a":"${"x".repeat(1024 * 1024 - 8)}"}`;
  const { lines, ends } = await read(
    await archive({
      [plain]: `${"y".repeat(3_000_000)}\n${mine()}\n${theirs} ${"z".repeat(2_000_000)}\n${exact}\r\n${exact} \n`,
    }),
  );
  expect(lines.map(({ line, cut, text }) => [line, cut, text.length])).toEqual([
    [1, true, 65536],
    [2, false, mine().length],
    [3, true, 65536],
    [5, true, 65536],
  ]);
  expect(ends[0]?.scanned).toBe(5);
});

test("follows no symbolic link, neither to a file nor to a directory", async () => {
  const outside = await archive({ "secret.ndjson": mine(), "day/secret.ndjson": mine() });
  const root = await archive({ "source=api/date=2026-11-16/a.ndjson": mine() });
  await symlink(join(outside, "secret.ndjson"), join(root, "source=api/date=2026-11-16/b.ndjson"));
  await symlink(join(outside, "day"), join(root, "source=api/date=2026-11-17"));
  const { lines, ends } = await read(root);
  expect(lines.map((each) => each.object)).toEqual(["source=api/date=2026-11-16/a.ndjson"]);
  expect(ends.slice(1).map((each) => each.broken)).toEqual([
    "a symbolic link is not followed",
    "a symbolic link is not followed",
  ]);
});

test("waits for no pipe: what is no plain file is broken", async () => {
  const root = await archive({ "source=api/date=2026-11-16/a.ndjson": `${mine()}\n` });
  execFileSync("mkfifo", [join(root, "source=api/date=2026-11-16/b.ndjson")]);
  execFileSync("mkfifo", [join(root, "source=api/date=2026-11-16/a.ndjson.seclog-index")]);
  const { lines, ends } = await read(root);
  expect(lines).toHaveLength(1);
  expect(ends.map((each) => each.broken)).toEqual([null, "not a plain file"]);
});

const LZ4 = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7]);
test.each([
  ["b.ndjson.bz2", Buffer.from("BZh91AY&SY"), "bzip2"],
  ["b.ndjson.xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), "xz"],
  ["api_json.log.2.xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), "xz"],
  ["b.ndjson.lz4", LZ4, "lz4"],
  ["b.ndjson", LZ4, "lz4"],
  ["b.json.zip", Buffer.from("PK\u0003\u0004"), "zip"],
  ["b.ndjson.bz2", Buffer.from(""), "bzip2"],
])("does not pass over %s, which it cannot unpack", async (name, bytes, packing) => {
  const { ends } = await read(
    await archive({
      "source=api/date=2026-11-16/a.ndjson": `${mine()}\n`,
      [`source=api/date=2026-11-16/${name}`]: bytes,
    }),
  );
  expect(ends.map(({ broken }) => broken)).toContain(
    `packed with ${packing}, which a dive does not read; pack it with gzip or zstd`,
  );
});

test("passes over what is no log: parts being written, hidden files, sums", async () => {
  const { ends } = await read(
    await archive({
      "source=api/date=2026-11-16/a.ndjson": `${mine()}\n`,
      "source=api/date=2026-11-16/b.ndjson.zst.part": mine(),
      "source=api/date=2026-11-16/.b.ndjson.xz": mine(),
      "source=api/date=2026-11-16/a.ndjson.xz.sha256": mine(),
      "source=api/date=2026-11-16/_SUCCESS": "",
    }),
  );
  expect(ends).toHaveLength(1);
});

test("notices that a file changed since it was planned", async () => {
  const root = await archive({ "source=api/date=2026-11-16/a.ndjson": mine() });
  const store = createFileStore(root);
  const [partition] = (await store.plan(scope, profiles)).partitions;
  if (partition === undefined) throw new Error("no partition");
  await writeFile(join(root, partition.object), `${mine()}\n${mine()}\n`);
  const [profile] = profiles;
  if (profile === undefined) throw new Error("no profile");
  const end = await store.pull(partition, scope, profile, new AbortController().signal).next();
  expect(end).toMatchObject({
    done: true,
    value: { broken: "the file changed while the dive ran" },
  });
});

test("stops when it is told to", async () => {
  const root = await archive({ "source=api/date=2026-11-16/a.ndjson": mine() });
  const store = createFileStore(root);
  const [partition] = (await store.plan(scope, profiles)).partitions;
  const [profile] = profiles;
  if (partition === undefined || profile === undefined) throw new Error("nothing to read");
  const pull = store.pull(partition, scope, profile, AbortSignal.abort());
  await expect(pull.next()).rejects.toThrow(/abort/i);
});

test.each([
  ["file:/nowhere/at/all", /there is no such directory/],
  ["ftp://host/x", /unknown scheme ftp/],
  ["just-a-path", /no scheme/],
])("refuses the store %s", async (url, message) => {
  await expect(openLogStore(url)).rejects.toThrow(message);
});
