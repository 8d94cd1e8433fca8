import { mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { masterKey, pseudonymsFor } from "../../scripts/adapters/pseudonym.ts";

const master = Buffer.alloc(32, 1);

test("the same value of a kind gives the same 64 bits in one request, and others in another", () => {
  const one = pseudonymsFor(master, "IR-2026-0001");
  const again = pseudonymsFor(master, "IR-2026-0001");
  const other = pseudonymsFor(master, "IR-2026-0002");
  expect(one.pseudonym("user", "acme-jdoe")).toMatch(/^user-[0-9a-f]{16}$/);
  expect(again.pseudonym("user", "acme-jdoe")).toBe(one.pseudonym("user", "acme-jdoe"));
  expect(other.pseudonym("user", "acme-jdoe")).not.toBe(one.pseudonym("user", "acme-jdoe"));
  expect(one.pseudonym("token", "501").slice(6)).not.toBe(one.pseudonym("job", "501").slice(4));
  expect(other.keyId).not.toBe(one.keyId);
  expect(again.keyId).toBe(one.keyId);
});

test("a key is made once, for its owner's eyes, also when many runs start together", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "key-")), "below", "pseudonym.key");
  const keys = await Promise.all(Array.from({ length: 50 }, () => masterKey(undefined, file)));
  for (const key of keys) expect(key).toStrictEqual(keys[0]);
  expect(await readdir(dirname(file))).toEqual(["pseudonym.key"]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await masterKey(undefined, file)).toStrictEqual(await readFile(file));
});

test("a key from the environment wins; a short or unwritable one is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "key-"));
  const file = join(folder, "pseudonym.key");
  expect(await masterKey("x".repeat(32), file)).toStrictEqual(Buffer.from("x".repeat(32)));
  await writeFile(file, "too short");
  await expect(masterKey(undefined, file)).rejects.toThrow("has 9 bytes");
  await expect(masterKey(undefined, join(file, "under-a-file"))).rejects.toThrow();
  await expect(masterKey(undefined, folder)).rejects.toThrow();
});
