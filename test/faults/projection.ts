// What counts of an end state: issues, comments, labels, merge requests, files, packages, custody entries. No ids, no times, no order.
import { createHash } from "node:crypto";
import { repositoryOf } from "../sandbox/git/project-repository.ts";
import type { Repository } from "../sandbox/git/repository.ts";
import type { Issue, MergeRequest, Project } from "../sandbox/model.ts";
import type { State } from "../sandbox/state.ts";

const digest = (content: string | Uint8Array | null): string =>
  createHash("sha256")
    .update(content ?? "")
    .digest("hex")
    .slice(0, 12);
const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";

/** One line a fact, sorted. Two equal lines are two things. */
export function projectionOf(state: State): readonly string[] {
  return [...state.projects.values()]
    .flatMap((project) => [
      ...labelsOf(state, project),
      ...project.issues.flatMap((issue) => issueLines(state, project, issue)),
      ...project.mergeRequests.flatMap((one) => mergeRequestLines(state, project, one)),
      ...fileLines(project),
      ...project.packages.map((one) => {
        const names = [...new Set(one.files.map(({ fileName }) => fileName))].sort();
        const manifest = one.files.findLast(({ fileName }) => fileName === "manifest.json");
        const bytes = manifest === undefined ? "unfinished" : digest(manifest.content);
        return `${project.fullPath} package ${one.name}/${one.version} ${bytes} ${names.join(" ")}`;
      }),
    ])
    .sort();
}

const labelsOf = (state: State, project: Project): readonly string[] =>
  [...state.labels.values()]
    .filter((label) => label.projectId === project.id)
    .map((label) => `${project.fullPath} label ${label.name}`);

const namesOf = (state: State, ids: readonly number[]): string =>
  ids
    .map((id) => state.labels.get(id)?.name ?? "?")
    .sort()
    .join(", ");

/** What the bot filed and closed again as a duplicate is not live, and does not count. */
const isRetired = (state: State, one: Issue | MergeRequest): boolean =>
  one.state === "closed" && state.user(one.authorId).bot;

function issueLines(state: State, project: Project, issue: Issue): readonly string[] {
  if (isRetired(state, issue)) return [];
  const name = `${project.fullPath} issue ${issue.title}`;
  const flags = [
    issue.state,
    issue.confidential ? "confidential" : "public",
    `labels ${namesOf(state, issue.labelIds)}`,
    `assignees ${issue.assigneeIds.length}`,
    `text ${digest(issue.description)}`,
  ];
  return [`${name}: ${flags.join(" | ")}`, ...noteLines(state, name, issue)];
}

const noteLines = (state: State, name: string, one: Issue | MergeRequest): readonly string[] =>
  one.notes
    .filter(({ system }) => !system)
    .map(
      ({ authorId, body }) =>
        `${name} note by ${state.user(authorId).username}: ${firstLine(body)} ${digest(body)}`,
    );

function mergeRequestLines(state: State, project: Project, one: MergeRequest): readonly string[] {
  if (isRetired(state, one)) return [];
  const name = `${project.fullPath} merge request ${one.sourceBranch} -> ${one.targetBranch}`;
  const approvals = one.approvals.map(({ userId }) => state.user(userId).username).sort();
  const facts = [one.state, one.title, `text ${digest(one.description)}`, approvals.join(" ")];
  return [`${name}: ${facts.join(" | ")}`, ...noteLines(state, name, one)];
}

/** By commit: what it holds never changes. */
const known = new Map<string, readonly string[]>();

/** A request's branch counts for what it has beside the default branch: the rest depends on when it was begun. */
function fileLines(project: Project): readonly string[] {
  const repository = repositoryOf(project);
  if (repository === null) return [];
  const main = new Set(linesAt(repository, repository.branchHead(project.defaultBranch ?? "")));
  return [...repository.branches()].flatMap(([branch, head]) => {
    const lines = linesAt(repository, head);
    const own = branch.startsWith("request/") ? lines.filter((line) => !main.has(line)) : lines;
    return ["", ...own].map((line) => `${project.fullPath} ${branch}:${line}`);
  });
}

function linesAt(repository: Repository, head: string | null): readonly string[] {
  if (head === null) return [];
  const lines =
    known.get(head) ??
    [...repository.files(head)].flatMap(([path, { id }]) =>
      path.endsWith(".jsonl")
        ? custodyLines(path, repository.blob(id)?.toString("utf8") ?? "")
        : [`${path} ${id.slice(0, 12)}`],
    );
  known.set(head, lines);
  return lines;
}

/** Each entry by what it says; its number, time and chain follow from the order. */
const custodyLines = (path: string, text: string): readonly string[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { event, data } = JSON.parse(line) as { event: string; data: unknown };
      return `${path} entry ${event} ${JSON.stringify(data)}`;
    });

/** The lines that only one side has: `-` missing, `+` too many. */
export function differences(
  wanted: readonly string[],
  found: readonly string[],
): readonly string[] {
  const left = [...found];
  const missing = wanted.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...missing.map((line) => `- ${line}`), ...left.map((line) => `+ ${line}`)];
}
