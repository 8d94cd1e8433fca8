/** One corpus for every kind of log store: all logs, both generations of field names, all wrappings, ties, doubles and odd lines. */
import { readdirSync, readFileSync } from "node:fs";
import { readLine } from "../../scripts/domain/information-request/log-dive.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import type { LogProfile } from "../../scripts/domain/log-profile.ts";
import { fieldValue } from "../../scripts/domain/log-row.ts";
import { profileOf, profiles, scopeOf } from "../adapters/log-dive-fixtures.ts";
import type { TableRow } from "../bigquery/fake-bigquery.ts";
import type { Doc } from "../opensearch/fake-engine.ts";

type Row = Readonly<Record<string, unknown>>;
export type Line = { readonly source: string; readonly text: string };

const asked = [...profiles.values()].filter(({ indices }) => indices.length > 0);
/** One request for all logs that the lines come from. */
export const scopeOver = (held: readonly Line[]): Scope => ({
  ...scope,
  log_sources: [...new Set(held.map(({ source }) => source))].sort(),
});

const scope = scopeOf({
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
  event_types: [
    ...new Set([
      "deploy_key_added",
      "project_access_token_created",
      "member_added",
      ...asked.flatMap(({ recipes }) => recipes.flatMap(({ event_types }) => event_types)),
    ]),
  ],
});

const prefixed = (prefix: string, line: Row): Row =>
  Object.fromEntries(Object.entries(line).map(([key, value]) => [`${prefix}${key}`, value]));

/** What Google Cloud Logging, GitLab.com's Kibana and Elastic's GitLab integration make of one line. */
const WRAPPINGS: readonly ((line: Row, source: string) => Row)[] = [
  (line) => line,
  (line) => ({ insertId: "1x2y", jsonPayload: line, logName: "x" }),
  (line) => ({ "@timestamp": "2026-11-16T12:00:01Z", json: line }),
  (line) => ({ "@timestamp": "2026-11-16T12:00:01Z", ...prefixed("json.", line) }),
  (line, source) => ({ ...prefixed(`gitlab.${source}.`, line), "event.dataset": "gitlab" }),
  (line, source) => ({ gitlab: { [source]: line } }),
];

const subcomponent = ({ files, source }: LogProfile): string =>
  (files[0] ?? source).replace(/\.log$/, "");

/** The row at another time of the window, named as its log is. */
function placed(profile: LogProfile, row: Row, time: string): Row {
  const field = profile.time_fields.find((name) => Object.hasOwn(row, name));
  const own = field === undefined ? {} : { [field]: time };
  return { ...row, ...own, subcomponent: subcomponent(profile) };
}

/** The same row under the other names that its fields have had. */
function renamed(profile: LogProfile, row: Row): readonly Row[] {
  return [...profile.aliases].flatMap(([other, field]) => {
    if (!Object.hasOwn(row, field)) return [];
    const { [field]: value, ...rest } = row;
    return [{ ...rest, [other]: value }];
  });
}

const TIMES = [
  "2026-11-16T12:00:00.000Z",
  "2026-11-16T12:00:00.000Z",
  "2026-11-16T12:00:00.000000001Z",
  "2026-11-16T23:59:59.999999999Z",
  "2026-11-17T02:00:00.5+02:00",
  "2026-11-17T23:59:59.9999Z",
];

function linesOf(profile: LogProfile): readonly Line[] {
  const sample: Row = JSON.parse(JSON.stringify(profile.sample));
  const rows = [
    ...TIMES.flatMap((time) =>
      WRAPPINGS.map((wrap) => wrap(placed(profile, sample, time), profile.source)),
    ),
    ...renamed(profile, placed(profile, sample, "2026-11-17T08:00:00Z")).map((row, at) => {
      const wrap = WRAPPINGS[at % WRAPPINGS.length] as (typeof WRAPPINGS)[number];
      return wrap(row, profile.source);
    }),
  ];
  return rows.map((row) => ({ source: profile.source, text: JSON.stringify(row) }));
}

/** Of every line the same one as another account has it. */
const foreign = ({ source, text }: Line): Line => ({
  source,
  text: text
    .replaceAll("acme-corp", "other-co")
    .replaceAll("acme-jdoe", "other-user")
    .replaceAll("9001", "7001")
    .replaceAll("1234", "7234")
    .replaceAll("501", "701"),
});

/** GitLab's documented lines, which are of others, brought into the window. */
function sampleLines(): readonly Line[] {
  const folder = new URL("../log-samples/", import.meta.url);
  return readdirSync(folder).flatMap((file) => {
    const profile = asked.find(({ files }) => files.includes(file));
    if (profile === undefined) return [];
    const lines = readFileSync(new URL(file, folder), "utf8").trim().split("\n");
    return lines.flatMap((line, at): Line[] => {
      if (!isDocument(line)) return [{ source: profile.source, text: line }];
      const row = placed(profile, JSON.parse(line) as Row, `2026-11-17T09:00:00.${at}Z`);
      return WRAPPINGS.map((wrap) => ({
        source: profile.source,
        text: JSON.stringify(wrap(row, profile.source)),
      }));
    });
  });
}

/** The shared cases of redaction and scope: rows of the application's log. */
const sharedLines = (): readonly Line[] =>
  readFileSync(new URL("../cases/shared/logs.ndjson", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const text = String((JSON.parse(line) as Row)["line"]);
      return {
        source: "application",
        text: text.replace(/\}$/, ',"subcomponent":"application_json"}'),
      };
    });

const BASE = `"time":"2026-11-16T15:00:00Z","subcomponent":"application_json","event_type":"deploy_key_added"`;
const OWN = `"project_id":9001,"meta.project":"acme-corp/payments/api","meta.root_namespace":"acme-corp"`;
const LOGIN = `"meta.user":"acme-jdoe","meta.user_id":501,"message":"Successful Login: username=acme-jdoe ip=198.51.100.7"`;
const URL_BASE = `"time":"2026-11-16T15:00:00Z","subcomponent":"api_json","event_type":"deploy_key_added"`;

/** Lines on which stores lose rows, change them, or take in others'. */
function oddLines(): readonly Line[] {
  const bodies = [
    `${OWN},"target":"\\u0000 \\ud83d\\ude00 \\u2028 \\/ \\" \\\\"`,
    `"meta.project":"\\u0061cme-corp/payments/api"`,
    `${OWN},"big":12345678901234567890.10,"small":1e-400,"count":9007199254740993`,
    `"project_id":9.001e3`,
    `"project_id":9001.0,"meta.project":"acme-corp/payments/api"`,
    `"project_id":"9001"`,
    `"project_id":90010000000000000000`,
    `"meta.project":"Acme-Corp/payments/api"`,
    `"meta.project":"acme-corp/payments/api.wiki.git"`,
    `"meta.project":["acme-corp/payments/api"]`,
    `"meta":{"project":"acme-corp/payments/api","root_namespace":"acme-corp"}`,
    `"meta.project":"acme-corp/payments/api ","meta.root_namespace":"acme-corp"`,
    `"meta.project":"acme-corporation/payments"`,
    `"meta.project":"ａcme-corp/payments/api"`,
    `${OWN},"target":"${"x".repeat(1_000_000)}"`,
    `${OWN},"meta.project":"other-co/shop"`,
    `${OWN},"event_name":"unlisted_event"`,
    `"group_id":12346,"group_path":"acme-corp/payments"`,
    `"meta.root_namespace":"acme-corp"`,
    `"message":"acme-corp in a text of nobody"`,
  ];
  const urls = [
    "/acme-corp/payments/api/-/settings",
    "/acme-corp%2Fpayments%2Fapi/-/x",
    "acme-corp/payments/api/-/issues",
    "//acme-corp/payments/api",
    "/%61cme-corp/payments/api/-/x",
    "/api/v4/projects/9001/deploy_keys",
    "/api/v3/projects/acme-corp%2fpayments%2fapi/keys",
    "/groups/acme-corp/payments/-/settings",
    `/acme-corp/payments/api/-/x?${"q=1&".repeat(200)}`,
    "/x/../acme-corp/payments/api/-/y",
    "/other-co/shop/-/settings?from=acme-corp",
  ];
  return [
    ...bodies.map((body) => ({ source: "application", text: `{${BASE},${body}}` })),
    ...urls.map((path) => ({
      source: "api",
      text: `{${URL_BASE},"path":${JSON.stringify(path)}}`,
    })),
    { source: "application", text: `{${BASE.replace(/"time":"[^"]+",/, "")},${OWN}}` },
    { source: "application", text: `{${BASE.replace("15:00:00Z", "15:00:00")},${OWN}}` },
    ...["", `"meta.project":"",`, `"meta.project":null,`, `"project_id":7001,`].map((claim) => ({
      source: "application",
      text: `{"time":"2026-11-16T15:00:00Z","subcomponent":"application_json",${claim}${LOGIN}}`,
    })),
  ];
}

/** Lines that no index holds: torn, joined, doubled keys, no object. */
const brokenLines = (): readonly Line[] =>
  [
    `{${BASE},${OWN}`,
    `{${BASE},"meta.proj{${BASE},${OWN}}`,
    `{${BASE},"meta":{${BASE},"x":1}`,
    `{${BASE},${OWN},"meta.project":"acme-corp/payments/api"}`,
    `{${BASE},"meta.project":"other-co/shop","meta.project":"acme-corp/payments/api"}`,
    `["acme-corp"]`,
    `{${BASE},${OWN},}`,
    `{"a":1,,"b":2}`,
    `{${BASE},${OWN},"target":"${"y".repeat(1_100_000)}"}`,
    "not JSON at all",
  ].map((text) => ({ source: "application", text }));

/** Nothing is taken off a line, so that every key that stands twice is seen. */
const PLAIN = { ...profileOf("application"), envelopes: [], aliases: new Map() };

/** Whether a search engine takes the line as a document. */
function isDocument(text: string): boolean {
  const row = readLine(Buffer.from(text), PLAIN);
  return typeof row !== "string" && row.ambiguous.size === 0;
}

/** A line of somebody else from the day before: an index without any is taken to have lost the beginning of the window. */
const earlier = asked.map((profile) => {
  const row = placed(profile, { ...profile.sample }, "2026-11-15T12:00:00.000Z");
  return foreign({ source: profile.source, text: JSON.stringify(row) });
});
const own = asked.flatMap(linesOf);
const every = [
  ...earlier,
  ...own,
  ...own.slice(0, 40),
  ...own.map(foreign),
  ...sharedLines(),
  ...oddLines(),
];
/** Logs of every shape: by project, by group, by repository, by entity, by page. */
const INDEXED = new Set([
  "api",
  "application",
  "audit",
  "gitaly",
  "production",
  "shell",
  "sidekiq",
]);
/** What every store can hold. */
export const documents: readonly Line[] = [...every, ...sampleLines()].filter(
  ({ source, text }) =>
    INDEXED.has(source) &&
    text.startsWith("{") &&
    text.includes("subcomponent") &&
    isDocument(text),
);
/** What files and tables can hold. */
export const lines: readonly Line[] = [...every, ...sampleLines(), ...brokenLines()];

/** When a line happened, as a shipper reads it; null = it cannot be told. */
function timeOf({ source, text }: Line): string | null {
  const profile = profileOf(source);
  const row = readLine(Buffer.from(text), profile);
  if (typeof row === "string") return null;
  const field = profile.time_fields.find((name) => fieldValue(row, name) !== undefined);
  const value = field === undefined ? undefined : fieldValue(row, field);
  const zoned = typeof value === "string" && /(?:Z|[+-]\d\d:\d\d)$/.test(value);
  return zoned && !Number.isNaN(Date.parse(value)) ? value : null;
}

const dayOf = (line: Line): string =>
  new Date(timeOf(line) ?? scope.window.from).toISOString().slice(0, 10);

export function asFiles(held: readonly Line[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const line of held) {
    const path = `source=${line.source}/date=${dayOf(line)}/part-0.ndjson`;
    files[path] = `${files[path] ?? ""}${line.text}\n`;
  }
  return files;
}

export const asTable = (held: readonly Line[]): TableRow[] =>
  held.map((line) => ({ table: line.source, ts: timeOf(line), line: line.text }));

/** One index for each pattern of the profiles and each day; a double lies in another index. */
export function asDocuments(held: readonly Line[]): Doc[] {
  return held.map((line, at) => {
    const [pattern = ""] = profileOf(line.source).indices;
    return {
      index: pattern.replace("*", `${dayOf(line)}-${at % 2}`),
      id: String(at).padStart(6, "0"),
      source: line.text,
    };
  });
}

/** The mapping that an engine makes of the documents by itself, with the times as dates. */
export function mappingOf(docs: readonly Doc[]): Record<string, string> {
  const times = new Set([...profiles.values()].flatMap(({ time_fields }) => time_fields));
  const mapping: Record<string, string> = {};
  const visit = (value: unknown, name: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, name);
    else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        visit(member, name === "" ? key : `${name}.${key}`);
      }
    } else if (value !== null) {
      const isTime = [...times].some((time) => name === time || name.endsWith(`.${time}`));
      mapping[name] = isTime ? "date" : "keyword";
    }
  };
  for (const { source } of docs) visit(JSON.parse(source), "");
  return mapping;
}
