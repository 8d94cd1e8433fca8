import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { sha256 } from "../../scripts/adapters/digest.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import type { Terminal } from "../../scripts/commands/command.ts";
import { command } from "../../scripts/commands/dive.ts";
import { canonicalJson } from "../../scripts/domain/canonical-json.ts";
import { Manifest } from "../../scripts/domain/information-request/manifest.ts";
import { archiveOf, temporaryDirectory } from "../adapters/log-dive-fixtures.ts";
import { requestYaml } from "../request-yaml.ts";
import { DEMO_ARCHIVE, writeArchive } from "../sandbox/log-archive.ts";

const REQUEST = requestYaml({
  events:
    "deploy_key_added, project_access_token_created, member_created, repository_git_operation",
  sources: "application, audit, shell",
});
const SHOWN = ["rows.csv", "rows.ndjson", "summary.md", "withheld.json"];

type Run = {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly folder: string;
  readonly artefact: string;
};
type Given = {
  readonly store: string;
  readonly request?: string;
  readonly scope?: unknown;
  readonly options?: Readonly<Record<string, string | boolean>>;
  readonly positionals?: readonly string[];
  readonly signal?: AbortSignal;
  readonly interactive?: boolean;
};

/** One `seclog dive` in a fresh folder, with the process as values. */
async function dive(given: Given): Promise<Run> {
  const folder = await temporaryDirectory();
  const [request, scope, artefact] = ["request.yaml", "scope.json", "artefact"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await writeFile(request, given.request ?? REQUEST);
  if (given.scope !== undefined) await writeFile(scope, JSON.stringify(given.scope));
  const printed = { out: "", err: "" };
  const terminal: Terminal = {
    write: (text) => {
      printed.out += text;
    },
    complain: (text) => {
      printed.err += text;
    },
    input: (async function* () {})(),
    env: { SECLOG_PSEUDONYM_KEY: "k".repeat(32), CI_COMMIT_SHA: "c0ffee" },
    now: "2026-11-20T15:00:00Z",
    interactive: given.interactive ?? false,
    signal: given.signal ?? new AbortController().signal,
  };
  const values = {
    store: given.store,
    out: artefact,
    ...(given.scope === undefined ? {} : { scope }),
    ...given.options,
  };
  const code = await command.run(terminal, values, given.positionals ?? [request]);
  return { code, ...printed, folder, artefact };
}

const textOf = (run: Run, name: string): Promise<string> =>
  readFile(join(run.artefact, name), "utf8");
const rowsOf = async (run: Run): Promise<Record<string, unknown>[]> =>
  (await textOf(run, "rows.ndjson"))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const manifestOf = async (run: Run): Promise<Manifest> =>
  Manifest.parse(JSON.parse(await textOf(run, "manifest.json")));

const SMALL = { ...DEMO_ARCHIVE, from: "2026-11-15", days: 4, linesPerDay: 60, tornOneIn: 100 };
const demo = await temporaryDirectory();
const written = await writeArchive(demo, SMALL);

test("finds the incident in an archive of many accounts, and nothing of anybody else", async () => {
  const run = await dive({ store: `file:${demo}` });
  expect(run.err).toMatch(/100 %/);
  expect(run.out).toMatch(/^IR-2026-0042: complete, \d+ rows\n/);
  expect(run.code).toBe(0);
  const rows = await rowsOf(run);
  const wanted = written.incident.filter(
    ({ source, what }) =>
      ["application", "audit", "shell"].includes(source) &&
      /created|deploy key added|SSH/.test(what),
  );
  for (const { time, source } of wanted) {
    expect(rows).toContainEqual(
      expect.objectContaining({ log_source: source, time: `${time.slice(0, 19)}Z` }),
    );
  }
  const shown = (await Promise.all(SHOWN.map((name) => textOf(run, name)))).join("\n");
  expect(shown).not.toMatch(
    /other-|tenant-|acme-corporation|acme-jdoe|Jane|198\.51\.100|203\.0\.113|nfs-file|hashed|puma|gitlab\.example/,
  );
  for (const row of rows.filter((each) => each["meta.project"] !== undefined)) {
    expect(row["meta.project"]).toBe("acme-corp/payments/api");
  }
});

test("counts every line once, and the digests hold", async () => {
  const run = await dive({ store: `file:${demo}`, options: { json: true } });
  const manifest = await manifestOf(run);
  expect(JSON.parse(run.out)).toEqual(manifest);
  expect(manifest).toMatchObject({
    complete: true,
    code: { sha: "c0ffee" },
    request: { id: "IR-2026-0042", sha256: sha256(REQUEST) },
    collected_at: "2026-11-20T15:00:00Z",
  });
  const lines = (await textOf(run, "evidence/matched.ndjson"))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const quarantined = (await textOf(run, "evidence/quarantined.ndjson"))
    .split("\n")
    .filter(Boolean);
  const total = (reasons: Record<string, number>) =>
    Object.values(reasons).reduce((sum, count) => sum + count, 0);
  for (const source of manifest.sources) {
    expect(source.scanned).toBe(source.outside + source.matched + total(source.quarantined));
    expect(source.matched).toBe(source.released + total(source.withheld));
  }
  expect(lines).toHaveLength(manifest.sources.reduce((sum, source) => sum + source.matched, 0));
  expect(quarantined).toHaveLength(
    manifest.sources.reduce((sum, source) => sum + total(source.quarantined), 0),
  );
  expect(quarantined.length).toBeGreaterThan(0);
  const rows = await rowsOf(run);
  expect(lines.map((line) => line.row).sort()).toEqual(
    rows.map((row) => sha256(canonicalJson(row))).sort(),
  );
  for (const file of manifest.files) {
    const bytes = await readFile(join(run.artefact, file.name));
    expect([bytes.length, sha256(bytes)]).toEqual([file.bytes, file.sha256]);
  }
});

test("gives the same bytes on every run", async () => {
  const [first, second] = [
    await dive({ store: `file:${demo}` }),
    await dive({ store: `file:${demo}` }),
  ];
  for (const name of [
    ...SHOWN,
    "manifest.json",
    "evidence/matched.ndjson",
    "evidence/quarantined.ndjson",
  ]) {
    expect(await textOf(second, name)).toBe(await textOf(first, name));
  }
});

const line = (change: object = {}): string =>
  JSON.stringify({
    time: "2026-11-16T12:00:00.000Z",
    severity: "INFO",
    event_type: "deploy_key_added",
    project_id: 9001,
    "meta.project": "acme-corp/payments/api",
    "meta.root_namespace": "acme-corp",
    "meta.user": "acme-jdoe",
    "meta.user_id": 501,
    ...change,
  });
const APPLICATION = REQUEST.replace("[application, audit, shell]", "[application]");
const day = (date: string, name = "a.ndjson"): string => `source=application/date=${date}/${name}`;
const packed = gzipSync(`${line()}\n${line({ time: "2026-11-16T13:00:00Z" })}\n`);

test("names the first files that it could not read", async () => {
  const cut = Array.from({ length: 7 }, (_, at) => [
    day("2026-11-16", `${at}.ndjson.gz`),
    packed.subarray(0, packed.length - 9),
  ]);
  const run = await dive({
    store: `file:${await archiveOf(Object.fromEntries(cut))}`,
    request: APPLICATION,
  });
  expect(run.out.match(/\d\.ndjson\.gz: the gzip data end too early/g)).toHaveLength(5);
  expect(run.out).toContain("\n    the others are in manifest.json\n");
});

test.each([
  ["a day is missing", { [day("2026-11-16")]: line() }, /1 days missing \(2026-11-17\)/],
  [
    "a file is cut",
    {
      [day("2026-11-16", "a.ndjson.gz")]: packed.subarray(0, packed.length - 9),
      [day("2026-11-17")]: "",
    },
    /not read to their end: 1\n {4}source=application\/date=2026-11-16\/a\.ndjson\.gz: the gzip data end too early/,
  ],
  [
    "a checksum is wrong",
    {
      [day("2026-11-16", "a.ndjson.gz")]: Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)]),
      [day("2026-11-17")]: line({ time: "2026-11-17T00:00:00Z" }),
    },
    /not read to their end: 1\n {4}source=.*: the gzip data are corrupt/,
  ],
])("is incomplete when %s", async (_, files, message) => {
  const run = await dive({ store: `file:${await archiveOf(files)}`, request: APPLICATION });
  expect(run.out).toMatch(/INCOMPLETE/);
  expect(run.out).toMatch(message);
  expect(run.code).toBe(1);
  expect((await manifestOf(run)).complete).toBe(false);
  expect(await textOf(run, "summary.md")).toContain("cannot be released");
});

const SCOPE = {
  request_id: "IR-2026-0042",
  account: { path: "acme-corp", id: 12345 },
  namespaces: [],
  projects: [{ path: "acme-corp/payments/api", id: 9001 }],
  users: [{ username: "acme-jdoe", id: 501 }],
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
  event_types: ["deploy_key_added"],
  log_sources: ["application"],
  personal_data_approved: true,
};

test("uses the ids of the scope: a project of another id is not the customer's", async () => {
  const files = {
    [day("2026-11-16")]: [line(), line({ project_id: 4711 })].join("\n"),
    [day("2026-11-17")]: "",
  };
  const store = `file:${await archiveOf(files)}`;
  const run = await dive({ store, request: APPLICATION, scope: SCOPE });
  expect(await rowsOf(run)).toHaveLength(1);
  expect((await rowsOf(run))[0]).toMatchObject({ "meta.user": "acme-jdoe" });
  const other = await dive({
    store,
    request: APPLICATION,
    scope: { ...SCOPE, request_id: "IR-2026-0043" },
  });
  expect(other.code).toBe(2);
  expect(other.err).toContain("of another request");
});

test.each<[string, Partial<typeof SCOPE>, RegExp]>([
  ["account", { account: { path: "other-corp", id: 9 } }, /is of another account/],
  ["window", { window: { ...SCOPE.window, to: "2026-11-19T00:00:00Z" } }, /has another window/],
  [
    "project",
    { projects: [...SCOPE.projects, { path: "other-corp/app", id: 77 }] },
    /has 1 projects that the request does not name/,
  ],
  ["user", { users: [{ username: "someone", id: 9 }] }, /has 1 users that the request does not/],
])("refuses a scope that goes beyond the request: another %s", async (_, change, message) => {
  const scope = { ...SCOPE, ...change };
  const run = await dive({ store: `file:${demo}`, request: APPLICATION, scope });
  expect(run.code).toBe(2);
  expect(run.err).toMatch(message);
  expect(run.err).toContain("scope.json ");
  expect(await readdir(run.folder)).not.toContain("artefact");
});

test("leaves nothing half-done when it is cancelled", async () => {
  const stop = new AbortController();
  const files = Object.fromEntries(
    ["2026-11-16", "2026-11-17"].map((date) => [day(date), `${line()}\n`.repeat(20_000)]),
  );
  const store = `file:${await archiveOf(files)}`;
  const running = dive({ store, request: APPLICATION, signal: stop.signal });
  setImmediate(() => stop.abort(new Error("cancelled")));
  const run = await running;
  expect(run.code).toBe(1);
  expect(run.err).toContain("cancelled; nothing was written");
  expect(await readdir(run.folder)).toEqual(["request.yaml"]);
});

test("says every fault of the input in one message", async () => {
  const run = await dive({
    store: "file:/nowhere/at/all",
    request: REQUEST.replace("issue: 42", "isue: 42").replace(
      '"2026-11-18T00:00:00Z"',
      '"2026-11-18"',
    ),
    options: { now: "today", out: "", workers: "65" },
  });
  expect(run.code).toBe(2);
  expect(run.err).toMatch(/isue/);
  expect(run.err).toMatch(/window\.to/);
  expect(run.err).toMatch(/there is no such directory/);
  expect(run.err).toMatch(/--now/);
  expect(run.err).toMatch(/--out/);
  expect(run.err).toMatch(/--workers 65 is no number from 1 to 64/);
  expect(await readdir(run.folder)).toEqual(["request.yaml"]);
});

test("takes an event type that the catalogue does not know from a scope alone", async () => {
  const request = APPLICATION.replace("member_created", "member_adopted");
  const refused = await dive({ store: `file:${demo}`, request });
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(
    /request\.yaml:\d+:\d+ event_types\[\d\] is not a known event type; did you mean member_added/,
  );
  const scope = { ...SCOPE, event_types: ["member_adopted"] };
  expect((await dive({ store: `file:${demo}`, request, scope })).code).toBe(0);
});

test.each([
  [{ positionals: [] }, /name one request file/],
  [{ positionals: ["/nowhere.yaml"] }, /cannot be read \(ENOENT\)/],
  [{ store: "ftp://x" }, /unknown scheme ftp/],
  [{ store: "file:" }, /there is no such directory; name the directory that holds the archive/],
  [{ options: { out: join(demo, "source=shell", "artefact") } }, /lies in the archive/],
  [{ scope: { request_id: 1 } }, /scope\.json request_id must be a string/],
  [
    { request: REQUEST.replace("[application, audit, shell]", "[registry]") },
    /registry is a log source without a profile/,
  ],
])("refuses bad input %#", async (given, message) => {
  const run = await dive({ store: `file:${demo}`, ...given });
  expect(run.code).toBe(2);
  expect(run.err).toMatch(message);
});

test("overwrites nothing", async () => {
  const run = await dive({ store: `file:${demo}` });
  const again = await dive({ store: `file:${demo}`, options: { out: run.artefact } });
  expect(again.code).toBe(2);
  expect(again.err).toContain("exists already");
});

test("draws a bar in a terminal", async () => {
  const run = await dive({ store: `file:${demo}`, interactive: true });
  expect(run.err).toMatch(/^\r/);
  expect(run.err).toMatch(/█{30} 100 % {2}\d+ of \d+ files, \d+ rows[^\n]*\n$/);
});

test("names the file in which the policies do not say how long an artefact is kept", async () => {
  const policies = await temporaryDirectory();
  await cp(POLICY_FOLDER, policies, { recursive: true });
  const file = join(policies, "hand-over.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("artefact_expires_after", "artefact_expires"));
  await expect(dive({ store: `file:${demo}`, options: { policies } })).rejects.toThrow(
    "hand-over.yaml",
  );
});
