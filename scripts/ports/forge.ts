// The forge (GitLab) as the jobs see it: a reader that cannot write, and a writer that performs one action at a time.
import type { Action } from "../domain/plan.ts";

/** A project by its numeric id, or by its full path. */
export type ProjectRef = string;

export type User = {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  /** GitLab's own word: `active`, `blocked`, `deactivated`, `banned`, … */
  readonly state: string;
  readonly bot: boolean;
};
export type Member = User & {
  readonly accessLevel: number;
  /** `YYYY-MM-DD`, the day on which the membership ends; null = never. */
  readonly expiresAt: string | null;
};
export type Issue = {
  readonly id: number;
  readonly iid: number;
  readonly title: string;
  readonly description: string;
  readonly state: "opened" | "closed";
  readonly confidential: boolean;
  readonly labels: readonly string[];
  readonly author: User;
  readonly assignees: readonly User[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly webUrl: string;
  /** Set when the issue came by e-mail through Service Desk: its author is a bot, its readers are outside. */
  readonly serviceDeskReplyTo: string | null;
};
export type Note = {
  readonly id: number;
  readonly body: string;
  readonly author: User;
  readonly system: boolean;
  readonly internal: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
};
export type MergeRequest = {
  readonly iid: number;
  readonly title: string;
  readonly description: string;
  readonly state: "opened" | "closed" | "merged" | "locked";
  readonly draft: boolean;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly sourceProjectId: number;
  readonly targetProjectId: number;
  readonly author: User;
  readonly sha: string;
  readonly mergeCommitSha: string | null;
  readonly mergedAt: string | null;
  readonly detailedMergeStatus: string;
  readonly webUrl: string;
};
export type Commit = {
  readonly id: string;
  readonly authorEmail: string;
  readonly authorName: string;
  readonly committerName: string;
  readonly committedAt: string;
};
export type Approval = {
  readonly user: User;
  /** From the API where it gives one, else from the system note of the approval; null = could not be read. */
  readonly at: string | null;
};
/** All that the release gate needs to know of one merge request. */
export type MergeRequestDetail = {
  readonly mergeRequest: MergeRequest;
  readonly changedPaths: readonly string[];
  /** False when GitLab cut the diff (overflow): then the paths are not known. */
  readonly pathsComplete: boolean;
  readonly commits: readonly Commit[];
  /** When the head of the source branch was pushed (latest MR diff version), RFC 3339. */
  readonly lastPushAt: string | null;
  readonly approvals: readonly Approval[];
  readonly gitlabSaysApproved: boolean;
};
export type RepositoryFile = {
  readonly path: string;
  readonly content: string;
  readonly lastCommitId: string;
  readonly blobId: string;
};
export type Package = {
  readonly id: number;
  readonly name: string;
  readonly version: string;
  readonly createdAt: string;
};
export type Project = {
  readonly id: number;
  readonly path: string;
  readonly defaultBranch: string;
  readonly visibility: string;
  readonly webUrl: string;
};

/**
 * Reads. Every listing follows the pages to the end; a page that fails means that the listing failed (it throws).
 * Each listing is asked for once in a run and shared by the jobs. `null` = GitLab answered 404.
 */
export type ForgeReader = {
  readonly currentUser: () => Promise<User>;
  readonly project: (project: ProjectRef) => Promise<Project>;
  readonly openIssues: (project: ProjectRef) => Promise<readonly Issue[]>;
  readonly issue: (project: ProjectRef, issue: number) => Promise<Issue | null>;
  readonly issueNotes: (project: ProjectRef, issue: number) => Promise<readonly Note[]>;
  readonly issueParticipants: (project: ProjectRef, issue: number) => Promise<readonly User[]>;
  /** Open and closed issues of the project that carry all these labels. */
  readonly labelledIssues: (
    project: ProjectRef,
    labels: readonly string[],
  ) => Promise<readonly Issue[]>;
  /** Merge requests whose source branch starts with `request/`, in every state, by source branch. */
  readonly requestMergeRequests: (
    project: ProjectRef,
  ) => Promise<ReadonlyMap<string, MergeRequest>>;
  readonly mergeRequestDetail: (
    project: ProjectRef,
    mergeRequest: number,
  ) => Promise<MergeRequestDetail>;
  readonly file: (project: ProjectRef, path: string, ref: string) => Promise<RepositoryFile | null>;
  readonly branchHead: (project: ProjectRef, branch: string) => Promise<string | null>;
  readonly branchProtected: (project: ProjectRef, branch: string) => Promise<boolean>;
  readonly user: (id: number) => Promise<User | null>;
  /** The project member's access level (inherited ones too), null when not a member. */
  readonly projectMembers: (project: ProjectRef) => Promise<readonly Member[]>;
  /** Direct members of a group; null when the group cannot be seen. */
  readonly groupMembers: (group: string) => Promise<readonly Member[] | null>;
  readonly packages: (project: ProjectRef) => Promise<readonly Package[]>;
  readonly packageFile: (
    project: ProjectRef,
    name: string,
    version: string,
    file: string,
  ) => Promise<Uint8Array | null>;
};

export type ActionResult =
  | { readonly ok: true; readonly action: Action; readonly url: string | null }
  | { readonly ok: false; readonly action: Action; readonly error: string };

/** Writes. Every action is one API write (publish-package: one a file); it is never sent twice by the writer itself. */
export type ForgeWriter = {
  readonly perform: (action: Action) => Promise<ActionResult>;
};
