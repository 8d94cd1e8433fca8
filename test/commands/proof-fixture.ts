// One small artefact that a dive wrote, and copies of it to tamper with.
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../../scripts/adapters/digest.ts";
import type { Command, Terminal } from "../../scripts/commands/command.ts";
import { command as diveCommand } from "../../scripts/commands/dive.ts";
import { command as proveCommand } from "../../scripts/commands/prove.ts";
import { canonicalJson } from "../../scripts/domain/canonical-json.ts";
import { Manifest } from "../../scripts/domain/information-request/manifest.ts";
import {
  artefactDigest,
  formatManifest,
  rowsRoot,
} from "../../scripts/domain/information-request/manifest-file.ts";
import { archiveOf, temporaryDirectory } from "../adapters/log-dive-fixtures.ts";

export const REQUEST = `apiVersion: v1
kind: information_request
id: IR-2026-0042
issue: 42
account: { path: acme-corp, id: 12345 }
window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" }
resources: { groups: [acme-corp/payments], projects: [acme-corp/payments/api, acme-corp/AKIAIOSFODNN7EXAMPLE], users: [acme-jdoe] }
event_types: [deploy_key_added, project_access_token_created]
log_sources: [application, audit]
`;

/** The second project's path looks like a live secret: its rows are withheld. */
export const row = (minute: number, change: Readonly<Record<string, unknown>> = {}) => ({
  severity: "INFO",
  time: `2026-11-16T12:${String(minute).padStart(2, "0")}:00.000Z`,
  event_type: "deploy_key_added",
  "meta.project": "acme-corp/payments/api",
  "meta.root_namespace": "acme-corp",
  "meta.user": minute % 3 === 0 ? "acme-jdoe" : `someone-${minute % 3}`,
  "meta.remote_ip": `198.51.100.${minute}`,
  correlation_id: `01JC${minute}`,
  message: `Added deploy key ${minute}`,
  ...change,
});
const lines = (rows: readonly unknown[]): string =>
  rows.map((one) => `${typeof one === "string" ? one : JSON.stringify(one)}\n`).join("");
const day = "2026-11-16";
export const archive = await archiveOf({
  [`source=application/date=${day}/a.ndjson`]: lines([
    ...Array.from({ length: 20 }, (_, minute) => row(minute)),
    '{"time":"2026-11-16T12:00:00Z","meta.project":"acme-corp/payments/api","event',
    row(30, { time: "yesterday" }),
    row(31, { "meta.project": "acme-corp/AKIAIOSFODNN7EXAMPLE" }),
    row(32, { "meta.project": "other-corp/app", "meta.root_namespace": "other-corp" }),
    row(33, { event_type: "member_added" }),
    `{"time":"2026-11-16T12:34:00Z","meta.project":"acme-corp/payments/api","x":"${"y".repeat(1_100_000)}"}`,
  ]),
  "source=application/date=2026-11-17/a.ndjson": lines([
    row(1, { time: "2026-11-17T09:00:00Z", event_type: "project_access_token_created" }),
  ]),
  [`source=audit/date=${day}/a.ndjson`]: lines([row(40), row(40)]),
  "source=audit/date=2026-11-17/a.ndjson": "",
});

export type Run = { readonly code: number; readonly out: string; readonly err: string };

async function run(
  command: Command,
  words: readonly string[],
  values: Readonly<Record<string, string | boolean>>,
  env: Terminal["env"],
): Promise<Run> {
  const printed = { out: "", err: "" };
  const terminal: Terminal = {
    write: (text) => {
      printed.out += text;
    },
    complain: (text) => {
      printed.err += text;
    },
    input: (async function* () {})(),
    env,
    now: "2026-11-20T15:00:00Z",
    interactive: false,
    signal: new AbortController().signal,
  };
  return { code: await command.run(terminal, values, words), ...printed };
}

export const KEY = { SECLOG_PSEUDONYM_KEY: "k".repeat(32) };

/** @returns the artefact of one dive into an archive */
export async function dive(store = archive, request = REQUEST): Promise<string> {
  const folder = await temporaryDirectory();
  const [file, out] = [join(folder, "request.yaml"), join(folder, "artefact")];
  await writeFile(file, request);
  const { code, err } = await run(diveCommand, [file], { store: `file:${store}`, out }, KEY);
  if (code > 1) throw new Error(err);
  return out;
}

export const artefact = await dive();
export const requestFile = join(artefact, "..", "request.yaml");

export const prove = (
  directory: string,
  values: Readonly<Record<string, string | boolean>> = { request: requestFile },
  env: Terminal["env"] = {},
): Promise<Run> => run(proveCommand, [directory], values, env);

export const proveWords = (
  words: readonly string[],
  values: Readonly<Record<string, string | boolean>>,
): Promise<Run> => run(proveCommand, words, values, {});

/** A copy of the artefact to change. */
export async function copyOf(directory = artefact): Promise<string> {
  const copy = join(await temporaryDirectory(), "artefact");
  await cp(directory, copy, { recursive: true });
  return copy;
}

export const readText = (directory: string, name: string): Promise<string> =>
  readFile(join(directory, name), "utf8");

export async function changeText(
  directory: string,
  name: string,
  change: (text: string) => string,
): Promise<void> {
  await writeFile(join(directory, name), change(await readText(directory, name)));
}

/** Changes the lines of a file; a line is JSON. */
export const changeLines = (
  directory: string,
  name: string,
  change: (rows: Record<string, unknown>[]) => readonly unknown[],
): Promise<void> =>
  changeText(directory, name, (text) => {
    const rows = text.split("\n").filter(Boolean);
    return change(rows.map((line) => JSON.parse(line)))
      .map((one) => `${canonicalJson(one)}\n`)
      .join("");
  });

export async function changeManifest(
  directory: string,
  change: (manifest: Manifest) => void,
): Promise<void> {
  await changeText(directory, "manifest.json", (text) => {
    const manifest = Manifest.parse(JSON.parse(text));
    change(manifest);
    return formatManifest(manifest);
  });
}

/** Makes every digest of the manifest fit the files again, as somebody who forges an artefact would. */
export async function redigest(directory: string): Promise<void> {
  const sizes = new Map<string, Buffer>();
  const { files } = Manifest.parse(JSON.parse(await readText(directory, "manifest.json")));
  for (const { name } of files) sizes.set(name, await readFile(join(directory, name)));
  await changeManifest(directory, (manifest) => {
    for (const file of manifest.files) {
      const bytes = sizes.get(file.name) as Buffer;
      Object.assign(file, { bytes: bytes.length, sha256: sha256(bytes) });
    }
    if (sizes.has("rows.ndjson")) {
      const rows = String(sizes.get("rows.ndjson")).split("\n").filter(Boolean);
      const digests = rows.map((line) => ({ sha256: sha256(line) }));
      manifest.rows = { count: rows.length, root: rowsRoot(digests, sha256) };
    }
    manifest.artefact.sha256 = artefactDigest(manifest.files, sha256);
  });
}
