// An answer in counts from the form to its end: what is handed over tells no count that the answer does not show.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { newIdentity, open } from "../scripts/adapters/artefact/seal.ts";
import { Manifest } from "../scripts/domain/information-request/manifest.ts";
import { Receipt } from "../scripts/domain/information-request/receipt.ts";
import { API, approve, beginLife, DECIDE, fileRequest, type Life } from "./life.ts";

const HAND_OVER = ["hand-over", "gap", "status-update"];
type StoredPackage = { readonly id: number; readonly name: string; readonly version: string };

let life: Life;
let support: Awaited<ReturnType<typeof newIdentity>>;
/** An answer in counts, approved; Support can open it with the key of this test. */
async function beginCounts(): Promise<void> {
  life = await beginLife();
  support = await newIdentity();
  const teams = join(life.stage.environment["SECLOG_POLICIES"] ?? "", "teams.yaml");
  const policy = JSON.parse(await readFile(teams, "utf8"));
  policy.recipients.hand_over = [support.recipient];
  await writeFile(teams, JSON.stringify(policy));
  const description = life
    .form()
    .replace(/- \[[ x]\] Rows/, "- [ ] Rows")
    .replace("- [ ] Counts", "- [x] Counts");
  await fileRequest(life, { description });
  await life.run(DECIDE);
  await life.run(["log-dive"]);
  await life.run(DECIDE);
  life.at("2026-11-20T10:00:00Z");
  await approve(life);
  await life.run(DECIDE);
}
afterEach(() => life.stage.close());

const packages = async () =>
  (await life.person("mira").get(`${API}/packages`)) as readonly StoredPackage[];
async function bytesOf({ name, version }: StoredPackage, file: string): Promise<Buffer> {
  const { users, url } = life.stage.sandbox;
  const token = users.find(({ username }) => username === "mira")?.token ?? "";
  const path = `${url}/api/v4${API}/packages/generic/${name}/${version}/${file}`;
  return Buffer.from(
    await (await fetch(path, { headers: { "private-token": token } })).arrayBuffer(),
  );
}
/** Every file of a package by name, opened where it is sealed for Support. */
async function contentOf(stored: StoredPackage): Promise<ReadonlyMap<string, string>> {
  const files = (await life
    .person("mira")
    .get(`${API}/packages/${stored.id}/package_files`)) as readonly {
    readonly file_name: string;
  }[];
  const texts = await Promise.all(
    files.map(async ({ file_name: name }) => {
      const bytes = await bytesOf(stored, name);
      const clear = name.endsWith(".age") ? await open(bytes, support.identity) : bytes;
      return [name, Buffer.from(clear).toString()] as const;
    }),
  );
  return new Map(texts);
}

test("the package for the customer has a receipt in the place of the manifest, to its end", async () => {
  await beginCounts();
  expect((await life.run(HAND_OVER)).exit).toBe(0);
  const stored = await packages();
  const collected = stored.find(({ name }) => !name.endsWith("-hand-over")) as StoredPackage;
  const handedOver = stored.find(({ name }) => name.endsWith("-hand-over")) as StoredPackage;
  const content = await contentOf(handedOver);
  expect([...content.keys()].sort()).toEqual([
    "aggregate.json.age",
    "receipt.json",
    "summary.md.age",
  ]);
  const manifest = Manifest.parse(JSON.parse(String(await bytesOf(collected, "manifest.json"))));
  const receipt = Receipt.parse(JSON.parse(content.get("receipt.json") ?? ""));
  expect(receipt.artefact).toEqual(manifest.artefact);
  expect(receipt.files.map(({ name }) => name)).toEqual(["aggregate.json", "summary.md"]);
  // The sandbox' archive holds fewer of these events than may be shown: the exact number is in no file.
  const { count } = manifest.rows;
  expect(count).toBeGreaterThan(0);
  expect(content.get("aggregate.json.age")).toMatch(/fewer than 5/);
  const { sources, rows } = manifest;
  const exact = [rows.count, ...sources.flatMap((one) => [one.matched, one.scanned, one.outside])];
  const shown = JSON.parse(content.get("aggregate.json.age") ?? "");
  const numbers = JSON.stringify(shown).match(/(?<=[:[,])\d+(?=[,}\]])/g) ?? [];
  expect(numbers.filter((one) => exact.includes(Number(one)) && Number(one) < 5)).toEqual([]);
  const { files, ...rest } = receipt;
  expect(
    JSON.stringify({ ...rest, files: files.map(({ bytes: _, ...file }) => file) }),
  ).not.toMatch(/[:[,]\d+[,}\]]/);

  for (const jobs of [HAND_OVER, DECIDE]) expect((await life.run(jobs)).plan).toEqual([]);
  expect(await life.note()).toMatch(/handed over|hand-over/i);
  life.at("2027-03-01T10:00:00Z");
  const { plan, exit } = await life.run(HAND_OVER);
  expect(exit).toBe(0);
  expect(plan.filter(({ kind }) => kind === "delete-package")).toHaveLength(2);
  expect(await packages()).toEqual([]);
}, 300_000);
