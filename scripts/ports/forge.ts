// The forge (GitLab) as the jobs see it: a reader that cannot write, and a writer that performs one action at a time.
import type {
  Issue,
  Member,
  MergeRequest,
  MergeRequestDetail,
  Note,
  Package,
  PackageFile,
  Project,
  RepositoryFile,
  User,
} from "../domain/forge.ts";
import type { Action } from "../domain/plan.ts";

/** A project by its numeric id, or by its full path. */
export type ProjectRef = string;

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
  /** Open and closed issues of the project that this user filed, whatever labels they carry. */
  readonly filedIssues: (project: ProjectRef, author: number) => Promise<readonly Issue[]>;
  /** Merge requests whose source branch starts with `request/`, in every state, by source branch. */
  readonly requestMergeRequests: (
    project: ProjectRef,
  ) => Promise<ReadonlyMap<string, MergeRequest>>;
  /** Open ones of those branches beside the one that {@link ForgeReader.requestMergeRequests} names, lowest number first. */
  readonly doubledMergeRequests: (project: ProjectRef) => Promise<readonly MergeRequest[]>;
  /** Open merge requests from a branch of the project itself (no fork) into its branch `target`, by ascending number. */
  readonly ownMergeRequests: (
    project: ProjectRef,
    target: string,
  ) => Promise<readonly MergeRequest[]>;
  readonly mergeRequestNotes: (
    project: ProjectRef,
    mergeRequest: number,
  ) => Promise<readonly Note[]>;
  readonly mergeRequestDetail: (
    project: ProjectRef,
    mergeRequest: number,
  ) => Promise<MergeRequestDetail>;
  readonly file: (project: ProjectRef, path: string, ref: string) => Promise<RepositoryFile | null>;
  /** Paths of all files below a folder of a commit, sorted; empty when there is no such folder. */
  readonly filesBelow: (
    project: ProjectRef,
    folder: string,
    ref: string,
  ) => Promise<readonly string[]>;
  readonly branchHead: (project: ProjectRef, branch: string) => Promise<string | null>;
  readonly branchProtected: (project: ProjectRef, branch: string) => Promise<boolean>;
  readonly user: (id: number) => Promise<User | null>;
  /** The project member's access level (inherited ones too), null when not a member. */
  readonly projectMembers: (project: ProjectRef) => Promise<readonly Member[]>;
  /** Direct members of a group; null when the group cannot be seen. */
  readonly groupMembers: (group: string) => Promise<readonly Member[] | null>;
  readonly packages: (project: ProjectRef) => Promise<readonly Package[]>;
  /** Names and dates of what a package holds. */
  readonly packageFiles: (
    project: ProjectRef,
    packageId: number,
  ) => Promise<readonly PackageFile[]>;
  readonly packageFile: (
    project: ProjectRef,
    name: string,
    version: string,
    file: string,
  ) => Promise<Uint8Array | null>;
};

type ActionResult =
  | { readonly ok: true; readonly action: Action; readonly url: string | null }
  | { readonly ok: false; readonly action: Action; readonly error: string };

/** Writes. A refusal is one line that names the action. Every action is one API write (publish-package: one a file); it is never sent twice by the writer itself. */
export type ForgeWriter = {
  readonly perform: (action: Action) => Promise<ActionResult>;
};
