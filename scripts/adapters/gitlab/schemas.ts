// GitLab's answers as open schemas, and their translation into our words. Unknown keys pass; a missing key is an error.
import * as z from "zod";
import { type CallName, GitLabError } from "./gitlab-error.ts";

/** Bots by the names GitLab gives them: project and group access tokens, service accounts, its own robots. */
const BOT_NAME =
  /^(?:(?:project|group)_\d+_bot|service_account_|(?:support|alert|security|automation)-bot$)/;

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const maybeText = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

const userKeys = {
  id: z.int(),
  username: z.string(),
  name: text,
  state: z.string(),
  bot: flag,
};
type UserKeys = z.output<z.ZodObject<typeof userKeys>>;

const userOf = ({ id, username, name, state, bot }: UserKeys) => ({
  id,
  username,
  name,
  state,
  bot: bot || BOT_NAME.test(username),
});

export const UserAnswer = z.looseObject(userKeys).transform(userOf);

export const MemberAnswer = z
  .looseObject({
    ...userKeys,
    access_level: z.int(),
    created_at: maybeText,
    expires_at: maybeText,
    membership_state: text,
  })
  .transform((raw) => ({
    ...userOf(raw),
    // A membership that waits for its activation is none yet, however active the user is.
    ...(["", "active"].includes(raw.membership_state) ? {} : { state: raw.membership_state }),
    accessLevel: raw.access_level,
    since: raw.created_at,
    expiresAt: raw.expires_at === null ? null : raw.expires_at.slice(0, 10),
  }));

export const IssueAnswer = z
  .looseObject({
    id: z.int(),
    iid: z.int(),
    title: z.string(),
    description: text,
    state: z.enum(["opened", "closed"]),
    confidential: flag,
    labels: z.array(z.string()),
    author: UserAnswer,
    assignees: z.array(UserAnswer).nullish(),
    created_at: z.string(),
    updated_at: z.string(),
    web_url: z.string(),
    service_desk_reply_to: maybeText,
  })
  .transform((raw) => ({
    id: raw.id,
    iid: raw.iid,
    title: raw.title,
    description: raw.description,
    state: raw.state,
    confidential: raw.confidential,
    labels: raw.labels,
    author: raw.author,
    assignees: raw.assignees ?? [],
    createdAt: raw.created_at,
    updatedAt: raw.updated_at,
    webUrl: raw.web_url,
    serviceDeskReplyTo: raw.service_desk_reply_to,
  }));

export const NoteAnswer = z
  .looseObject({
    id: z.int(),
    body: z.string(),
    author: UserAnswer,
    system: flag,
    internal: flag,
    created_at: z.string(),
    updated_at: z.string(),
    commands_changes: z.record(z.string(), z.unknown()).nullish(),
  })
  .transform((raw) => ({
    id: raw.id,
    body: raw.body,
    author: raw.author,
    system: raw.system,
    internal: raw.internal,
    createdAt: raw.created_at,
    updatedAt: raw.updated_at,
    /** What quick actions in the text changed, by GitLab's names (`labels`, `state_event`). */
    commands: Object.keys(raw.commands_changes ?? {}),
  }));

export const MergeRequestAnswer = z
  .looseObject({
    iid: z.int(),
    title: z.string(),
    description: text,
    state: z.enum(["opened", "closed", "merged", "locked"]),
    draft: flag,
    source_branch: z.string(),
    target_branch: z.string(),
    source_project_id: z.int().nullish(),
    target_project_id: z.int(),
    author: UserAnswer,
    sha: text,
    merge_commit_sha: maybeText,
    merged_at: maybeText,
    /** `merge_user` since 14.7; `merged_by` is its older name. */
    merge_user: UserAnswer.nullish(),
    merged_by: UserAnswer.nullish(),
    detailed_merge_status: text,
    web_url: z.string(),
    changes_count: maybeText,
  })
  .transform((raw) => ({
    mergeRequest: {
      iid: raw.iid,
      title: raw.title,
      description: raw.description,
      state: raw.state,
      draft: raw.draft,
      sourceBranch: raw.source_branch,
      targetBranch: raw.target_branch,
      // GitLab gives null when the fork was deleted: no project has this id.
      sourceProjectId: raw.source_project_id ?? 0,
      targetProjectId: raw.target_project_id,
      author: raw.author,
      sha: raw.sha,
      mergeCommitSha: raw.merge_commit_sha,
      mergedAt: raw.merged_at,
      mergedBy: raw.merge_user ?? raw.merged_by ?? null,
      detailedMergeStatus: raw.detailed_merge_status,
      webUrl: raw.web_url,
    },
    /** Changed files as GitLab counts them; `1000+` when it stopped counting. */
    changesCount: raw.changes_count,
  }));

export const DiffAnswer = z.looseObject({ old_path: z.string(), new_path: z.string() });

export const CommitAnswer = z
  .looseObject({
    id: z.string(),
    author_email: text,
    author_name: text,
    committer_name: text,
    committed_date: z.string(),
  })
  .transform((raw) => ({
    id: raw.id,
    authorEmail: raw.author_email,
    authorName: raw.author_name,
    committerName: raw.committer_name,
    committedAt: raw.committed_date,
  }));

/** The answer to a commit we made. */
export const WrittenCommitAnswer = z.looseObject({
  id: z.string(),
  message: z.string(),
  web_url: maybeText,
});

export const VersionAnswer = z.looseObject({
  id: z.int(),
  head_commit_sha: z.string(),
  created_at: z.string(),
});

export const ApprovalsAnswer = z.looseObject({
  approved: flag,
  approved_by: z.array(z.looseObject({ user: UserAnswer, approved_at: maybeText })),
});

export const FileAnswer = z.looseObject({
  file_path: z.string(),
  encoding: z.literal("base64"),
  content: z.base64(),
  last_commit_id: z.string(),
  blob_id: z.string(),
});

export const TreeAnswer = z.looseObject({ type: z.string(), path: z.string() });

export const BranchAnswer = z.looseObject({
  commit: z.looseObject({ id: z.string() }),
  protected: z.boolean(),
});

export const PackageAnswer = z.looseObject({
  id: z.int(),
  name: z.string(),
  version: text,
  package_type: z.string(),
  created_at: z.string(),
});

/** A file in the listing of a package. */
export const PackageFileRow = z
  .looseObject({ id: z.int(), file_name: z.string(), created_at: z.string() })
  .transform((raw) => ({ id: raw.id, name: raw.file_name, createdAt: raw.created_at }));

/** The answer to a file we stored. */
export const PackageFileAnswer = z.looseObject({
  size: z.int().nullish(),
  file_sha256: maybeText,
});

export const ProjectAnswer = z
  .looseObject({
    id: z.int(),
    path_with_namespace: z.string(),
    default_branch: maybeText,
    visibility: z.string(),
    web_url: z.string(),
  })
  .transform((raw) => ({
    id: raw.id,
    path: raw.path_with_namespace,
    // An empty repository has none yet.
    defaultBranch: raw.default_branch ?? "",
    visibility: raw.visibility,
    webUrl: raw.web_url,
  }));

export const GroupAnswer = z.looseObject({ id: z.int(), full_path: z.string() });

/**
 * The answer in our words.
 * @throws GitLabError naming the keys that are missing or of another type (never their values).
 */
export function understand<S extends z.ZodType>(
  schema: S,
  answer: unknown,
  what: string,
): z.output<S> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const faults = result.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join(".") || "answer"}: ${issue.message}`);
  const name: CallName = { method: "GET", path: what };
  throw new GitLabError(
    "wrong-shape",
    name,
    200,
    `GitLab's answer is not as documented (${faults.join("; ")})`,
  );
}
