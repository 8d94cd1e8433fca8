import { expect, test } from "vitest";
import {
  type LineContext,
  redactLine,
} from "../../scripts/domain/information-request/line-redaction.ts";
import { emptyLedger } from "../../scripts/domain/information-request/removed-ledger.ts";
import type { LogProfile } from "../../scripts/domain/log-profile.ts";
import { BASE, lineOf, profileOf, profiles, pseudonym, scope } from "./dive-fixture.ts";

const base: LineContext = { profiles, source: null, scope, pseudonym, ledger: emptyLedger() };
const redact = (row: unknown, change: Partial<LineContext> = {}) =>
  redactLine(lineOf(row), { ...base, ledger: emptyLedger(), ...change });

test("a line in scope is released as canonical JSON", () => {
  const result = redact(BASE);
  if (result.verdict !== "released") throw new Error(result.reason);
  expect(JSON.parse(result.text)).toStrictEqual(result.row);
});

test("each line's own source counts, else application", () => {
  expect(redact({ ...BASE, log_source: "audit" })).toMatchObject({ row: { log_source: "audit" } });
  expect(redact({ ...BASE, log_source: 5 })).toMatchObject({ reason: "source_unreadable" });
  expect(redact([1])).toMatchObject({ verdict: "quarantined", reason: "not_an_object" });
  expect(redact(BASE, { profiles: new Map() })).toMatchObject({ reason: "no_profile" });
});

test("a row that fails or that the gate refuses is withheld, and nothing of it is told", () => {
  const broken = (): never => {
    throw new Error("no key");
  };
  expect(redact(BASE, { pseudonym: broken })).toStrictEqual({
    verdict: "withheld",
    reason: "exception",
  });
  const api = profileOf("api");
  const user_agents = [{ family: "jane@acme.example", token: "curl/" }];
  const faulty: LogProfile = { ...api, redaction: { ...api.redaction, user_agents } };
  const result = redact(
    { ...BASE, ua: "curl/8.4.0" },
    {
      profiles: new Map([["api", faulty]]),
      source: "api",
      scope: { ...scope, log_sources: ["api"] },
    },
  );
  expect(result).toStrictEqual({ verdict: "withheld", reason: "gate_G2_email" });
});
