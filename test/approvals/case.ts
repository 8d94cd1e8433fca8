// What GitLab's API would say of a history at this moment: the input of the release gate.
import type { ReviewCase } from "../../scripts/domain/information-request/review-case.ts";
import type { History, Human } from "./history.ts";

const ID = "IR-2026-0042";
const FOLDER = "requests/information-request/2026";
const iso = (moment: number): string => new Date(moment).toISOString();
const shaOf = (head: number): string => `head${head}`;
const digestOf = (artefact: number): string => `sha256:${artefact}`;
const namesOf = (humans: Iterable<Human>): string[] => [...humans].map(({ name }) => name);

export function reviewCaseOf(history: History): ReviewCase {
  const { humans, bot } = history;
  return {
    now: iso(history.now),
    artefact_digest: digestOf(history.artefact),
    artefact_complete: history.complete,
    mr: {
      head_sha: shaOf(history.head),
      last_push_at: iso(history.toldPushAt),
      digest_in_head: digestOf(history.headDigest),
      author: bot.name,
      committers: namesOf(history.committers),
      former_committers: namesOf(history.former),
      state: history.state,
      draft: history.draft,
      target: "main",
      target_protected: history.protectedTarget,
      diff_paths: [
        `${FOLDER}/${ID}.yaml`,
        `${FOLDER}/${ID}.manifest.json`,
        ...(history.extraFile ? ["policies/review.yaml"] : []),
      ],
      paths_complete: true,
      source_branch: `request/${ID}`,
      merged_by: history.mergedBy?.name ?? null,
    },
    people: Object.fromEntries([...humans, bot].map((human) => [human.name, personOf(human)])),
    roles: { requester: history.requester.name, log_diver: history.diver.name },
    approvals: history.approvals.map(({ human, at, head }) => ({
      user: human.name,
      user_id: human.id,
      at: iso(at),
      sha: shaOf(head),
    })),
    events: history.revoked.map(({ human, at }) => ({
      user: human.name,
      action: "unapproved",
      at: iso(at),
    })),
    gitlab_says_approved: history.gitlabSaysApproved,
  };
}

function personOf({ id, state, bot, teams }: Human): ReviewCase["people"][string] {
  const all = [...teams];
  return {
    id,
    state,
    bot,
    groups: all.map(([team]) => team),
    member_expires: Object.fromEntries(all.map(([team, { ends }]) => [team, ends])),
    member_since: Object.fromEntries(
      all.map(([team, { since }]) => [team, since === null ? null : iso(since)]),
    ),
    inherited_only: all.filter(([, { inherited }]) => inherited).map(([team]) => team),
  };
}
