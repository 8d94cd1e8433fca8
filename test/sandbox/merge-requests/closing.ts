// Closing words: `Closes #12` in a description or commit message closes the issue when it reaches the default branch.
import { updateIssue } from "../issues.ts";
import { ACCESS, type Issue, type MergeRequest, type Project, type User } from "../model.ts";
import type { State } from "../state.ts";
import { latestVersion, targetRepository, versionCommits } from "./versions.ts";

/** GitLab's default pattern (`issue_closing_pattern`), without URLs. */
const CLOSING =
  /\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):? +(?:issues? +)?((?:[\w./-]*#\d+)(?:(?:, *| +and +)(?:[\w./-]*#\d+))*)/gi;

/** The issues that a text closes, as seen from a project. */
function closedBy(state: State, project: Project, text: string): readonly Issue[] {
  const found = new Set<Issue>();
  for (const match of text.matchAll(CLOSING)) {
    for (const one of (match[1] ?? "").matchAll(/([\w./-]*)#(\d+)/g)) {
      const home = one[1] === "" ? project : state.project(one[1] ?? "");
      const issue = home?.issues.find((other) => other.iid === Number(one[2]));
      if (issue !== undefined) found.add(issue);
    }
  }
  return [...found];
}

/** The issues that merging would close: named in the description or a commit message, into the default branch. */
export function issuesClosedBy(state: State, mergeRequest: MergeRequest): readonly Issue[] {
  const project = state.projectById(mergeRequest.projectId);
  if (mergeRequest.targetBranch !== project.defaultBranch) return [];
  const repository = targetRepository(state, mergeRequest);
  const commits = versionCommits(repository, latestVersion(mergeRequest));
  const texts = [mergeRequest.description ?? "", ...commits.map((commit) => commit.message)];
  return closedBy(state, project, texts.join("\n\n"));
}

/** Closes them, where the person who merged may. */
export function closeIssues(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
  issues: readonly Issue[],
): void {
  for (const issue of issues) {
    const level = state.accessLevel(user, state.projectById(issue.projectId));
    if (issue.state !== "opened" || level < ACCESS.planner) continue;
    updateIssue(state, issue, user, { stateEvent: "close" });
    const home = state.projectById(mergeRequest.projectId);
    const prefix = issue.projectId === home.id ? "" : home.fullPath;
    state.systemNote(issue, user, `closed via merge request ${prefix}!${mergeRequest.iid}`);
  }
}
