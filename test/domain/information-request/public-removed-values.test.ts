// Ordinary rows side by side: what one row loses and another shows for good reason refuses no artefact, and nothing hides behind it.
import { describe, expect, test } from "vitest";
import { artefactCheck } from "../../../scripts/domain/information-request/artefact-check.ts";
import {
  publicWordsOfAll,
  rememberRemoved,
} from "../../../scripts/domain/information-request/redaction-gate.ts";
import { emptyLedger } from "../../../scripts/domain/information-request/removed-ledger.ts";
import type { Scope } from "../../../scripts/domain/information-request/scope.ts";
import { profileOf, profiles, scope as shared } from "../dive-fixture.ts";

/** Ids as long as those of GitLab.com. */
const scope: Scope = {
  ...shared,
  projects: [{ path: "acme-corp/payments/api", id: 90011234 }],
  users: [{ username: "acme-jdoe", id: 50112345 }],
};
const approved: Scope = { ...scope, personal_data_approved: true };
const ROW = {
  ...{ log_source: "production", time: "2026-11-16T12:00:00Z", method: "GET" },
  ...{ event_type: "deploy_key_added", "meta.project": "acme-corp/payments/api" },
};

/** What the gate says of a row and of the table that it stands in, when a row beside it lost a value. */
function findings(removed: string, shown: object, asked: Scope = scope): string[] {
  const ledger = emptyLedger();
  rememberRemoved(ledger, [removed], asked, profileOf("production"));
  const check = artefactCheck({ ledger, scope: asked, profiles });
  const row = { ...ROW, ...shown };
  check.row(JSON.stringify(row));
  const table = check.file("rows.csv");
  table.add(`${Object.keys(row).join(",")}\n${Object.values(row).join(",")}\n`);
  table.end();
  return check.findings().map(({ check: one, where, type }) => `${one} ${where} ${type}`);
}

const JOB = { path: "/acme-corp/payments/api/-/jobs/12345678" };
const BY_ID = { path: "/api/v4/projects/90011234/deploy_keys" };

describe("a removed value that stands in other rows as something public", () => {
  test.each<[string, string, object]>([
    ["the number of the job, as a parameter", "12345678", JOB],
    ["the number of the job, as a decimal", "12345678.0", JOB],
    ["the page of the job", "/acme-corp/payments/api/-/jobs/12345678", JOB],
    ["the id of the project", "90011234", BY_ID],
    ["the page of the project by its id", "/api/v4/projects/90011234/deploy_keys", BY_ID],
    ["the repository of the project", "project-90011234", { repository: "project-90011234" }],
    ["the word of the method in small letters", "get", {}],
    ["the event in capitals", "Deploy_Key_Added", {}],
    ["the source in capitals", "Production", {}],
    ["the name of a user agent", "renovate", { ua: "Renovate 37" }],
    ["a day", "2026-11-16", {}],
    ["a month", "2026-11", {}],
    ["a time without its zone", "2026-11-16T12:00:00", {}],
    ["a time to the minute", "2026-11-16T12:00", {}],
    ["an hour", "2026-11-16T12", {}],
    ["a time of the day", "12:00:00", {}],
  ])("%s", (_, removed, shown) =>
    expect(findings(removed, shown).filter((found) => found.startsWith("G3"))).toStrictEqual([]),
  );

  test("a word that is public in another source, where the rows of both leave in one file", () => {
    const words = publicWordsOfAll(scope, profiles.values());
    const ledger = emptyLedger();
    rememberRemoved(ledger, ["access_level"], scope, profileOf("production"), words);
    const check = artefactCheck({ ledger, scope, profiles });
    const table = check.file("rows.csv");
    table.add("log_source,change\naudit,access_level\n");
    table.end();
    expect(check.findings()).toStrictEqual([]);
  });

  test("the id of the request's own user, when personal data is approved", () => {
    const shown = { "meta.user_id": "50112345" };
    expect(findings("50112345", shown, approved)).toStrictEqual([]);
    expect(findings("50112345", shown)).toContain("G3 rows.csv removed_value");
  });
});

describe("a removed value is found, whatever own or public stands in it", () => {
  test.each<[string, string, object]>([
    ["a number where no thing is counted", "12345678", { path: "/projects/12345678" }],
    ["a number of more digits", "123456789", { path: "/-/jobs/123456789.x" }],
    ["a day of birth", "1985-04-12", { target: "1985-04-12" }],
    [
      "words around an own path",
      "Jody Roe acme-corp/payments/api",
      {
        target: "key Jody Roe acme-corp/payments/api",
      },
    ],
    ["words behind an own path", "acme-corp/payments/api of Jody Roe", { target: "Of Jody Roe" }],
    [
      "the job of another project",
      "https://other-co/x/-/jobs/12345678",
      {
        target: "https://other-co/x/-/jobs/12345678",
      },
    ],
    ["a longer word", "Production-eu", { target: "production-EU" }],
  ])("%s", (_, removed, shown) =>
    expect(findings(removed, shown)).toContain("G3 rows.csv removed_value"),
  );
});
