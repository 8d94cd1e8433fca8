// After an unclear answer: whether the effect of a write is there, exactly as asked.
import type { Issue, MergeRequest, Note } from "../../domain/forge.ts";
import type { Action } from "../../domain/plan.ts";
import type { ForgeReader, ProjectRef } from "../../ports/forge.ts";
import { sameText } from "./write-outcome.ts";

/**
 * @param read a reader that has read nothing yet, so that no older answer is taken for the present state
 * @param project the project of the actions that name none
 * @returns false also when it cannot be read: what is not seen does not count as done
 */
export async function effectOf(
  read: ForgeReader,
  project: ProjectRef,
  action: Action,
): Promise<boolean> {
  return check(read, project, action).catch(() => false);
}

function check(read: ForgeReader, project: ProjectRef, action: Action): Promise<boolean> {
  switch (action.kind) {
    case "set-confidential":
      return issueIs(read, project, action.issue, (issue) => issue.confidential);
    case "change-labels":
      return issueIs(
        read,
        project,
        action.issue,
        ({ labels }) =>
          action.add.every((label) => labels.includes(label)) &&
          !action.remove.some((label) => labels.includes(label)),
      );
    case "edit-issue":
      return issueIs(
        read,
        action.project,
        action.issue,
        ({ description, labels, state }) =>
          sameText(description, action.description) &&
          (action.add ?? []).every((label) => labels.includes(label)) &&
          (action.close !== true || state === "closed"),
      );
    case "create-issue":
      return issueStands(read, action);
    case "write-note":
      return noteStands(read, action.project ?? project, action);
    case "delete-note":
      return read
        .issueNotes(action.project ?? project, action.issue)
        .then((notes) => notes.every(({ id }) => id !== action.note));
    case "write-merge-request-note":
      return mergeRequestNoteStands(read, project, action);
    case "delete-merge-request-note":
      return read
        .mergeRequestNotes(project, action.mergeRequest)
        .then((notes) => notes.every(({ id }) => id !== action.note));
    case "commit-files":
      return filesStand(read, project, action);
    case "open-merge-request":
      return mergeRequestStands(read, project, action);
    case "edit-merge-request":
      return mergeRequestIs(
        read,
        project,
        action.mergeRequest,
        ({ title, description }) =>
          sameText(title, action.title) && sameText(description, action.description),
      );
    case "close-merge-request":
      return mergeRequestIs(read, project, action.mergeRequest, ({ state }) => state === "closed");
    case "merge":
      return mergeRequestIs(
        read,
        project,
        action.mergeRequest,
        ({ state, sha }) => state === "merged" && sha === action.sha,
      );
    case "delete-package":
      return read
        .packages(action.project)
        .then((packages) => packages.every(({ id }) => id !== action.package));
    case "publish-package":
      // Each of its files was read back when it was sent.
      return Promise.resolve(false);
  }
}

type Of<K extends Action["kind"]> = Extract<Action, { kind: K }>;

async function issueIs(
  read: ForgeReader,
  project: ProjectRef,
  number: number,
  holds: (issue: Issue) => boolean,
): Promise<boolean> {
  const issue = await read.issue(project, number);
  return issue !== null && holds(issue);
}

async function mergeRequestIs(
  read: ForgeReader,
  project: ProjectRef,
  number: number,
  holds: (mergeRequest: MergeRequest) => boolean,
): Promise<boolean> {
  return holds((await read.mergeRequestDetail(project, number)).mergeRequest);
}

const noteStands = (read: ForgeReader, project: ProjectRef, action: Of<"write-note">) =>
  isAmong(read, read.issueNotes(project, action.issue), action);

const mergeRequestNoteStands = (
  read: ForgeReader,
  project: ProjectRef,
  action: Of<"write-merge-request-note">,
) => isAmong(read, read.mergeRequestNotes(project, action.mergeRequest), action);

async function isAmong(
  read: ForgeReader,
  standing: Promise<readonly Note[]>,
  wanted: { readonly note: number | null; readonly body: string },
): Promise<boolean> {
  const [bot, notes] = await Promise.all([read.currentUser(), standing]);
  return notes.some(
    ({ id, author, body }) =>
      author.id === bot.id && (wanted.note ?? id) === id && sameText(body, wanted.body),
  );
}

/** The marker in the description makes it the one that was asked for, and no other. */
async function issueStands(read: ForgeReader, action: Of<"create-issue">): Promise<boolean> {
  const bot = await read.currentUser();
  const issues = await read.filedIssues(action.project, bot.id);
  return issues.some(
    ({ title, description, confidential, labels }) =>
      action.labels.every((label) => labels.includes(label)) &&
      sameText(title, action.title) &&
      sameText(description, action.description) &&
      confidential === action.confidential,
  );
}

async function filesStand(
  read: ForgeReader,
  project: ProjectRef,
  action: Of<"commit-files">,
): Promise<boolean> {
  const files = await Promise.all(
    action.files.map(({ path }) => read.file(project, path, action.branch)),
  );
  return files.every((file, index) => file?.content === action.files[index]?.content);
}

async function mergeRequestStands(
  read: ForgeReader,
  project: ProjectRef,
  action: Of<"open-merge-request">,
): Promise<boolean> {
  const [bot, found] = await Promise.all([read.currentUser(), read.requestMergeRequests(project)]);
  const standing = found.get(action.sourceBranch);
  return (
    standing?.state === "opened" &&
    standing.author.id === bot.id &&
    standing.targetBranch === action.targetBranch &&
    sameText(standing.title, action.title) &&
    sameText(standing.description, action.description)
  );
}
