// The filters and orders of merge-request lists.
import { fail } from "../errors.ts";
import type { Ctx } from "../http.ts";
import type { MergeRequest, User } from "../model.ts";
import type { Params } from "../params.ts";
import { labelNames } from "../presenters.ts";
import type { State } from "../state.ts";
import { isDraft } from "./draft.ts";

type Test = (mergeRequest: MergeRequest) => boolean;

/** The merge requests that the list's parameters ask for, in their order. */
export function filterMergeRequests(
  c: Ctx,
  state: State,
  all: readonly MergeRequest[],
): readonly MergeRequest[] {
  const params = c.var.params;
  const tests = [
    ...basicTests(params),
    ...personTests(state, params),
    ...labelTests(state, params),
    ...timeTests(params),
    ...negated(state, params.nested("not")),
  ];
  return ordered(
    params,
    all.filter((one) => tests.every((test) => test(one))),
  );
}

function basicTests(params: Params): readonly Test[] {
  const tests: Test[] = [];
  const wanted = params.oneOf("state", ["opened", "closed", "locked", "merged", "all"]) ?? "all";
  if (wanted !== "all") tests.push((one) => one.state === wanted);
  const source = params.text("source_branch");
  if (source !== undefined) tests.push((one) => one.sourceBranch === source);
  const target = params.text("target_branch");
  if (target !== undefined) tests.push((one) => one.targetBranch === target);
  const iids = params.ints("iids");
  if (iids !== undefined) tests.push((one) => iids.includes(one.iid));
  const draft = params.text("draft") ?? params.text("wip");
  if (draft !== undefined) {
    const yes = draft === "yes" || draft === "true";
    tests.push((one) => isDraft(one.title) === yes);
  }
  const search = params.text("search")?.toLowerCase();
  if (search !== undefined) {
    const fields = (params.text("in") ?? "title,description").split(",");
    tests.push((one) =>
      fields.some((field) =>
        (field === "title" ? one.title : (one.description ?? "")).toLowerCase().includes(search),
      ),
    );
  }
  const sourceProject = params.int("source_project_id");
  if (sourceProject !== undefined) tests.push((one) => one.sourceProjectId === sourceProject);
  const approved = params.ints("approved_by_ids");
  if (approved !== undefined) {
    tests.push((one) => approved.every((id) => one.approvals.some((by) => by.userId === id)));
  }
  return tests;
}

function personTests(state: State, params: Params): readonly Test[] {
  const tests: Test[] = [];
  const author = personOf(state, params, "author_id", "author_username");
  if (author !== undefined) tests.push((one) => one.authorId === author);
  const reviewer = personOf(state, params, "reviewer_id", "reviewer_username");
  if (reviewer !== undefined) tests.push((one) => one.reviewerIds.includes(reviewer));
  const assignee = personOf(state, params, "assignee_id", "assignee_username");
  if (assignee !== undefined) tests.push((one) => one.assigneeIds.includes(assignee));
  return tests;
}

/** A user id from an id or a name; an unknown name matches nobody. */
function personOf(state: State, params: Params, id: string, name: string): number | undefined {
  const username = params.list(name)?.[0];
  if (username !== undefined) return state.userNamed(username)?.id ?? -1;
  const text = params.text(id);
  if (text === "None" || text === "Any") return undefined;
  return params.int(id);
}

function labelTests(state: State, params: Params): readonly Test[] {
  const labels = params.list("labels");
  if (labels === undefined || labels.length === 0) return [];
  const names = (one: MergeRequest): readonly string[] => labelNames(state, one.labelIds);
  if (labels[0] === "None") return [(one) => one.labelIds.length === 0];
  if (labels[0] === "Any") return [(one) => one.labelIds.length > 0];
  return [(one) => labels.every((label) => names(one).includes(label))];
}

function timeTests(params: Params): readonly Test[] {
  const tests: Test[] = [];
  for (const [field, key] of [
    ["created", "createdAt"],
    ["updated", "updatedAt"],
  ] as const) {
    const after = params.time(`${field}_after`);
    if (after !== undefined) tests.push((one) => Date.parse(one[key]) >= after);
    const before = params.time(`${field}_before`);
    if (before !== undefined) tests.push((one) => Date.parse(one[key]) <= before);
  }
  return tests;
}

function negated(state: State, params: Params): readonly Test[] {
  return [...personTests(state, params), ...labelTests(state, params)].map(
    (test) => (one) => !test(one),
  );
}

const ORDERS = ["created_at", "updated_at", "title", "merged_at", "priority"] as const;

function ordered(params: Params, found: readonly MergeRequest[]): readonly MergeRequest[] {
  const column = params.oneOf("order_by", ORDERS) ?? "created_at";
  const sign = (params.oneOf("sort", ["asc", "desc"]) ?? "desc") === "desc" ? -1 : 1;
  const value = (one: MergeRequest): string =>
    column === "updated_at"
      ? one.updatedAt
      : column === "title"
        ? one.title
        : column === "merged_at"
          ? (one.mergedAt ?? "")
          : one.createdAt;
  return [...found].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    return sign * (left < right ? -1 : left > right ? 1 : a.id - b.id);
  });
}

/** `scope` of the lists over all projects: without one, a person's own. */
export function inScope(c: Ctx, user: User): Test {
  const scope = c.var.params.text("scope") ?? "created_by_me";
  switch (scope) {
    case "all":
      return () => true;
    case "created_by_me":
    case "created-by-me":
      return (one) => one.authorId === user.id;
    case "assigned_to_me":
    case "assigned-to-me":
      return (one) => one.assigneeIds.includes(user.id);
    case "reviews_for_me":
      return (one) => one.reviewerIds.includes(user.id);
    default:
      return fail(400, { error: "scope does not have a valid value" });
  }
}
