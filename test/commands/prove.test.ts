// `seclog prove` against forgers: each change is named with its file and line, also where the forger made every digest fit again.
import { execFileSync } from "node:child_process";
import { readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../scripts/adapters/digest.ts";
import { canonicalJson } from "../../scripts/domain/canonical-json.ts";
import { Scope } from "../../scripts/domain/information-request/scope.ts";
import { archiveOf, temporaryDirectory } from "../adapters/log-dive-fixtures.ts";
import {
  artefact,
  changeLines,
  changeManifest,
  changeText,
  copyOf,
  dive,
  KEY,
  prove,
  proveWords,
  REQUEST,
  readText,
  redigest,
  requestFile,
  row,
} from "./proof-fixture.ts";

const MATCHED = "evidence/matched.ndjson";
const QUARANTINED = "evidence/quarantined.ndjson";
type Lines = Record<string, unknown>[];
type Fault = { readonly file: string; readonly line: number | null; readonly message: string };

async function faultsOf(
  directory: string,
  values: Readonly<Record<string, string | boolean>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<readonly Fault[]> {
  const { code, out, err } = await prove(
    directory,
    { request: requestFile, json: true, ...values },
    env,
  );
  expect(err).toBe("");
  const answer: { readonly ok: boolean; readonly faults: readonly Fault[] } = JSON.parse(out);
  expect({ code, ok: answer.ok }).toEqual(
    answer.faults.length === 0 ? { code: 0, ok: true } : { code: 3, ok: false },
  );
  return answer.faults;
}

describe("proves what a dive wrote", () => {
  test("without the key, and says what it did not derive", async () => {
    const { code, out } = await prove(artefact);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^IR-2026-0042: proven\. 23 rows, 24 matched lines, 3 quarantined lines\.\n {2}artefact {4}[0-9a-f]{64}\n/,
    );
    expect(out).toMatch(/the key was not given: their digits were not derived/);
    expect(out).toMatch(/the given file, and the scope is its own/);
  });

  test("with the key, byte for byte", async () => {
    const { code, out } = await prove(artefact, { key: true }, KEY);
    expect(code).toBe(0);
    expect(out).toMatch(/derived again with the key, byte for byte/);
    expect(out).toMatch(/not compared: give --request/);
  });

  test("unsealed from a package, where folders are flat and the sealed files lie beside", async () => {
    const copy = await copyOf();
    for (const name of ["matched.ndjson", "quarantined.ndjson", "scope.json"]) {
      await rename(join(copy, "evidence", name), join(copy, `evidence.${name}`));
    }
    await writeFile(join(copy, "rows.ndjson.age"), "sealed");
    expect(await faultsOf(copy)).toEqual([]);
  });

  test("an incomplete one too, and says that it can never be released", async () => {
    const { code, out } = await prove(await dive(await archiveOf({})), {});
    expect(code).toBe(0);
    expect(out).toMatch(/the collection is INCOMPLETE and can never be released\.$/m);
  });
});

type Tampering = {
  readonly name: string;
  readonly with: (directory: string) => Promise<unknown>;
  readonly file: string;
  /** Null: the file as a whole. */
  readonly line: number | null;
  readonly message: RegExp;
};

const last = (lines: Lines): Record<string, unknown> => lines.at(-1) as Record<string, unknown>;
const forged = (change: (directory: string) => Promise<unknown>) => async (directory: string) => {
  await change(directory);
  await redigest(directory);
};
/** An evidence line that claims to have given a row. */
const planted = (line: unknown, shown: unknown, at: number) => ({
  source: "application",
  object: "source=application/date=2026-11-16/a.ndjson",
  line: at,
  row: sha256(canonicalJson(shown)),
  text: JSON.stringify(line),
});

const SIMPLE: readonly Tampering[] = [
  {
    name: "one byte of rows.ndjson changed",
    with: (directory) =>
      changeText(directory, "rows.ndjson", (text) => text.replace("INFO", "WARN")),
    file: "rows.ndjson",
    line: 1,
    message: /^is not what its evidence gives: has another severity/,
  },
  {
    name: "the same, as the digest of the file tells it",
    with: (directory) =>
      changeText(directory, "rows.ndjson", (text) => text.replace("INFO", "WARN")),
    file: "rows.ndjson",
    line: null,
    message: /^has another SHA-256 than the manifest says$/,
  },
  ...["rows.csv", "summary.md", "withheld.json", MATCHED, QUARANTINED, "evidence/scope.json"].map(
    (file): Tampering => ({
      name: `one byte of ${file} changed`,
      with: async (directory) => {
        const path = join(directory, file);
        const bytes = await readFile(path);
        bytes[20] = (bytes[20] ?? 0) ^ 1;
        await writeFile(path, bytes);
      },
      file,
      line: null,
      message: /SHA-256/,
    }),
  ),
  {
    name: "a byte added to rows.csv",
    with: (directory) => changeText(directory, "rows.csv", (text) => `${text}\n`),
    file: "rows.csv",
    line: null,
    message: /^has \d+ bytes, the manifest says \d+$/,
  },
  {
    name: "a file taken away",
    with: (directory) => rm(join(directory, "summary.md")),
    file: "summary.md",
    line: null,
    message: /^is missing$/,
  },
  {
    name: "the evidence taken away",
    with: (directory) => rm(join(directory, "evidence"), { recursive: true }),
    file: MATCHED,
    line: null,
    message: /^is missing$/,
  },
  {
    name: "a file put beside",
    with: (directory) => writeFile(join(directory, "more.ndjson"), "{}\n"),
    file: "more.ndjson",
    line: null,
    message: /^is not in the manifest$/,
  },
  {
    name: "a link in the place of a file",
    with: async (directory) => {
      await rename(join(directory, "rows.csv"), join(directory, "..", "rows.csv"));
      await symlink(join(directory, "..", "rows.csv"), join(directory, "rows.csv"));
    },
    file: "rows.csv",
    line: null,
    message: /^is not a plain file$/,
  },
  {
    name: "the manifest taken away",
    with: (directory) => rm(join(directory, "manifest.json")),
    file: "manifest.json",
    line: null,
    message: /^is missing or cannot be read$/,
  },
  {
    name: "a pipe in the place of the manifest, which nobody writes to",
    with: async (directory) => {
      await rm(join(directory, "manifest.json"));
      execFileSync("mkfifo", [join(directory, "manifest.json")]);
    },
    file: "manifest.json",
    line: null,
    message: /^is not a plain file$/,
  },
  {
    name: "a manifest that is no JSON",
    with: (directory) => writeFile(join(directory, "manifest.json"), "{"),
    file: "manifest.json",
    line: null,
    message: /^is not JSON$/,
  },
  {
    name: "a manifest with a key that nobody knows",
    with: (directory) =>
      changeText(directory, "manifest.json", (text) => text.replace("{", '{"approved":true,')),
    file: "manifest.json",
    line: null,
    message: /^approved /,
  },
  {
    name: "a manifest that says a key twice",
    with: (directory) =>
      changeText(directory, "manifest.json", (text) => text.replace("{", '{"complete":false,')),
    file: "manifest.json",
    line: null,
    message: /^is not in the form in which a dive writes it$/,
  },
  {
    name: "a scope that is none",
    with: (directory) => writeFile(join(directory, "evidence/scope.json"), "{}\n"),
    file: "evidence/scope.json",
    line: null,
    message: /^is not a scope as a dive writes it$/,
  },
];

/** One number or word of the manifest, the rest left as it was. */
const MANIFEST: readonly Tampering[] = (
  [
    ["rows.count", (one) => (one.rows.count += 1), /rows\.count is not the sum/],
    [
      "rows.root",
      (one) => (one.rows.root = "0".repeat(64)),
      /^rows\.root is not that of the rows$/,
    ],
    ["artefact.sha256", (one) => (one.artefact.sha256 = "0".repeat(64)), /^artefact\.sha256/],
    [
      "request.sha256",
      (one) => (one.request.sha256 = "0".repeat(64)),
      /^request\.sha256 is not that/,
    ],
    [
      "request.id",
      (one) => (one.request.id = "IR-2026-0043"),
      /^is of another request than IR-2026-0042$/,
    ],
    [
      "policy.sha256",
      (one) => (one.policy.sha256 = "0".repeat(64)),
      /^policy\.sha256 .* commit unknown$/,
    ],
    [
      "window",
      (one) => (one.window.to = "2026-11-19T00:00:00Z"),
      /^has another window than the scope$/,
    ],
    [
      "complete",
      (one) => (one.complete = false),
      /^says incomplete, but its sources say otherwise$/,
    ],
    ["scanned", (one) => (sourceOf(one).scanned += 1), /^application: scanned is not outside/],
    ["outside", (one) => (sourceOf(one).outside -= 1), /^application: scanned is not outside/],
    ["matched", (one) => (sourceOf(one).matched += 1), /^application: matched is not what/],
    ["released", (one) => (sourceOf(one).released -= 1), /^application: released is not what/],
    ["withheld", (one) => (sourceOf(one).withheld = {}), /^application: withheld is not what/],
    [
      "quarantined",
      (one) => (sourceOf(one).quarantined = { not_json: 3 }),
      /^application: quarantined is not/,
    ],
    ["a source", (one) => one.sources.pop(), /^lists other sources than the scope$/],
    ["fields", (one) => (one.fields = []), /^fields: the counts are not what the evidence gives$/],
    ["gate", (one) => one.gate.pop(), /^does not say that every check of the gate passed$/],
    [
      "gate findings",
      (one) => Object.assign(one.gate[0] ?? {}, { findings: 1 }),
      /every check of the gate/,
    ],
    [
      "a check of the gate twice",
      (one) => one.gate.push(one.gate[0] as (typeof one.gate)[number]),
      /every check of the gate/,
    ],
    [
      "when it expires",
      (one) => (one.expires_at = "2099-01-01T00:00:00Z"),
      /^expires_at is not P7D after collected_at, as policies\/hand-over\.yaml says$/,
    ],
    [
      "when it was collected",
      (one) => (one.collected_at = "yesterday"),
      /^collected_at must be an RFC 3339 time/,
    ],
    ["the order of files", (one) => one.files.reverse(), /^files: lists other files than a dive/],
    [
      "a file twice",
      (one) => one.files.push(one.files[0] as (typeof one.files)[number]),
      /^lists a file twice$/,
    ],
    ["files", (one) => one.files.pop(), /^files: lists other files than a dive writes$/],
    [
      "restricted",
      (one) => Object.assign(one.files[0] ?? {}, { restricted: false }),
      /^files: lists other/,
    ],
  ] satisfies [string, (manifest: ManifestType) => unknown, RegExp][]
).map(([what, change, message]) => ({
  name: `${what} of the manifest changed`,
  with: (directory) => changeManifest(directory, (manifest) => void change(manifest)),
  file: "manifest.json",
  line: null,
  message,
}));

type ManifestType = Parameters<Parameters<typeof changeManifest>[1]>[0];
function sourceOf({ sources }: ManifestType): ManifestType["sources"][number] {
  const [source] = sources;
  if (source === undefined) throw new Error("no source");
  return source;
}

const foreign = row(50, { "meta.project": "other-corp/app", "meta.root_namespace": "other-corp" });

/** Every digest fits again after these: only the evidence tells. */
const FORGED: readonly Tampering[] = [
  {
    name: "a foreign row planted among the rows",
    with: forged((directory) =>
      changeLines(directory, "rows.ndjson", (rows) => [
        ...rows.slice(0, 4),
        { ...last(rows), severity: "WARN" },
        ...rows.slice(4),
      ]),
    ),
    file: "rows.ndjson",
    line: 5,
    message: /^is a row that no line of the evidence gives$/,
  },
  {
    name: "a foreign row planted with a line of evidence",
    with: forged(async (directory) => {
      await changeLines(directory, "rows.ndjson", (rows) => [
        ...rows,
        { log_source: "application" },
      ]);
      await changeLines(directory, MATCHED, (lines) => [
        ...lines,
        planted(foreign, { log_source: "application" }, 90),
      ]);
    }),
    file: MATCHED,
    line: 25,
    message: /^is not in the scope of the request: outside, other_account$/,
  },
  {
    name: "a line outside the window",
    with: forged((directory) =>
      changeLines(directory, MATCHED, (lines) => [
        planted(row(0, { time: "2026-11-18T00:00:00Z" }), {}, 90),
        ...lines,
      ]),
    ),
    file: MATCHED,
    line: 1,
    message: /^is not in the scope of the request: outside, outside_window$/,
  },
  {
    name: "a row dropped",
    with: forged((directory) =>
      changeLines(directory, "rows.ndjson", (rows) => rows.filter((_, at) => at !== 6)),
    ),
    file: "rows.ndjson",
    line: 7,
    message: /^lacks the row of line 7 of evidence\/matched\.ndjson, which must stand here$/,
  },
  {
    name: "the last row dropped",
    with: forged((directory) => changeLines(directory, "rows.ndjson", (rows) => rows.slice(0, -1))),
    file: "rows.ndjson",
    line: 23,
    message: /^lacks the row of line \d+ of/,
  },
  {
    name: "two rows in the wrong order",
    with: forged((directory) =>
      changeLines(directory, "rows.ndjson", ([first, second, ...rows]) => [second, first, ...rows]),
    ),
    file: "rows.ndjson",
    line: 1,
    message: /^lacks the row of line 1 of evidence/,
  },
  {
    name: "a row twice",
    with: forged((directory) =>
      changeLines(directory, "rows.ndjson", ([first, ...rows]) => [first, first, ...rows]),
    ),
    file: "rows.ndjson",
    line: 2,
    message: /^is a row that no line/,
  },
  {
    name: "a time changed in a row",
    with: forged((directory) =>
      changeLines(directory, "rows.ndjson", (rows) =>
        rows.map((one, at) => (at === 3 ? { ...one, time: "2026-11-16T12:59:00Z" } : one)),
      ),
    ),
    file: "rows.ndjson",
    line: 4,
    message: /^is not what its evidence gives: has another time \(line 4\)$/,
  },
  {
    name: "a field added to a row, its digest noted in the evidence",
    with: forged(async (directory) => {
      const change = (one: Record<string, unknown>) => ({
        ...one,
        "user.email": "jane@acme.example",
      });
      await changeLines(directory, "rows.ndjson", ([first, ...rows]) => [
        change(first ?? {}),
        ...rows,
      ]);
      const [line] = (await readText(directory, "rows.ndjson")).split("\n");
      await changeLines(directory, MATCHED, ([first, ...lines]) => [
        { ...first, row: sha256(line ?? "") },
        ...lines,
      ]);
    }),
    file: "rows.ndjson",
    line: 1,
    message: /^is not what its evidence gives: has 1 more field/,
  },
  {
    name: "a field taken from a row, its digest noted in the evidence",
    with: forged(async (directory) => {
      await changeLines(directory, "rows.ndjson", ([first, ...rows]) => {
        const { severity: _, ...rest } = first ?? {};
        return [rest, ...rows];
      });
      const [line] = (await readText(directory, "rows.ndjson")).split("\n");
      await changeLines(directory, MATCHED, ([first, ...lines]) => [
        { ...first, row: sha256(line ?? "") },
        ...lines,
      ]);
    }),
    file: "rows.ndjson",
    line: 1,
    message: /^is not what its evidence gives: lacks severity/,
  },
  {
    name: "a row that is no JSON",
    with: forged((directory) =>
      changeText(directory, "rows.ndjson", (text) => text.replace('{"', '{ "')),
    ),
    file: "rows.ndjson",
    line: 1,
    message: /^is not a row in canonical form/,
  },
  {
    name: "a pseudonym given to another user",
    with: forged((directory) =>
      changeLines(directory, "rows.ndjson", (rows) =>
        rows.map((one, at) => (at === 5 ? { ...one, "meta.user": rows[0]?.["meta.user"] } : one)),
      ),
    ),
    file: "rows.ndjson",
    line: 6,
    message: /has another meta\.user/,
  },
  {
    name: "a second pseudonym for one user",
    with: forged((directory) =>
      changeLines(directory, "rows.ndjson", (rows) =>
        rows.map((one, at) => (at === 6 ? { ...one, "meta.user": `user-${"a".repeat(16)}` } : one)),
      ),
    ),
    file: "rows.ndjson",
    line: 7,
    message: /has another meta\.user/,
  },
  {
    name: "a user name in the place of its pseudonym",
    with: forged((directory) =>
      changeLines(directory, "rows.ndjson", (rows) =>
        rows.map((one, at) => (at === 0 ? { ...one, "meta.user": "acme-jdoe" } : one)),
      ),
    ),
    file: "rows.ndjson",
    line: 1,
    message: /has another meta\.user/,
  },
  {
    name: "a released line called withheld",
    with: forged(async (directory) => {
      await changeLines(directory, MATCHED, ([first, ...lines]) => {
        const { row: _, ...rest } = first ?? {};
        return [{ ...rest, withheld: "exception" }, ...lines];
      });
      await changeLines(directory, "rows.ndjson", (rows) => rows.slice(1));
    }),
    file: MATCHED,
    line: 1,
    message: /^is withheld \("exception"\), but can be released$/,
  },
  {
    name: "a withheld line released",
    with: forged((directory) =>
      changeLines(directory, MATCHED, (lines) =>
        lines.map(({ withheld, ...line }) =>
          withheld === undefined ? line : { ...line, row: "0".repeat(64) },
        ),
      ),
    ),
    file: MATCHED,
    line: 21,
    message: /^must be withheld: secret_in_released_field$/,
  },
  {
    name: "a matched line hidden in quarantine",
    with: forged(async (directory) => {
      const text = await readText(directory, MATCHED);
      const { row: _, ...line } = JSON.parse(text.split("\n")[0] ?? "");
      await changeLines(directory, MATCHED, (lines) => lines.slice(1));
      await changeLines(directory, "rows.ndjson", (rows) => rows.slice(1));
      await changeLines(directory, QUARANTINED, (lines) => [
        ...lines,
        { ...line, reason: "not_json" },
      ]);
    }),
    file: QUARANTINED,
    line: 4,
    message: /^can be judged: it is in the scope$/,
  },
  {
    name: "a matched line hidden in quarantine as cut",
    with: forged((directory) =>
      changeLines(directory, QUARANTINED, (lines) => [
        {
          source: "application",
          object: "x",
          line: 1,
          reason: "too_large",
          cut: true,
          text: JSON.stringify(row(3)),
        },
        ...lines,
      ]),
    ),
    file: QUARANTINED,
    line: 1,
    message: /^is said to be cut, but is not as long as a cut line$/,
  },
  {
    name: "a cut line with another reason",
    with: forged((directory) =>
      changeLines(directory, QUARANTINED, (lines) =>
        lines.map((line) => (line["cut"] === true ? { ...line, reason: "not_json" } : line)),
      ),
    ),
    file: QUARANTINED,
    line: 3,
    message: /^is cut, but not quarantined as too_large$/,
  },
  {
    name: "a foreign line in quarantine",
    with: forged((directory) =>
      changeLines(directory, QUARANTINED, (lines) => [
        {
          source: "application",
          object: "x",
          line: 1,
          reason: "not_json",
          text: JSON.stringify(foreign),
        },
        ...lines,
      ]),
    ),
    file: QUARANTINED,
    line: 1,
    message: /^can be judged: it is outside, other_account$/,
  },
  {
    name: "another reason for a quarantined line",
    with: forged((directory) =>
      changeLines(directory, QUARANTINED, ([first, ...lines]) => [
        { ...first, reason: "time_missing" },
        ...lines,
      ]),
    ),
    file: QUARANTINED,
    line: 1,
    message: /^is in quarantine for "time_missing", but the reason is /,
  },
  {
    name: "a quarantined line without bytes",
    with: forged((directory) =>
      changeLines(directory, QUARANTINED, ([first, ...lines]) => [
        { ...first, base64: "AAAA" },
        ...lines,
      ]),
    ),
    file: QUARANTINED,
    line: 1,
    message: /^gives no bytes, or two versions of them$/,
  },
  {
    name: "a line of another source",
    with: forged((directory) =>
      changeLines(directory, MATCHED, ([first, ...lines]) => [
        { ...first, source: "sidekiq" },
        ...lines,
      ]),
    ),
    file: MATCHED,
    line: 1,
    message: /^is of a log source that the request does not name$/,
  },
  {
    name: "one line of the store twice",
    with: forged((directory) =>
      changeLines(directory, MATCHED, ([first, ...lines]) => [first, first, ...lines]),
    ),
    file: MATCHED,
    line: 2,
    message: /^is the second line from the same place in the store$/,
  },
  {
    name: "a line of evidence with an unknown key",
    with: forged((directory) =>
      changeLines(directory, MATCHED, ([first, ...lines]) => [{ ...first, ok: true }, ...lines]),
    ),
    file: MATCHED,
    line: 1,
    message: /^is not a line of evidence in its canonical form$/,
  },
  {
    name: "a digest that the evidence notes wrongly",
    with: forged((directory) =>
      changeLines(directory, MATCHED, ([first, ...lines]) => [
        { ...first, row: "0".repeat(64) },
        ...lines,
      ]),
    ),
    file: MATCHED,
    line: 1,
    message: /^notes another digest for its row$/,
  },
  {
    name: "evidence that is no UTF-8",
    with: forged(async (directory) => {
      const path = join(directory, MATCHED);
      await writeFile(path, Buffer.concat([Buffer.from([0xff, 0x0a]), await readFile(path)]));
    }),
    file: MATCHED,
    line: 1,
    message: /^is not a line of evidence/,
  },
  {
    name: "another row in the CSV",
    with: forged((directory) =>
      changeText(directory, "rows.csv", (text) => text.replace("INFO", "WARN")),
    ),
    file: "rows.csv",
    line: 2,
    message: /^is not what the evidence gives$/,
  },
  {
    name: "a record cut off the CSV",
    with: forged((directory) =>
      changeText(directory, "rows.csv", (text) => text.split("\r\n").slice(0, -2).join("\r\n")),
    ),
    file: "rows.csv",
    line: 24,
    message: /^is not what the evidence gives$/,
  },
  {
    name: "a sentence added to the summary",
    with: forged((directory) =>
      changeText(directory, "summary.md", (text) => `${text}All is well.\n`),
    ),
    file: "summary.md",
    line: 64,
    message: /^is not what the evidence gives$/,
  },
  {
    name: "a count in withheld.json",
    with: forged((directory) =>
      changeText(directory, "withheld.json", (text) =>
        text.replace(/"outside": \d+/, '"outside": 0'),
      ),
    ),
    file: "withheld.json",
    line: null,
    message: /^is not what the evidence gives$/,
  },
  ...(
    [
      ["request_id", { request_id: "IR-2026-0043" }, /^is of another request$/],
      ["account", { account: { path: "other-corp", id: 1 } }, /^is of another account$/],
      [
        "window",
        { window: { from: "2026-11-01T00:00:00Z", to: "2026-11-18T00:00:00Z" } },
        /^has another window$/,
      ],
      [
        "groups",
        { namespaces: [{ path: "other-corp", id: 1 }] },
        /^has 1 groups that the request does not name$/,
      ],
      ["projects", { projects: [{ path: "other-corp/app", id: 1 }] }, /^has 1 projects that/],
      ["users", { users: [{ username: "other", id: 1 }] }, /^has 1 users that/],
      ["events", { event_types: ["member_added"] }, /^has 1 event types that/],
      ["sources", { log_sources: ["sidekiq"] }, /^has 1 log sources that/],
      [
        "no profile",
        { log_sources: ["unheard_of"] },
        /^names a log source that no profile describes$/,
      ],
      [
        "personal data",
        { personal_data_approved: true },
        /^shows personal data that the request does not ask for$/,
      ],
    ] satisfies [string, Partial<Scope>, RegExp][]
  ).map(
    ([what, change, message]): Tampering => ({
      name: `the scope swapped: ${what}`,
      with: forged((directory) =>
        changeText(
          directory,
          "evidence/scope.json",
          (text) => `${canonicalJson({ ...Scope.parse(JSON.parse(text)), ...change })}\n`,
        ),
      ),
      file: "evidence/scope.json",
      line: null,
      message,
    }),
  ),
];

test.each([...SIMPLE, ...MANIFEST, ...FORGED])("$name is named", async (tampering) => {
  const copy = await copyOf();
  await tampering.with(copy);
  const faults = await faultsOf(copy);
  const named = faults.filter(
    ({ file, line, message }) =>
      file === tampering.file &&
      tampering.message.test(message) &&
      (line === tampering.line || tampering.name.includes("withheld.json")),
  );
  expect(named, JSON.stringify(faults, null, 1)).not.toEqual([]);
});

test("a swapped request is named: the digest and what the scope has beyond it", async () => {
  const other = join(await temporaryDirectory(), "request.yaml");
  await writeFile(
    other,
    REQUEST.replace("acme-corp/payments/api, ", "").replace("2026-11-18", "2026-11-17"),
  );
  const faults = await faultsOf(artefact, { request: other });
  expect(faults.map(({ file, message }) => `${file} ${message}`)).toEqual([
    "manifest.json request.sha256 is not that of the request file",
    "evidence/scope.json has another window",
    "evidence/scope.json has 1 projects that the request does not name",
  ]);
});

test("with the key, a pseudonym that was exchanged everywhere is named too; another key says so", async () => {
  const copy = await copyOf();
  const digits = /user-([0-9a-f]{16})/.exec(await readText(copy, "rows.ndjson"))?.[1] ?? "";
  for (const name of ["rows.ndjson", "rows.csv"])
    await changeText(copy, name, (text) => text.replaceAll(digits, "0".repeat(16)));
  const digests = (await readText(copy, "rows.ndjson")).split("\n").map((line) => sha256(line));
  const before = (await readText(artefact, "rows.ndjson")).split("\n").map((line) => sha256(line));
  await changeLines(copy, MATCHED, (lines) =>
    lines.map((line) => {
      const at = before.indexOf(String(line["row"]));
      return at === -1 ? line : { ...line, row: digests[at] };
    }),
  );
  await redigest(copy);
  const named = await faultsOf(copy, { key: true }, KEY);
  expect(named).toContainEqual(
    expect.objectContaining({ file: "rows.ndjson", message: expect.stringContaining("meta.user") }),
  );
  const other = await faultsOf(artefact, { key: true }, { SECLOG_PSEUDONYM_KEY: "x".repeat(32) });
  expect(other[0]).toEqual({
    file: "manifest.json",
    line: null,
    message: "pseudonym_key_id is that of another key",
  });
});

test("many faults are counted, and the first of them listed", async () => {
  const copy = await copyOf();
  await changeText(copy, MATCHED, (text) => `${"x\n".repeat(300)}${text}`);
  const { code, out } = await prove(copy, {});
  expect(code).toBe(3);
  expect(out).toMatch(/^IR-2026-0042: NOT proven\. 30\d faults:\n/);
  expect(out).toMatch(/ {2}… and 10\d more\n$/);
});

test.each([
  ["no directory", [], {}, /name one directory, not 0/],
  ["two directories", ["a", "b"], {}, /name one directory, not 2/],
  ["a directory that is not there", ["/nowhere"], {}, /\/nowhere is not a directory/],
  ["no request file", [artefact], { request: "/nowhere.yaml" }, /\/nowhere\.yaml cannot be read/],
  ["no request", [artefact], { request: join(artefact, "manifest.json") }, /kind/],
  ["no key", [artefact], { key: true }, /--key needs the pseudonym key/],
])("refuses %s", async (_, words, values, message) => {
  const { code, out, err } = await proveWords(words, values);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(message);
});
