import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { expect, test } from "vitest";
import { CannotSeal, open, sealArtefact } from "../../scripts/adapters/artefact/seal.ts";
import type { ManifestFile } from "../../scripts/domain/information-request/manifest.ts";
import { archiveOf, temporaryDirectory } from "./log-dive-fixtures.ts";

const [reviewer, sirt, stranger] = (await Promise.all(
  [1, 2, 3].map(async () => {
    const identity = await generateX25519Identity();
    return { identity, recipient: await identityToRecipient(identity) };
  }),
)) as [Person, Person, Person];
type Person = { readonly identity: string; readonly recipient: string };

const file = (name: string, restricted: boolean): ManifestFile => ({
  name,
  bytes: 1,
  sha256: "0".repeat(64),
  restricted,
});
const manifest = { files: [file("evidence/matched.ndjson", true), file("rows.ndjson", false)] };
const content = {
  "rows.ndjson": '{"a":1}\n',
  "evidence/matched.ndjson": "original\n",
  "manifest.json": "{}\n",
};
const recipients = { reviewers: [reviewer.recipient], evidence: [sirt.recipient] };

test("seals each file to its readers and leaves the manifest in clear, last", async () => {
  const target = join(await temporaryDirectory(), "sealed");
  const names = await sealArtefact(await archiveOf(content), manifest, recipients, target);
  expect(names).toEqual(["evidence.matched.ndjson.age", "rows.ndjson.age", "manifest.json"]);
  expect((await readdir(target)).sort()).toEqual([...names].sort());
  const sealed = async (name: string) => readFile(join(target, name));
  const rows = await sealed("rows.ndjson.age");
  const evidence = await sealed("evidence.matched.ndjson.age");
  expect(Buffer.from(await open(rows, reviewer.identity)).toString()).toBe(content["rows.ndjson"]);
  expect(Buffer.from(await open(evidence, sirt.identity)).toString()).toBe("original\n");
  expect(rows.includes('"a"')).toBe(false);
  await expect(open(evidence, reviewer.identity)).rejects.toThrow();
  await expect(open(rows, sirt.identity)).rejects.toThrow();
  await expect(open(rows, stranger.identity)).rejects.toThrow();
  rows[rows.length - 1] = (rows[rows.length - 1] ?? 0) ^ 1;
  await expect(open(rows, reviewer.identity)).rejects.toThrow();
});

test.each([
  [{ ...recipients, reviewers: [] }, /no age recipients for reviewers/],
  [{ ...recipients, evidence: [] }, /no age recipients for evidence/],
  [{ ...recipients, evidence: ["ssh-ed25519 AAAA"] }, /is no age public key/],
])("writes nothing without recipients that age knows", async (wrong, message) => {
  const folder = await temporaryDirectory();
  const sealing = sealArtefact(await archiveOf(content), manifest, wrong, join(folder, "sealed"));
  await expect(sealing).rejects.toThrow(CannotSeal);
  await expect(sealing).rejects.toThrow(message);
  expect(await readdir(folder)).toEqual([]);
});

test("asks only for the recipients of the files that are there", async () => {
  const target = join(await temporaryDirectory(), "sealed");
  const shown = { files: manifest.files.filter(({ restricted }) => !restricted) };
  const names = await sealArtefact(
    await archiveOf(content),
    shown,
    { reviewers: [reviewer.recipient], evidence: [] },
    target,
  );
  expect(names).toEqual(["rows.ndjson.age", "manifest.json"]);
});

test("leaves nothing behind when a file is not there", async () => {
  const folder = await temporaryDirectory();
  const { "rows.ndjson": _, ...partial } = content;
  const sealing = sealArtefact(
    await archiveOf(partial),
    manifest,
    recipients,
    join(folder, "sealed"),
  );
  await expect(sealing).rejects.toThrow(/ENOENT/);
  expect(await readdir(folder)).toEqual([]);
});

test("leaves nothing behind when a file cannot be read", async () => {
  const folder = await temporaryDirectory();
  const { "rows.ndjson": _, ...partial } = content;
  const source = await archiveOf({ ...partial, "rows.ndjson/inside": "a folder of that name" });
  const sealing = sealArtefact(source, manifest, recipients, join(folder, "sealed"));
  await expect(sealing).rejects.toThrow(/EISDIR/);
  expect(await readdir(folder)).toEqual([]);
});

test("seals a file of many pieces, and an empty one, byte for byte", async () => {
  const rows = randomBytes(3_000_001);
  const source = await archiveOf({
    ...content,
    "rows.ndjson": rows,
    "evidence/matched.ndjson": "",
  });
  const target = join(await temporaryDirectory(), "sealed");
  await sealArtefact(source, manifest, recipients, target);
  const opened = async (name: string, { identity }: Person): Promise<Uint8Array> =>
    open(await readFile(join(target, name)), identity);
  expect(rows.equals(await opened("rows.ndjson.age", reviewer))).toBe(true);
  expect(await opened("evidence.matched.ndjson.age", sirt)).toHaveLength(0);
});

const age = ((): boolean => {
  try {
    execFileSync("age", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

// Skipped where the `age` command is not installed (Debian package age).
test.skipIf(!age)("is opened by the age command", async () => {
  const folder = await temporaryDirectory();
  const target = join(folder, "sealed");
  await sealArtefact(await archiveOf(content), manifest, recipients, target);
  await writeFile(join(folder, "key"), reviewer.identity, { mode: 0o600 });
  const clear = execFileSync("age", [
    "-d",
    "-i",
    join(folder, "key"),
    join(target, "rows.ndjson.age"),
  ]);
  expect(clear.toString()).toBe(content["rows.ndjson"]);
});
