import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reviewCase } from "../../../scripts/commands/review.ts";
import { overlay } from "../../../scripts/domain/policy/rule-cases.ts";
import { loadPolicySet } from "../../policy-set.ts";

const { review: policy } = await loadPolicySet();
type Row = {
  readonly name: string;
  readonly expect: string;
  readonly input: Record<string, unknown>;
};
const rows = readFileSync(new URL("../../cases/shared/approvals.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line): Row => JSON.parse(line));
const [base] = rows;

test.each(rows)("$name", ({ input, expect: verdict }) => {
  expect(reviewCase(input, policy).verdict).toBe(verdict);
});

/** The first case (Legal and Security have approved), changed. */
const judge = (given: Record<string, unknown>, over = policy) =>
  reviewCase(overlay(base?.input, given), over);
const file = (path: string) => `requests/information-request/2026/${path}`;
const lena = { user: "lena", at: "2026-11-20T11:00:00Z", sha: "h2" };
const sam = { user: "sam", at: "2026-11-20T11:05:00Z", sha: "h2" };

test.each<[string, Record<string, unknown>]>([
  [
    "the request file beside the manifest",
    { mr: { diff_paths: [file("IR-2026-0042.yaml"), file("IR-2026-0042.manifest.json")] } },
  ],
  ["the branch of the request", { mr: { source_branch: "request/IR-2026-0042" } }],
  ["source and target project alike", { mr: { source_project: 7, target_project: 7 } }],
  ["whole paths", { mr: { paths_complete: true }, artefact_complete: true }],
  ["a merge by the bot", { mr: { state: "merged", merged_by: "bot-seclog" } }],
  ["an approval as it arrives", { now: "2026-11-20T11:05:00Z" }],
  ["the last moment before expiry", { now: "2026-12-04T11:00:00Z" }],
  ["an approval as soon as the push has settled", { mr: { last_push_at: "2026-11-20T10:59:45Z" } }],
  [
    "a membership that ends tomorrow",
    { people: { lena: { member_expires: { legal: "2026-11-21", support: "2026-01-01" } } } },
  ],
  [
    "a membership without end",
    { people: { lena: { member_expires: { legal: null }, member_since: { legal: null } } } },
  ],
  [
    "a member since before the approval",
    { people: { lena: { member_since: { legal: "2026-11-20T11:00:00Z" } } } },
  ],
  ["inherited in another team only", { people: { lena: { inherited_only: ["support"] } } }],
  [
    "a renamed approver, by id",
    { approvals: [{ ...lena, user_id: 1 }, sam], people: { lena: { renamed_from: "lena-old" } } },
  ],
  ["two approvals of one person, and one of another", { approvals: [lena, lena, sam] }],
  [
    "an old approval given anew",
    { approvals: [{ ...lena, sha: "h1", at: "2026-11-20T09:00:00Z" }, lena, sam] },
  ],
  [
    "an approval taken back and given again",
    { events: [{ user: "lena", action: "unapproved", at: "2026-11-20T10:59:00Z" }] },
  ],
  ["somebody else's approval taken back", { events: ["unapproved_by:both", "approved_by:lena"] }],
  [
    "texts and labels that say anything",
    {
      description: "- [ ] Legal approved",
      labels: ["Legal::Rejected"],
      comments: ["no"],
      emoji: ["thumbsdown"],
    },
  ],
  ["rules that were swapped in the merge request", { rules: [] }],
  ["GitLab's silence", { gitlab_says_approved: null }],
  [
    "the approval and the artefact it was for",
    { approvals: [{ ...lena, digest: "sha256:aaa", via: "api" }, sam] },
  ],
])("releases with %s", (_, given) => {
  expect(judge(given)).toMatchObject({ verdict: "release", reasons: [] });
});

test.each<[string, Record<string, unknown>, string]>([
  ["a closed merge request", { mr: { state: "closed" } }, "the merge request is closed"],
  ["a locked merge request", { mr: { state: "locked" } }, "the merge request is locked"],
  [
    "a merge by a person",
    { mr: { state: "merged", merged_by: "sam" } },
    "it was merged, and not by the bot",
  ],
  ["a merge by nobody known", { mr: { state: "merged" } }, "it was merged, and not by the bot"],
  ["a draft", { mr: { draft: true } }, "it is a draft"],
  ["a draft by its title", { mr: { title: "Draft: IR-2026-0042" } }, "it is a draft"],
  ["another target", { mr: { target: "develop" } }, "the target branch is develop"],
  [
    "an unprotected target",
    { mr: { target_protected: false } },
    "the target branch is not protected",
  ],
  [
    "a target whose protection is not known",
    { mr: { target_protected: null } },
    "the target branch is not protected",
  ],
  [
    "another digest",
    { artefact_digest: "sha256:bbb" },
    "the manifest at the head is not that of the artefact",
  ],
  [
    "no digest anywhere",
    { artefact_digest: null, mr: { digest_in_head: null } },
    "the manifest at the head is not that of the artefact",
  ],
  [
    "empty digests",
    { artefact_digest: "", mr: { digest_in_head: "" } },
    "the manifest at the head is not that of the artefact",
  ],
  ["an incomplete collection", { artefact_complete: false }, "the collection is not complete"],
  [
    "a collection of unknown completeness",
    { artefact_complete: null },
    "the collection is not complete",
  ],
  [
    "another file",
    { mr: { diff_paths: [file("IR-2026-0042.manifest.json"), "policies/review.yaml"] } },
    'it changes "policies/review.yaml", which is no file of a request',
  ],
  [
    "a file that only looks like one",
    { mr: { diff_paths: [file("../IR-2026-0042.manifest.json")] } },
    "which is no file of a request",
  ],
  [
    "another year",
    { mr: { diff_paths: ["requests/information-request/2025/IR-2026-0042.manifest.json"] } },
    "which is no file of a request",
  ],
  [
    "two requests",
    {
      mr: { diff_paths: [file("IR-2026-0042.manifest.json"), file("IR-2026-0043.manifest.json")] },
    },
    "it changes files of several requests",
  ],
  [
    "no manifest yet",
    { mr: { diff_paths: [file("IR-2026-0042.yaml")] } },
    "it holds no manifest of an artefact",
  ],
  ["no path", { mr: { diff_paths: [] } }, "the changed paths are not known"],
  [
    "paths cut off",
    { mr: { diff_paths: ["README.md"], paths_complete: false } },
    "the changed paths are not known",
  ],
  [
    "another branch",
    { mr: { source_branch: "request/IR-2026-0043" } },
    "the source branch is not that of the request",
  ],
  [
    "another project",
    { mr: { source_project: 8, target_project: 7 } },
    "the source branch lies in another project",
  ],
  ["GitLab's no", { gitlab_says_approved: false }, "GitLab does not count it as approved either"],
  [
    "a reviewer who asks for changes",
    { mr: { changes_requested_by: ["sam"] } },
    "sam asked for changes",
  ],
  [
    "an event of another kind",
    { events: ["force_pushed_by:mallory"] },
    "the event force_pushed is not understood",
  ],
  ["an event of no form", { events: ["something"] }, "the event something is not understood"],
  [
    "an unknown push time",
    { mr: { last_push_at: null } },
    "it is not known when the branch was last pushed",
  ],
  [
    "an unknown requester",
    { roles: { requester: null } },
    "it is not known which user the requester is",
  ],
  [
    "an unknown log-diver",
    { roles: { log_diver: "somebody" } },
    "it is not known which user the log diver is",
  ],
  [
    "an unknown committer",
    { mr: { committers: ["constructor"] } },
    "it is not known which user the committer is",
  ],
  ["an unknown key", { mr: { force: true } }, "mr.force is not a known key"],
])("holds for %s", (_, given, reason) => {
  const { verdict, reasons } = judge(given);
  expect(verdict).toBe("hold");
  expect(reasons.join("\n")).toContain(reason);
});

test.each<[string, Record<string, unknown>, string]>([
  ["of the requester", { roles: { requester: "lena" } }, "requester, log-diver, author"],
  [
    "of one of several log-divers",
    { roles: { log_diver: ["diver", "lena"] } },
    "requester, log-diver, author",
  ],
  [
    "of somebody else with a part in it",
    { roles: { query_author: "lena" } },
    "requester, log-diver, author",
  ],
  ["of the author", { mr: { author: "lena" } }, "requester, log-diver, author"],
  [
    "of a committer before a rebase",
    { mr: { former_committers: ["lena"] } },
    "requester, log-diver, author",
  ],
  [
    "of the requester under another name",
    { people: { alias: { ...person(1), groups: [] } }, roles: { requester: "alias" } },
    "requester, log-diver, author",
  ],
  [
    "of a user known as a bot under another name",
    { people: { alias: { ...person(1), bot: true } } },
    "the user is a bot",
  ],
  [
    "of a user nobody knows",
    { approvals: [{ ...lena, user: "ghost" }, sam] },
    "the approval of ghost does not count: the user is not known",
  ],
  ["of a blocked user", { people: { lena: { state: "banned" } } }, "the user is banned"],
  [
    "under another user id",
    { approvals: [{ ...lena, user_id: 9 }, sam] },
    "name and user id do not agree",
  ],
  [
    "by comment",
    { approvals: [{ ...lena, via: "comment" }, sam] },
    "it is not an approval in GitLab",
  ],
  [
    "of an unknown commit",
    { approvals: [{ ...lena, sha: null }, sam] },
    "it is not known which commit was approved",
  ],
  [
    "of no commit",
    { approvals: [{ user: "lena", at: lena.at }, sam] },
    "it is not known which commit was approved",
  ],
  [
    "of another artefact",
    { approvals: [{ ...lena, digest: "sha256:bbb" }, sam] },
    "another artefact was approved",
  ],
  [
    "at an unknown time",
    { approvals: [{ ...lena, at: null }, sam] },
    "it is not known when it was given",
  ],
  [
    "at no time",
    { approvals: [{ user: "lena", sha: "h2" }, sam] },
    "it is not known when it was given",
  ],
  [
    "at a time that is none",
    { approvals: [{ ...lena, at: "noon" }, sam] },
    "it is not known when it was given",
  ],
  [
    "right after the push",
    { mr: { last_push_at: "2026-11-20T10:59:45.001Z" } },
    "before the last push had settled",
  ],
  ["a moment in the future", { now: "2026-11-20T10:59:59Z" }, "it is dated in the future"],
  ["after its expiry", { now: "2026-12-04T11:00:00.001Z" }, "it has expired"],
  [
    "taken back",
    { events: [{ user: "lena", action: "unapproved", at: lena.at }] },
    "it was taken back",
  ],
  ["taken back at some time", { events: ["unapproved_by:lena"] }, "it was taken back"],
  ["of a former member", { people: { lena: { groups: [] } } }, "no role asks for the user's teams"],
  [
    "of a member until today",
    { people: { lena: { member_expires: { legal: "2026-11-20" } } } },
    "no role asks for the user's teams",
  ],
  [
    "of a later member",
    { people: { lena: { member_since: { legal: "2026-11-20T11:00:00.001Z" } } } },
    "no role asks for the user's teams",
  ],
  [
    "of an inherited member",
    { people: { lena: { inherited_only: ["legal"] } } },
    "no role asks for the user's teams",
  ],
])("does not count an approval %s", (_, given, reason) => {
  const { verdict, reasons } = judge(given);
  expect(verdict).toBe("hold");
  expect(reasons.join("\n")).toContain(reason);
});

function person(id: number) {
  return { id, state: "active", bot: false, groups: ["legal"] };
}

test("has no say in a merge request without a request", () => {
  expect(judge({ mr: { diff_paths: ["policies/review.yaml", "docs/requests.md"] } })).toEqual({
    verdict: "not_applicable",
    reasons: ["the merge request touches no request"],
    roles: [],
  });
});

test("an inherited member counts where the policy says so", () => {
  const inherited = { people: { lena: { inherited_only: true } } };
  expect(judge(inherited, { ...policy, inherited_members: true }).verdict).toBe("release");
});

test("says who has approved and who still may, for each place of each role", () => {
  const two = {
    ...policy,
    roles: { ...policy.roles, security: { required: 2, teams: ["security"] } },
  };
  expect(judge({}, two)).toEqual({
    verdict: "hold",
    reasons: ["security: 1 more approval is needed; may still approve: both"],
    roles: [
      { name: "legal", approved_by: "lena", may_approve: [] },
      { name: "security", approved_by: "sam", may_approve: [] },
      { name: "security", approved_by: null, may_approve: ["both"] },
    ],
  });
  const none = judge(
    { approvals: [] },
    { ...policy, roles: { finance: { required: 2, teams: ["finance"] } } },
  );
  expect(none.reasons).toEqual(["finance: 2 more approvals are needed; nobody can give it"]);
});

test.each([null, [], {}, { now: "x" }, "text"])("facts of another form hold: %j", (input) => {
  const { verdict, reasons } = reviewCase(input, policy);
  expect(verdict).toBe("hold");
  expect(reasons.length).toBeGreaterThan(0);
});
