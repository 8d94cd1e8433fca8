import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256 } from "../../../scripts/adapters/digest.ts";
import { loadPolicies } from "../../../scripts/adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../../../scripts/adapters/policy-path.ts";
import { readCase } from "../../../scripts/commands/check.ts";
import { decideRequest } from "../../../scripts/domain/information-request/decision.ts";
import {
  newestCases,
  pastCaseOf,
  pastCasePath,
} from "../../../scripts/domain/information-request/past-case.ts";
import { formatRequest } from "../../../scripts/domain/information-request/request-file.ts";
import { DecisionInput } from "../../../scripts/domain/information-request/situation.ts";
import { overlay } from "../../../scripts/domain/policy/rule-cases.ts";
import { loadPolicySet } from "../../policy-set.ts";

const policies = await loadPolicies(POLICY_FOLDER);
const set = await loadPolicySet();
const { baseline } = set.eligibility;
type Given = Record<string, unknown>;
const inputOf = (given: Given): DecisionInput => DecisionInput.parse(overlay(baseline, given));

/** A reader with a name alone is one whose membership nobody looked up; the pipeline always looks it up. */
const lookedUp = (input: DecisionInput): boolean =>
  input.issue === null ||
  [...(input.issue.participants ?? []), ...(input.issue.assignees ?? [])].every(
    (reader) => typeof reader !== "string",
  );
const member = { participants: [{ username: "support-a", team_member: true }] };

const cases = [...set.eligibility.rules, ...set.routing.rules].flatMap(({ id, cases }) =>
  [...cases.passes, ...cases.fails, ...(cases.skips ?? [])].map(({ given }, at) => {
    const input = overlay(baseline, given) as { issue: Given | null };
    const base = (given["issue"] as Given | undefined)?.["participants"] === undefined;
    const issue = input.issue === null || !base ? input.issue : { ...input.issue, ...member };
    return { name: `${id} ${at}`, input: DecisionInput.parse({ ...input, issue }) };
  }),
);

const judgementOf = (input: DecisionInput) => {
  const { verdict, route, findings } = decideRequest({ ...input, policies });
  return { verdict, route, failed: findings.filter(({ ok }) => !ok).map(({ rule }) => rule) };
};

test.each(cases.filter(({ input }) => lookedUp(input)))(
  "$name: what is kept is judged as the request was",
  ({ input }) => {
    const line: unknown = JSON.parse(JSON.stringify(pastCaseOf(input, sha256)));
    const kept = readCase(line);
    if (!kept.ok) return expect.fail(JSON.stringify(kept.errors));
    expect(judgementOf(kept.value)).toEqual(judgementOf(input));
  },
);

const asking = {
  request: {
    exception_requested: { reason: "lost device" },
    window: { from: "2026-10-01T00:00:00Z", to: "2026-10-02T00:00:00Z" },
  },
};
const own = sha256(formatRequest(inputOf(asking).request));
const grant = {
  decision: "grant",
  waives: ["window_too_old"],
  reference: "canary-17",
  expires_at: "2026-12-01T00:00:00Z",
};
test.each([
  ["a grant on this request", { ...grant, request_sha256: own }, "accept"],
  ["a grant on another one", { ...grant, request_sha256: "b".repeat(64) }, "needs-info"],
  ["a refusal", { decision: "refuse", reason: "canary", request_sha256: own }, "reject"],
  ["no decision", null, "needs-info"],
])("%s is kept without its words, and counts as it did", (_, decision, verdict) => {
  const input = inputOf(
    overlay(asking, { request_sha256: own, issue: { ...member, exception: decision } }) as Given,
  );
  const line = JSON.stringify(pastCaseOf(input, sha256));
  expect(line).not.toContain("canary");
  const kept = readCase(JSON.parse(line));
  if (!kept.ok) return expect.fail(JSON.stringify(kept.errors));
  expect(judgementOf(input).verdict).toBe(verdict);
  expect(judgementOf(kept.value)).toEqual(judgementOf(input));
});

const name = fc.stringMatching(/^canary[a-z0-9]{6}$/);

test("no name and no text of a person is kept", () => {
  fc.assert(
    fc.property(name, name, name, (user, reader, text) => {
      const input = inputOf({
        request: {
          account: { path: `${text}-co` },
          resources: { groups: [`${text}-co/${user}`], projects: [], users: [user] },
          ticket: text,
          note: text,
          exception_requested: { reason: text },
          self_serve_insufficient: text,
        },
        facts: { canonical_path: `${text}-co` },
        issue: {
          participants: [
            reader,
            { username: `${reader}@example.invalid`, team_member: true },
            { username: user.toUpperCase(), team_member: true },
          ],
          assignees: [{ username: reader, team_member: true }],
          email_participants: [`${reader}@example.invalid`],
          events: [`customer_added_by:${reader}`],
          service_desk_reply_to: `${reader}@example.invalid`,
          title: text,
          description: text,
          created_at: "2026-11-20T14:00:00Z",
        },
        claims: { plan: text, deployment: text, customer_contact_in_issue: true },
      });
      const kept = JSON.stringify(pastCaseOf(input, sha256));
      for (const word of [user, reader, text]) expect(kept.toLowerCase()).not.toContain(word);
    }),
  );
});

test("equal names stay equal, and a path stays inside its account", () => {
  const { request, issue, facts } = pastCaseOf(
    inputOf({
      request: { resources: { groups: ["Acme-Corp/Pay"], projects: ["other/pay"], users: ["jo"] } },
      issue: { participants: [{ username: "JO", team_member: true }, "x"], assignees: ["X"] },
    }),
    sha256,
  );
  expect(request.account.path).toBe("s1");
  expect(facts.canonical_path).toBe("s1");
  expect(request.resources).toEqual({ groups: ["s1/s2"], projects: ["s3/s2"], users: ["user-1"] });
  expect(issue?.participants).toEqual([
    { username: "user-1", team_member: true },
    { username: "reader-1", team_member: null },
  ]);
  expect(issue?.assignees).toEqual([{ username: "reader-1", team_member: null }]);
});

test("a request without issue, claims or canonical path is kept too", () => {
  const { claims: _claims, ...input } = inputOf({ issue: null, facts: { canonical_path: null } });
  const kept = pastCaseOf(input, sha256);
  expect([kept.issue, kept.claims, kept.facts.canonical_path]).toEqual([undefined, {}, null]);
  expect(
    pastCaseOf(inputOf({ issue: { participants: null } }), sha256).issue?.participants,
  ).toBeNull();
});

test("the last case of each request counts", () => {
  const paths = [9, 10, 1].map((seq) => pastCasePath("IR-2026-0042", seq));
  const other = pastCasePath("IR-2026-0043", 2);
  expect(newestCases([...paths, other, "information-request/2026/IR-2026-0042.jsonl"])).toEqual([
    "information-request/2026/IR-2026-0042.case-10.json",
    other,
  ]);
});
