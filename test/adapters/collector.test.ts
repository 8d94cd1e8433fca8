import { readdirSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GateRefused } from "../../scripts/adapters/artefact/gate.ts";
import { createCollector } from "../../scripts/adapters/dive/collector.ts";
import { DIVE_LIMITS } from "../../scripts/adapters/dive/reading.ts";
import type { DiveLimits } from "../../scripts/adapters/dive/unit.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { pseudonymsFor } from "../../scripts/adapters/pseudonym.ts";
import type { Pseudonym } from "../../scripts/domain/information-request/redaction-result.ts";
import type { InformationRequest } from "../../scripts/domain/information-request/request.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import { archiveOf, profiles, scopeOf, temporaryDirectory } from "./log-dive-fixtures.ts";

const request = { id: "IR-2026-0042" } as InformationRequest;
const SHOWN = ["rows.csv", "rows.ndjson", "summary.md", "withheld.json"];

type Evidence = {
  readonly object: string;
  readonly line: number;
  readonly row?: string;
  readonly reason?: string;
  readonly withheld?: string;
  readonly text?: string;
  readonly base64?: string;
};

async function collect(
  root: string,
  scope: Scope,
  limits: DiveLimits = DIVE_LIMITS,
  pseudonym: Pseudonym | null = null,
) {
  const folder = await temporaryDirectory();
  const collector = createCollector({
    store: createFileStore(root),
    profiles: [...profiles.values()],
    directoryOf: (id) => join(folder, id),
    pseudonymsOf: (id) => {
      const keyed = pseudonymsFor(Buffer.alloc(32, 7), id);
      return { ...keyed, pseudonym: pseudonym ?? keyed.pseudonym };
    },
    codeSha: "c0ffee",
    now: "2026-11-20T15:00:00Z",
    keepFor: "P7D",
    recipients: { reviewers: [], evidence: [] },
    limits,
    onProgress: () => {},
    signal: new AbortController().signal,
  });
  const { manifest, directory } = await collector
    .collect(request, "0".repeat(64), scope, "rows")
    .catch(async (error: unknown) => {
      expect(await readdir(folder)).toEqual([]);
      throw error;
    });
  const read = (name: string): Promise<string> => readFile(join(directory, name), "utf8");
  const evidence = async (name: string): Promise<Evidence[]> =>
    (await read(`evidence/${name}.ndjson`))
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return {
    manifest,
    rows: (await read("rows.ndjson"))
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
    matched: await evidence("matched"),
    quarantined: await evidence("quarantined"),
    shown: (await Promise.all(SHOWN.map(read))).join("\n"),
    collector,
    directory,
  };
}

type Case = {
  readonly name: string;
  readonly line?: string;
  readonly raw_b64?: string;
  readonly line_gen?: Readonly<Record<string, string | number>>;
  readonly expect: {
    readonly verdict: string;
    readonly must_not_appear?: readonly string[];
    readonly must_appear?: readonly string[];
  };
};
const cases = readFileSync(new URL("../cases/shared/logs.ndjson", import.meta.url), "utf8")
  .split("\n")
  .filter(Boolean)
  .map((text): Case => JSON.parse(text));

/** The bytes of a case; long ones are described, not stored. */
function bytesOf({ line, raw_b64, line_gen: gen }: Case): Buffer | null {
  if (line !== undefined) return Buffer.from(line);
  if (raw_b64 !== undefined) return Buffer.from(raw_b64, "base64");
  if (gen === undefined) return null;
  const part = (key: string, times: number): string => String(gen[key] ?? "").repeat(times);
  const count = Number(gen["count"]);
  return Buffer.from(
    part("prefix", 1) +
      part("open", count) +
      part("unit", count) +
      part("inner", 1) +
      part("close", count) +
      part("suffix", 1),
  );
}

test("every shared case as a file of an archive: no wrong keep, nothing lost, no string that must not appear", async () => {
  const lines = cases.flatMap((one, index) => {
    const bytes = bytesOf(one);
    return bytes === null || bytes.includes(10) ? [] : [{ ...one, bytes, index }];
  });
  const path = (index: number): string =>
    `source=application/date=2026-11-16/${String(index).padStart(3, "0")}.ndjson`;
  const files = Object.fromEntries(
    // An empty line first: what a file begins with tells how it is packed.
    lines.map(({ bytes, index }) => [path(index), Buffer.concat([Buffer.from("\n"), bytes])]),
  );
  const found = await collect(
    await archiveOf({
      ...files,
      "source=application/date=2026-11-17/a.ndjson": "",
      "source=audit/date=2026-11-16/a.ndjson": "",
      "source=audit/date=2026-11-17/a.ndjson": "",
    }),
    scopeOf(),
  );
  const verdicts = lines.map(({ index }) => {
    const at = (evidence: readonly Evidence[]): boolean =>
      evidence.some(({ object }) => object === path(index));
    return at(found.matched) ? "keep" : at(found.quarantined) ? "quarantine" : "drop";
  });
  const wrongKeeps = lines.filter(
    (one, at) => verdicts[at] === "keep" && one.expect.verdict !== "keep",
  );
  expect(wrongKeeps.map(({ name }) => name)).toEqual([]);
  const lost = lines.filter((one, at) => verdicts[at] === "drop" && one.expect.verdict === "keep");
  expect(lost.map(({ name }) => name)).toEqual([]);
  const same = lines.filter((one, at) => verdicts[at] === one.expect.verdict).length;
  expect(same / lines.length).toBeGreaterThanOrEqual(0.97);
  const banned = lines.flatMap((one) => one.expect.must_not_appear ?? []);
  expect(banned.filter((text) => found.shown.includes(text))).toEqual([]);
  expect(found.manifest.complete).toBe(true);
});

const own = {
  time: "2026-11-16T12:00:00Z",
  event_type: "deploy_key_added",
  "meta.project": "acme-corp/payments/api",
  project_id: 9001,
};
const text = (change: object = {}): string => JSON.stringify({ ...own, ...change });
const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

// Kinds of lines on which search engines died, lost rows or took in others' (log-dive on hostile input).
test.each([
  ["a torn line", text().slice(0, 60), "quarantined"],
  ["a torn line joined to the next", text().slice(0, 60) + text(), "quarantined"],
  [
    "a torn line joined to the next, the name swallowed",
    '{"meta.project":"acm{"meta.project":"other-co/x"}',
    "quarantined",
  ],
  ["garbage", "\u0000\u0001 not a log line", "quarantined"],
  ["a scalar", "42", "quarantined"],
  ["two objects on a line", `${text()}${text()}`, "quarantined"],
  [
    "a scope key twice, the last ours",
    `{"meta.project":"other-co/x",${text().slice(1)}`,
    "quarantined",
  ],
  [
    "a scope key twice, the first ours",
    `${text().slice(0, -1)},"meta.project":"other-co/x"}`,
    "quarantined",
  ],
  ["a number where a name is", text({ "meta.user": 7 }), "matched"],
  ["an object where a name is", text({ "meta.user": { a: 1 } }), "matched"],
  ["a status as text", text({ status: "200" }), "matched"],
  ["a line beyond the cap", text({ x: "y".repeat(1_100_000) }), "quarantined"],
  ["a line of 1 MB", text({ x: "y".repeat(1_000_000) }), "matched"],
  ["nesting within the cap", `${text().slice(0, -1)},"n":${nested(30)}}`, "matched"],
  ["nesting beyond the cap", `${text().slice(0, -1)},"n":${nested(20_000)}}`, "quarantined"],
  [
    "invalid UTF-8",
    Buffer.concat([Buffer.from(text().slice(0, -1)), Buffer.from(',"x":"\xff"}', "latin1")]),
    "quarantined",
  ],
  ["a lone surrogate", `${text().slice(0, -1)},"x":"\\ud800"}`, "matched"],
  ["an escaped letter", text().replace("acme", "\\u0061cme"), "matched"],
  ["an escaped slash", text().replaceAll("/", "\\/"), "matched"],
  ["a raw NUL in a string", text({ x: "§" }).replace("§", "\u0000"), "quarantined"],
  ["a raw tab in a string", text({ x: "§" }).replace("§", "\t"), "quarantined"],
  ["NaN", `${text().slice(0, -1)},"x":NaN}`, "quarantined"],
  ["a trailing comma", `${text().slice(0, -1)},}`, "quarantined"],
  [
    "a key in other case",
    JSON.stringify({
      time: own.time,
      event_type: own.event_type,
      "Meta.Project": own["meta.project"],
    }),
    "outside",
  ],
  ["an epoch time", text({ time: 1794830400 }), "quarantined"],
  ["no time", text({ time: undefined }), "quarantined"],
  ["a byte order mark", `\uFEFF${text()}`, "matched"],
  [
    "another account that mentions ours",
    text({ "meta.project": "other-co/x", project_id: 8892, message: "acme-corp/payments/api" }),
    "outside",
  ],
  [
    "a prefix of our path",
    text({ "meta.project": "acme-corp/payments/api2", project_id: 9003 }),
    "outside",
  ],
] as const)("hostile: %s", async (_, line, verdict) => {
  const before = text({ time: "2026-11-16T01:00:00Z" });
  const after = text({ time: "2026-11-16T02:00:00Z" });
  const content = Buffer.concat(
    [`${before}\r\n`, line, `\n${after}`].map((part) => Buffer.from(part as string)),
  );
  const found = await collect(
    await archiveOf({ "source=application/date=2026-11-16/a.ndjson": content }),
    scopeOf({ log_sources: ["application"] }),
  );
  const at = (evidence: readonly Evidence[], number: number): boolean =>
    evidence.some((each) => each.line === number);
  expect([1, 2, 3].map((number) => at(found.matched, number))).toEqual([
    true,
    verdict === "matched",
    true,
  ]);
  expect(at(found.quarantined, 2)).toBe(verdict === "quarantined");
  expect(found.rows).toHaveLength(found.matched.length);
  expect(found.manifest.sources).toMatchObject([{ scanned: 3 }]);
});

test("finds a line that reached the archive a day late, and keeps its place", async () => {
  const late = text({ time: "2026-11-17T23:59:59.999Z" });
  const outside = text({ time: "2026-11-18T00:00:00Z" });
  const found = await collect(
    await archiveOf({
      "source=application/date=2026-11-16/a.ndjson": "",
      "source=application/date=2026-11-17/a.ndjson": "",
      "source=application/date=2026-11-18/a.ndjson": `${outside}\n${late}\n`,
    }),
    scopeOf({ log_sources: ["application"] }),
  );
  expect(found.manifest.complete).toBe(true);
  expect(found.matched).toMatchObject([
    { object: "source=application/date=2026-11-18/a.ndjson", line: 2, text: late },
  ]);
});

test("every JSON line of the log samples is read; every other line is quarantined with its place", async () => {
  const folder = new URL("../log-samples/", import.meta.url);
  const used = [...profiles.values()];
  const samples = readdirSync(folder).filter((name) =>
    used.some((profile) => profile.files.includes(name)),
  );
  const files = samples.map(
    (name) => [`gitlab-rails/2026-11-16/${name}`, readFileSync(new URL(name, folder))] as const,
  );
  const sources = used
    .filter((profile) => profile.files.some((name) => samples.includes(name)))
    .map(({ source }) => source);
  const found = await collect(
    await archiveOf(Object.fromEntries(files)),
    scopeOf({
      log_sources: sources,
      account: { path: "root", id: null },
      namespaces: [],
      projects: [
        { path: "root/test_1", id: null },
        { path: "root/example", id: null },
      ],
      users: [],
      window: { from: "2017-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z" },
      event_types: ["repository_git_operation", "git_clone_ssh"],
    }),
  );
  const lines = files.flatMap(([object, bytes]) =>
    bytes
      .toString()
      .split("\n")
      .flatMap((line, at) => (line === "" ? [] : [{ object, line: at + 1, json: isJson(line) }])),
  );
  const torn = lines.filter(({ json }) => !json).map(({ object, line }) => ({ object, line }));
  const refused = found.quarantined.filter(
    ({ reason }) => reason === "not_json" || reason === "not_an_object",
  );
  const inOrder = (left: { object: string; line: number }, right: typeof left): number =>
    left.object < right.object ? -1 : left.object > right.object ? 1 : left.line - right.line;
  expect(refused.map(({ object, line }) => ({ object, line })).sort(inOrder)).toEqual(
    [...torn].sort(inOrder),
  );
  expect(found.manifest.sources.reduce((sum, { scanned }) => sum + scanned, 0)).toBe(lines.length);
  expect(found.rows.length).toBeGreaterThan(0);
  for (const row of found.rows) expect(row.gl_project_path).toBe("root/example");
});

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === "object";
  } catch {
    return false;
  }
}

test.each([
  [{ rows: 5, quarantined: 100 }, "the limit of 5 rows was reached"],
  [{ rows: 100, quarantined: 3 }, "the limit of 3 quarantined lines was reached"],
])("stops at its limits and says so: %j", async (limits, reason) => {
  const lines = Array.from(
    { length: 10 },
    (_, at) => `${text({ time: `2026-11-16T12:00:0${at}Z` })}\ntorn\n`,
  ).join("");
  const found = await collect(
    await archiveOf({
      "source=application/date=2026-11-16/a.ndjson": lines,
      "source=application/date=2026-11-17/a.ndjson": lines,
    }),
    scopeOf({ log_sources: ["application"] }),
    limits,
  );
  expect(found.manifest.complete).toBe(false);
  expect(found.manifest.sources[0]?.broken).toEqual([
    {
      object: "source=application/date=2026-11-16/a.ndjson",
      reason: `not read to its end: ${reason}`,
    },
    { object: "source=application/date=2026-11-17/a.ndjson", reason: `not read: ${reason}` },
  ]);
  const [source] = found.manifest.sources;
  expect(source?.scanned).toBe(
    (source?.outside ?? 0) + found.matched.length + found.quarantined.length,
  );
});

test("keeps nothing when the gate finds what redaction should have taken out", async () => {
  const root = await archiveOf({
    "source=application/date=2026-11-16/a.ndjson": text({
      "meta.user": "other-anna",
      "meta.user_id": 777,
    }),
  });
  const failed = collect(
    root,
    scopeOf({ log_sources: ["application"] }),
    DIVE_LIMITS,
    (_, value) => value,
  );
  await expect(failed).rejects.toThrow(GateRefused);
  await expect(failed).rejects.toThrow(/G1 meta\.user: /);
  await expect(failed).rejects.not.toThrow(/anna/);
});

test("a count that happens to be equal to a removed number refuses nothing", async () => {
  const scanned = 123_456;
  const own = text({ "meta.user_id": 501, mem_bytes: scanned });
  const root = await archiveOf({
    "source=application/date=2026-11-16/a.ndjson": `${'{"time":"2026-11-16T12:00:00Z"}\n'.repeat(scanned - 1)}${own}`,
  });
  const found = await collect(root, scopeOf({ log_sources: ["application"] }));
  expect(found.manifest.sources).toMatchObject([{ scanned, released: 1 }]);
  expect(found.shown).toContain(`| ${scanned} |`);
  expect(JSON.stringify(found.rows)).not.toContain(String(scanned));
});

test("cannot seal without recipients", async () => {
  const found = await collect(
    await archiveOf({ "source=application/date=2026-11-16/a.ndjson": text() }),
    scopeOf({ log_sources: ["application"] }),
  );
  await expect(found.collector.seal(found)).rejects.toThrow(/no age recipients for evidence/);
});
