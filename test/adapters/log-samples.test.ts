// GitLab's documented log lines, each in every wrapping that a shipper puts around it: one row, whatever the wrapping and the names.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { judgeLine, readLine } from "../../scripts/domain/information-request/log-dive.ts";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import { checkReleasedRow } from "../../scripts/domain/information-request/redaction-gate.ts";
import { emptyLedger } from "../../scripts/domain/information-request/removed-ledger.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import type { LogProfile } from "../../scripts/domain/log-profile.ts";
import type { LogRow } from "../../scripts/domain/log-row.ts";
import {
  bytesOf,
  lineOf,
  profileOf,
  profiles,
  pseudonym,
  rowOfLine,
  scope,
} from "../domain/dive-fixture.ts";

const SAMPLES = new URL("../log-samples/", import.meta.url);
type Sample = {
  readonly name: string;
  readonly profile: LogProfile;
  readonly line: Readonly<Record<string, unknown>>;
};
const files = readdirSync(SAMPLES).filter((file) => file.endsWith(".log"));
const samples: Sample[] = [];
const noJson: Record<string, number> = {};
for (const file of files) {
  const profile = [...profiles.values()].find((one) => one.files.includes(file));
  for (const [at, line] of readFileSync(new URL(file, SAMPLES), "utf8")
    .trim()
    .split("\n")
    .entries()) {
    const read = profile === undefined ? "no profile" : readLine(bytesOf(line), profile);
    if (profile === undefined || typeof read === "string") {
      const reason = `${file}: ${String(read)}`;
      noJson[reason] = (noJson[reason] ?? 0) + 1;
    } else samples.push({ name: `${file}:${at + 1}`, profile, line: JSON.parse(line) });
  }
}

test("each of the 23 JSON logs has its profile, and no line is left unread but those that are no JSON", () => {
  expect(profiles.size).toBe(23);
  expect(new Set(samples.map(({ profile }) => profile.source)).size).toBe(23);
  expect(samples).toHaveLength(64);
  expect(noJson).toEqual({
    "application_plaintext.log: no profile": 4,
    "production_plaintext.log: no profile": 4,
    "sidekiq_text.log: no profile": 3,
    "workhorse_current.log: not_json": 1,
  });
});

/** What Google Cloud Logging, GitLab.com's Kibana and Elastic's GitLab integration make of one line. */
const ENVELOPES: readonly [
  string,
  (line: Readonly<Record<string, unknown>>, source: string) => unknown,
][] = [
  ["bare", (line) => line],
  [
    "jsonPayload",
    (line) => ({
      insertId: "1x2y",
      jsonPayload: line,
      timestamp: "2026-11-16T12:00:01Z",
      logName: "x",
    }),
  ],
  ["json object", (line) => ({ "@timestamp": "2026-11-16T12:00:01Z", json: line })],
  ["json. names", (line) => ({ "@timestamp": "2026-11-16T12:00:01Z", ...prefixed("json.", line) })],
  [
    "ECS names",
    (line, source) => ({
      ...prefixed(`gitlab.${source}.`, line),
      "event.dataset": `gitlab.${source}`,
    }),
  ],
  ["ECS object", (line, source) => ({ gitlab: { [source]: line } })],
];

const prefixed = (prefix: string, line: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(line).map(([key, value]) => [`${prefix}${key}`, value]));

/** The fields that the source wrote; the shipper's own are left out. */
const ownFields = (row: LogRow, like: LogRow) =>
  Object.fromEntries([...row.fields].filter(([field]) => like.fields.has(field)));

/** A field has a rule of its own, or is a member of an object that is dropped, whose keys are data too. */
function isRuled(field: string, { fields }: LogProfile): boolean {
  const parts = field.split(".");
  return parts.some((_, at) => fields.has(parts.slice(0, at + 1).join(".")));
}

describe.each(ENVELOPES)("in the envelope %s", (_, wrap) => {
  test.each(samples)("$name is the same row, and every field has a rule", ({ profile, line }) => {
    const bare = rowOfLine(line, profile);
    const row = rowOfLine(wrap(line, profile.source), profile);
    expect(ownFields(row, bare)).toEqual(Object.fromEntries(bare.fields));
    expect([...row.ambiguous].filter((field) => field !== "@timestamp")).toEqual([
      ...bare.ambiguous,
    ]);
    const unruled = [...bare.fields.keys()].filter((field) => !isRuled(field, profile));
    expect(unruled).toEqual([]);
  });
});

test("no line of the samples, which are of other customers, belongs to the request, in any envelope", () => {
  for (const { profile, line, name } of samples) {
    const asked = wide(profile.source);
    for (const [envelope, wrap] of ENVELOPES) {
      const verdict = judgeLine(lineOf(wrap(line, profile.source)), profile, asked);
      expect(verdict.verdict, `${name} ${envelope}`).not.toBe("matched");
    }
  }
});

const wide = (source: string): Scope => ({
  ...scope,
  window: { from: "2010-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z" },
  log_sources: [source],
  event_types: ["deploy_key_added", ...profileOf(source).recipes.map(({ id }) => id)],
});

describe.each([...profiles.values()])("the profile's own sample of $source", (profile) => {
  test.each(ENVELOPES)("leaves the same in the envelope %s", (_, wrap) => {
    const asked = wide(profile.source);
    const released = [profile.sample, wrap(profile.sample, profile.source)].map((line) => {
      const redacted = redactRow(rowOfLine(line, profile), profile, asked, pseudonym);
      if ("withheld" in redacted) throw new Error(redacted.withheld);
      expect(checkReleasedRow(redacted.released, emptyLedger(), asked, profile)).toEqual([]);
      const { "@timestamp": _, ...row } = redacted.released;
      return row;
    });
    expect(released[1]).toEqual(released[0]);
  });

  test("is the same row under every other name of a field (old, LabKit, ECS)", () => {
    for (const [other, field] of profile.aliases) {
      if (!Object.hasOwn(profile.sample, field)) continue;
      const { [field]: value, ...rest } = profile.sample;
      const renamed = rowOfLine({ ...rest, [other]: value }, profile);
      expect(Object.fromEntries(renamed.fields), other).toEqual(
        Object.fromEntries(rowOfLine(profile.sample, profile).fields),
      );
    }
  });
});
