/** Issues: create, show, edit, participants, move, delete. */
import { runCommands } from "../commands.ts";
import { fail, invalid, notFound } from "../errors.ts";
import {
  type App,
  type Ctx,
  paginate,
  pathParam,
  projectOf,
  requireAdmin,
  requireUser,
  userOf,
} from "../http.ts";
import { presentIssue } from "../issue-presenter.ts";
import { canSeeIssue, createIssue, type IssueChanges, moveIssue, updateIssue } from "../issues.ts";
import { labelNamed, resolveLabels } from "../labelling.ts";
import { live } from "../live.ts";
import { ACCESS, type Issue, type Project, type User } from "../model.ts";
import type { Params } from "../params.ts";
import { presentUser } from "../presenters.ts";
import { extractQuickActions } from "../quick-actions.ts";
import type { State } from "../state.ts";
import { registerEvents } from "./labels.ts";
import { registerNotesFor } from "./notes.ts";

const MAX_TITLE = 255;
const MAX_DESCRIPTION = 1_048_576;
const TYPES = ["issue", "incident", "test_case", "task"] as const;

/** The issue of the path, if the asker may see it; else 404. */
export function issueOf(
  c: Ctx,
  state: State,
): { readonly project: Project; readonly issue: Issue } {
  const project = projectOf(c, state);
  const issue = project.issues.find((one) => String(one.iid) === pathParam(c, "iid"));
  if (issue === undefined || !canSeeIssue(state, userOf(c), issue)) notFound();
  return { project, issue };
}

function checkTitle(title: string): string {
  if (title.trim() === "") invalid("title", "can't be blank");
  if (title.length > MAX_TITLE)
    invalid("title", `is too long (maximum is ${MAX_TITLE} characters)`);
  return title.trim();
}

function checkDescription(text: string | undefined): string | undefined {
  if (text !== undefined && text.length > MAX_DESCRIPTION) {
    invalid("description", `is too long (maximum is ${MAX_DESCRIPTION} characters)`);
  }
  return text;
}

function readAssignees(state: State, project: Project, params: Params): number[] | undefined {
  const ids =
    params.ints("assignee_ids") ??
    (params.has("assignee_id") ? [params.int("assignee_id") ?? 0] : undefined);
  // GitLab leaves out people who cannot read the project, without a word.
  return ids?.filter((id) => {
    const user = state.users.get(id);
    return user !== undefined && state.accessLevel(user, project) >= ACCESS.guest;
  });
}

function readDate(params: Params, name: string): string | null | undefined {
  const text = params.text(name);
  if (text === undefined) return undefined;
  if (text === "") return null;
  const date = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
  return date !== undefined && !Number.isNaN(Date.parse(date)) ? date : invalid(name, "is invalid");
}

/** What a member may set beyond title and description. */
function readMemberFields(state: State, project: Project, params: Params): IssueChanges {
  const issueType = params.oneOf("issue_type", TYPES);
  return {
    assigneeIds: readAssignees(state, project, params),
    confidential: params.flag("confidential"),
    dueDate: readDate(params, "due_date"),
    weight: params.has("weight") ? (params.int("weight") ?? null) : undefined,
    discussionLocked: params.flag("discussion_locked"),
    issueType,
  };
}

async function create(c: Ctx, state: State): Promise<Issue> {
  const project = projectOf(c, state);
  const user = requireUser(c);
  const { params } = c.var;
  const title = checkTitle(params.required("title"));
  if (project.settings["issues_enabled"] === false) fail(403);
  const level = state.accessLevel(user, project);
  const raw = checkDescription(params.text("description"));
  const { text, actions } = extractQuickActions(raw ?? "");
  const iid = params.int("iid");
  const createdAt = level >= ACCESS.owner ? params.time("created_at") : undefined;
  if (iid !== undefined && level >= ACCESS.owner && project.issues.some((one) => one.iid === iid)) {
    fail(409, "Duplicated issue");
  }
  const issue = createIssue(state, project, user, {
    ...readMemberFields(state, project, params),
    title,
    description: raw === undefined ? null : text,
    labelIds: resolveLabels(state, project, user, params.list("labels") ?? []),
    ...(iid === undefined || level < ACCESS.owner ? {} : { iid }),
    ...(createdAt === undefined ? {} : { createdAt: new Date(createdAt).toISOString() }),
  });
  await runCommands(actions, { state, project, noteable: issue, user });
  return issue;
}

function readLabels(
  state: State,
  project: Project,
  user: User,
  issue: Issue,
  params: Params,
): number[] | undefined {
  const replaced = params.list("labels");
  const added = params.list("add_labels");
  const removed = params.list("remove_labels");
  if (replaced === undefined && added === undefined && removed === undefined) return undefined;
  const base =
    replaced === undefined ? issue.labelIds : resolveLabels(state, project, user, replaced);
  const gone = (removed ?? []).map((name) => labelNamed(state, project, name)?.id ?? Number(name));
  const fresh = resolveLabels(state, project, user, added ?? []);
  return [...base.filter((id) => !gone.includes(id)), ...fresh];
}

const EDITABLE: readonly string[] = [
  "title",
  "description",
  "state_event",
  "labels",
  "add_labels",
  "remove_labels",
  "assignee_id",
  "assignee_ids",
  "confidential",
  "due_date",
  "weight",
  "discussion_locked",
  "issue_type",
  "milestone_id",
  "updated_at",
  "epic_id",
];

async function edit(c: Ctx, state: State): Promise<Issue> {
  const { project, issue } = issueOf(c, state);
  const user = requireUser(c);
  const { params } = c.var;
  if (!EDITABLE.some((name) => params.has(name))) {
    fail(400, {
      error: `${EDITABLE.join(", ")} are missing, at least one parameter must be provided`,
    });
  }
  const member = state.accessLevel(user, project) >= ACCESS.planner;
  if (!member && issue.authorId !== user.id && !issue.assigneeIds.includes(user.id)) fail(403);
  const title = params.text("title");
  const stateEvent = params.oneOf("state_event", ["close", "reopen"]);
  const raw = checkDescription(params.text("description"));
  const { text, actions } = extractQuickActions(raw ?? "");
  // What the asker may not set is dropped without a word, as in GitLab: a client has to read back.
  const memberFields = member
    ? {
        ...readMemberFields(state, project, params),
        labelIds: readLabels(state, project, user, issue, params),
      }
    : {};
  updateIssue(state, issue, user, {
    ...memberFields,
    title: title === undefined ? undefined : checkTitle(title),
    description: raw === undefined ? undefined : text,
    stateEvent,
  });
  await runCommands(actions, { state, project, noteable: issue, user });
  return issue;
}

const mentionsOf = new Map<string, readonly string[]>();
const MOST_TEXTS = 2000;
/** Scanned once, however often the same text is asked about. */
function mentionsIn(text: string): readonly string[] {
  const mentions = mentionsOf.get(text) ?? live(text).mentions;
  if (mentionsOf.size >= MOST_TEXTS) mentionsOf.clear();
  mentionsOf.set(text, mentions);
  return mentions;
}

/** Author, assignees, commenters and people mentioned, as far as they can see the issue. */
function participants(state: State, issue: Issue): User[] {
  const texts = [
    issue.description ?? "",
    ...issue.notes.filter((one) => !one.system).map((one) => one.body),
  ];
  const mentioned = texts
    .flatMap(mentionsIn)
    .flatMap((name) => state.userNamed(name.slice(1)) ?? []);
  const ids = [
    issue.authorId,
    ...issue.assigneeIds,
    ...issue.notes.filter((note) => !note.system).map((note) => note.authorId),
    ...mentioned.map((user) => user.id),
  ];
  return [...new Set(ids)]
    .map((id) => state.user(id))
    .filter((user) => canSeeIssue(state, user, issue));
}

export function registerIssues(app: App, state: State): void {
  const base = "/projects/:id/issues/:iid";
  registerEvents(app, state, base, (c) => issueOf(c, state).issue);
  registerNotesFor(app, state, base, (c) => issueOf(c, state).issue);

  app.post("/projects/:id/issues", async (c) =>
    c.json(presentIssue(state, await create(c, state)), 201),
  );
  app.get(base, (c) => c.json(presentIssue(state, issueOf(c, state).issue)));
  app.put(base, async (c) => c.json(presentIssue(state, await edit(c, state))));
  app.delete(base, (c) => {
    const { project, issue } = issueOf(c, state);
    const user = requireUser(c);
    if (
      state.accessLevel(user, project) < ACCESS.owner &&
      state.accessLevel(user, project) !== ACCESS.planner
    )
      fail(403);
    project.issues.splice(project.issues.indexOf(issue), 1);
    state.links = state.links.filter(
      (one) => one.sourceId !== issue.id && one.targetId !== issue.id,
    );
    return c.body(null, 204);
  });
  app.get("/issues/:id", (c) => {
    requireAdmin(c);
    const issue = state.issueById(Number(pathParam(c, "id"))) ?? notFound();
    return c.json(presentIssue(state, issue));
  });
  app.post(`${base}/move`, (c) => {
    const { project, issue } = issueOf(c, state);
    const user = requireUser(c);
    const target = state.project(c.var.params.requiredInt("to_project_id"));
    if (target === undefined || !state.canSeeProject(user, target)) notFound("Project");
    const level = Math.min(state.accessLevel(user, project), state.accessLevel(user, target));
    if (target === project) fail(400, "Cannot move issue to project it originates from!");
    if (level < ACCESS.planner) fail(400, "Cannot move issue due to insufficient permissions!");
    return c.json(presentIssue(state, moveIssue(state, issue, target, user)), 201);
  });
  app.get(`${base}/participants`, (c) => {
    const { issue } = issueOf(c, state);
    return c.json(paginate(c, participants(state, issue)).map((user) => presentUser(state, user)));
  });
  for (const empty of ["related_merge_requests", "closed_by"]) {
    app.get(`${base}/${empty}`, (c) => {
      issueOf(c, state);
      return c.json(paginate(c, []));
    });
  }
}
