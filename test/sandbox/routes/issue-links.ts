/** Links between issues. */
import { fail, notFound } from "../errors.ts";
import { type App, pathId, requireUser, userOf } from "../http.ts";
import { presentIssue } from "../issue-presenter.ts";
import { canSeeIssue } from "../issues.ts";
import { ACCESS, type Issue, type IssueLink } from "../model.ts";
import type { Json } from "../presenters.ts";
import type { State } from "../state.ts";
import { issueOf } from "./issues.ts";

const TYPES = ["relates_to", "blocks", "is_blocked_by"] as const;
const OPPOSITE = {
  relates_to: "relates_to",
  blocks: "is_blocked_by",
  is_blocked_by: "blocks",
} as const;

function presentLink(state: State, link: IssueLink): Json {
  const side = (id: number): Json | null => {
    const issue = state.issueById(id);
    return issue === undefined ? null : presentIssue(state, issue);
  };
  return {
    id: link.id,
    source_issue: side(link.sourceId),
    target_issue: side(link.targetId),
    link_type: link.linkType,
  };
}

function joins(link: IssueLink, a: Issue, b: Issue): boolean {
  return (
    (link.sourceId === a.id && link.targetId === b.id) ||
    (link.sourceId === b.id && link.targetId === a.id)
  );
}

export function registerIssueLinks(app: App, state: State): void {
  const base = "/projects/:id/issues/:iid/links";
  const linkOf = (issue: Issue, id: number): IssueLink =>
    state.links.find(
      (one) => one.id === id && (one.sourceId === issue.id || one.targetId === issue.id),
    ) ?? notFound();

  app.get(base, (c) => {
    const { issue } = issueOf(c, state);
    requireUser(c);
    // GitLab answers this list whole, without pages.
    const rows = state.links.flatMap((link) => {
      const isSource = link.sourceId === issue.id;
      if (!isSource && link.targetId !== issue.id) return [];
      const other = state.issueById(isSource ? link.targetId : link.sourceId);
      if (other === undefined || !canSeeIssue(state, userOf(c), other)) return [];
      return [
        {
          ...presentIssue(state, other),
          issue_link_id: link.id,
          link_type: isSource ? link.linkType : OPPOSITE[link.linkType],
          link_created_at: link.createdAt,
          link_updated_at: link.createdAt,
        },
      ];
    });
    return c.json(rows);
  });
  app.post(base, (c) => {
    const { project, issue } = issueOf(c, state);
    const user = requireUser(c);
    const { params } = c.var;
    const targetProject = state.project(params.required("target_project_id"));
    const iid = params.requiredInt("target_issue_iid");
    const linkType = params.oneOf("link_type", TYPES) ?? "relates_to";
    if (state.accessLevel(user, project) < ACCESS.guest) fail(403);
    const target = targetProject?.issues.find((one) => one.iid === iid);
    if (target === undefined || !canSeeIssue(state, user, target)) notFound();
    if (target === issue) fail(400, "Issue cannot be related to itself");
    if (state.links.some((link) => joins(link, issue, target)))
      fail(409, "Issue(s) already assigned");
    const link: IssueLink = {
      id: state.nextId("issue_link"),
      sourceId: issue.id,
      targetId: target.id,
      linkType,
      createdAt: state.stamp(),
    };
    state.links.push(link);
    const named = (from: Issue, to: Issue): string =>
      from.projectId === to.projectId
        ? `#${to.iid}`
        : `${state.projectById(to.projectId).fullPath}#${to.iid}`;
    const words = { relates_to: "related to", blocks: "blocking", is_blocked_by: "blocked by" };
    state.systemNote(
      issue,
      user,
      `marked this issue as ${words[linkType]} ${named(issue, target)}`,
    );
    state.systemNote(
      target,
      user,
      `marked this issue as ${words[OPPOSITE[linkType]]} ${named(target, issue)}`,
    );
    return c.json(presentLink(state, link), 201);
  });
  app.get(`${base}/:link_id`, (c) => {
    const { issue } = issueOf(c, state);
    requireUser(c);
    return c.json(presentLink(state, linkOf(issue, pathId(c, "link_id"))));
  });
  app.delete(`${base}/:link_id`, (c) => {
    const { issue } = issueOf(c, state);
    requireUser(c);
    const link = linkOf(issue, pathId(c, "link_id"));
    state.links = state.links.filter((one) => one !== link);
    return c.json(presentLink(state, link));
  });
}
