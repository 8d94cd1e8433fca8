/** The filters and orders of issue lists. */

import { fail } from "./errors.ts";
import type { Ctx, KeysetOrder } from "./http.ts";
import { userOf } from "./http.ts";
import type { Issue } from "./model.ts";
import type { Params } from "./params.ts";
import { labelNames } from "./presenters.ts";
import type { State } from "./state.ts";

type Test = (issue: Issue) => boolean;

/** Does the issue carry a label of this name, or of the scope of `scope::*`? */
function hasLabel(names: readonly string[], wanted: string): boolean {
  if (!wanted.endsWith("::*")) return names.includes(wanted);
  const scope = wanted.slice(0, -1);
  return names.some((name) => name.startsWith(scope) && !name.slice(scope.length).includes("::"));
}

function labelTests(state: State, params: Params): Test[] {
  const wanted = params.list("labels");
  if (wanted === undefined || wanted.length === 0) return [];
  const names = (issue: Issue): string[] => labelNames(state, issue.labelIds);
  const [only] = wanted;
  if (wanted.length === 1 && /^none$/i.test(only ?? ""))
    return [(one) => one.labelIds.length === 0];
  if (wanted.length === 1 && /^any$/i.test(only ?? "")) return [(one) => one.labelIds.length > 0];
  return wanted.map((label) => (one: Issue) => hasLabel(names(one), label));
}

function peopleTests(state: State, params: Params): Test[] {
  const tests: Test[] = [];
  const authorId = params.int("author_id");
  if (authorId !== undefined) tests.push((one) => one.authorId === authorId);
  const author = params.text("author_username");
  if (author !== undefined) tests.push((one) => state.user(one.authorId).username === author);
  const assignee = params.text("assignee_id");
  if (assignee !== undefined && /^(none|0)$/i.test(assignee)) {
    tests.push((one) => one.assigneeIds.length === 0);
  } else if (assignee !== undefined && /^any$/i.test(assignee)) {
    tests.push((one) => one.assigneeIds.length > 0);
  } else if (assignee !== undefined && assignee !== "") {
    tests.push((one) => one.assigneeIds.includes(Number(assignee)));
  }
  for (const username of params.list("assignee_username") ?? []) {
    tests.push((one) => one.assigneeIds.some((id) => state.user(id).username === username));
  }
  return tests;
}

function plainTests(state: State, params: Params): Test[] {
  const tests: Test[] = [...labelTests(state, params), ...peopleTests(state, params)];
  const iids = params.ints("iids");
  if (iids !== undefined) tests.push((one) => iids.includes(one.iid));
  const type = params.oneOf("issue_type", ["issue", "incident", "test_case", "task"]);
  if (type !== undefined) tests.push((one) => one.issueType === type);
  const milestone = params.text("milestone") ?? params.text("milestone_id");
  if (milestone !== undefined && !/^none$/i.test(milestone)) tests.push(() => false);
  const search = params.text("search")?.toLowerCase();
  if (search !== undefined && search !== "") {
    const places = params.list("in") ?? ["title", "description"];
    tests.push((one) =>
      places.some((place) =>
        ((place === "title" ? one.title : one.description) ?? "").toLowerCase().includes(search),
      ),
    );
  }
  return tests;
}

function timeTests(params: Params): Test[] {
  const tests: Test[] = [];
  for (const [key, read] of [
    ["created", (one: Issue) => one.createdAt],
    ["updated", (one: Issue) => one.updatedAt],
  ] as const) {
    const after = params.time(`${key}_after`);
    const before = params.time(`${key}_before`);
    if (after !== undefined) tests.push((one) => Date.parse(read(one)) >= after);
    if (before !== undefined) tests.push((one) => Date.parse(read(one)) <= before);
  }
  return tests;
}

/** `due_date`: `0` none, `any`, `overdue`. */
function dueTests(state: State, params: Params): Test[] {
  const due = params.text("due_date");
  if (due === undefined || due === "") return [];
  const today = state.stamp().slice(0, 10);
  if (due === "0") return [(one) => one.dueDate === null];
  if (due === "any") return [(one) => one.dueDate !== null];
  if (due === "overdue") return [(one) => one.dueDate !== null && one.dueDate < today];
  return fail(400, { error: "due_date does not have a valid value" });
}

/** Applies a list request's filters; `scope` defaults to the asker's own issues in the global list. */
export function filterIssues(
  c: Ctx,
  state: State,
  issues: readonly Issue[],
  defaultScope: "created_by_me" | "all",
): Issue[] {
  const { params } = c.var;
  const user = userOf(c);
  // `issues` is the scope of a search.
  const scopes = [
    "issues",
    "created_by_me",
    "created-by-me",
    "assigned_to_me",
    "assigned-to-me",
    "all",
  ];
  const named =
    params.has("author_id") || params.has("author_username") || params.has("assignee_id");
  const scope = params.oneOf("scope", scopes) ?? (named ? "all" : defaultScope);
  const wantedState = params.oneOf("state", ["opened", "closed", "all"]) ?? "all";
  const confidential = params.flag("confidential");
  const tests: Test[] = [
    ...plainTests(state, params),
    ...timeTests(params),
    ...dueTests(state, params),
    (one) => wantedState === "all" || one.state === wantedState,
    (one) => confidential === undefined || one.confidential === confidential,
    (one) => !/^created/.test(scope) || one.authorId === user?.id,
    (one) => !/^assigned/.test(scope) || (user !== null && one.assigneeIds.includes(user.id)),
  ];
  const not = params.nested("not");
  // `not[labels]=a,b` leaves out an issue with any of the labels.
  const refused: Test[] = plainTests(state, not);
  return issues.filter(
    (one) => tests.every((test) => test(one)) && !refused.some((test) => test(one)),
  );
}

const ORDERS: Readonly<Record<string, (one: Issue) => string | number>> = {
  created_at: (one) => one.createdAt,
  updated_at: (one) => one.updatedAt,
  title: (one) => one.title.toLowerCase(),
  due_date: (one) => one.dueDate ?? "9999-12-31",
  weight: (one) => one.weight ?? -1,
  priority: (one) => one.id,
  label_priority: (one) => one.id,
  milestone_due: (one) => one.id,
  popularity: (one) => one.awards.length,
  relative_position: (one) => one.id,
};

/** The order a list request asks for. */
export function issueOrder(params: Params): KeysetOrder<Issue> {
  const column = params.oneOf("order_by", Object.keys(ORDERS)) ?? "created_at";
  const descending = (params.oneOf("sort", ["asc", "desc"]) ?? "desc") === "desc";
  return { column, value: ORDERS[column] ?? ((one) => one.id), id: (one) => one.id, descending };
}
