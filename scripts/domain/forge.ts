// The objects of the forge (GitLab) as plain values, in our words: what decisions are made from.

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
  /** RFC 3339, when the membership began; null = GitLab did not say. */
  readonly since: string | null;
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
  readonly mergedBy: User | null;
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
export type PackageFile = { readonly name: string; readonly createdAt: string };
export type Project = {
  readonly id: number;
  readonly path: string;
  readonly defaultBranch: string;
  readonly visibility: string;
  readonly webUrl: string;
};
