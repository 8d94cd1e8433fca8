// Copies of the release gate with one rule broken each: what a model test must find, or it proves nothing.
import { evaluateRelease } from "../../scripts/domain/information-request/review.ts";
import type { ReviewCase } from "../../scripts/domain/information-request/review-case.ts";
import type { ReviewPolicy } from "../../scripts/domain/policy/review-policy.ts";
import type { History } from "./history.ts";

/** Whether a gate lets the artefact go. */
export type Gate = (input: ReviewCase, policy: ReviewPolicy, history: History) => boolean;
export const gate: Gate = (input, policy) => evaluateRelease(input, policy).verdict === "release";

type Edit = (input: ReviewCase, history: History) => ReviewCase;
const blindTo =
  (edit: Edit): Gate =>
  (input, policy, history) =>
    gate(edit(input, history), policy, history);
const withPolicy =
  (over: Partial<ReviewPolicy>): Gate =>
  (input, policy, history) =>
    gate(input, { ...policy, ...over }, history);
const mergeRequest = (over: (mr: ReviewCase["mr"]) => Partial<ReviewCase["mr"]>): Gate =>
  blindTo((input) => ({ ...input, mr: { ...input.mr, ...over(input.mr) } }));
const everybody = (over: Partial<ReviewCase["people"][string]>): Gate =>
  blindTo((input) => ({
    ...input,
    people: Object.fromEntries(
      Object.entries(input.people).map(([name, person]) => [name, { ...person, ...over }]),
    ),
  }));

export const PLANTED_BUGS: Readonly<Record<string, Gate>> = {
  "a blocked user counts": everybody({ state: "active" }),
  "a bot counts": blindTo((input) => ({
    ...input,
    people: Object.fromEntries(
      Object.entries(input.people).map(([name, person]) => [
        name,
        { ...person, bot: person.bot && name === input.mr.author },
      ]),
    ),
  })),
  "one person fills two roles": (input, policy, history) =>
    Object.entries(policy.roles).every(([role, demand]) =>
      gate(input, { ...policy, roles: { [role]: demand } }, history),
    ),
  "one role is enough": (input, policy, history) =>
    Object.entries(policy.roles).some(([role, demand]) =>
      gate(input, { ...policy, roles: { [role]: demand } }, history),
    ),
  "any two people of any team do": (input, policy, history) =>
    gate(
      input,
      { ...policy, roles: { anyone: { required: 2, teams: ["legal", "security"] } } },
      history,
    ),
  "the first seconds after a push count": withPolicy({ settle_after_push: "PT0S" }),
  "an approval never expires": withPolicy({ approval_expires_after: "P3650D" }),
  "a member of a parent group counts": withPolicy({ inherited_members: true }),
  "another commit counts": blindTo((input) => ({
    ...input,
    approvals: input.approvals.map((one) => ({ ...one, sha: input.mr.head_sha })),
  })),
  "the requester may approve": blindTo((input) => ({
    ...input,
    roles: { ...input.roles, requester: input.mr.author },
  })),
  "the log-diver may approve": blindTo((input) => ({
    ...input,
    roles: { ...input.roles, log_diver: input.mr.author },
  })),
  "a committer may approve": mergeRequest(({ author }) => ({ committers: [author] })),
  "a committer from before the rebase may approve": mergeRequest(() => ({ former_committers: [] })),
  "a membership that has ended counts": everybody({ member_expires: {} }),
  "who joined afterwards counts": everybody({ member_since: {} }),
  "an approval that was taken back counts": blindTo((input) => ({ ...input, events: [] })),
  "an approval of tomorrow counts": blindTo((input) => ({
    ...input,
    approvals: input.approvals.map((one) =>
      (one.at ?? "") > input.now ? { ...one, at: input.now } : one,
    ),
  })),
  "teams are those of the time of the approval": blindTo((input, { approvals }) => ({
    ...input,
    people: Object.fromEntries(
      Object.entries(input.people).map(([name, person]) => {
        const then = approvals.find(({ human }) => human.id === person.id)?.teams ?? [];
        return [name, { ...person, groups: [...new Set([...person.groups, ...then])] }];
      }),
    ),
  })),
  "people are known by name": blindTo((input, { approvals }) => ({
    ...input,
    approvals: input.approvals.map(({ user_id: _, ...one }, at) => ({
      ...one,
      user: approvals[at]?.name ?? one.user,
    })),
  })),
  "another artefact counts": mergeRequest(() => ({ digest_in_head: null })),
  "the manifest at the head is not compared": blindTo((input) => ({
    ...input,
    mr: { ...input.mr, digest_in_head: input.artefact_digest },
  })),
  "an incomplete collection counts": blindTo((input) => ({ ...input, artefact_complete: true })),
  "a merge by hand counts": mergeRequest(({ author }) => ({ merged_by: author })),
  "a closed merge request counts": mergeRequest(({ state }) => ({
    state: state === "closed" ? "opened" : state,
  })),
  "a draft counts": mergeRequest(() => ({ draft: false })),
  "an unprotected target counts": mergeRequest(() => ({ target_protected: true })),
  "another file is let through": mergeRequest(({ diff_paths }) => ({
    diff_paths: diff_paths.filter((path) => path.startsWith("requests/")),
  })),
  "GitLab's word is enough": (input, policy, history) =>
    input.gitlab_says_approved === true || gate(input, policy, history),
};
