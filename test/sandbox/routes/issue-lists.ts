/** Lists and statistics of issues: of a project, of a group, of everything the asker sees. */
import {
  type App,
  type Ctx,
  groupOf,
  paginate,
  paginateKeyset,
  projectOf,
  requireUser,
  userOf,
  wantsKeyset,
} from "../http.ts";
import { filterIssues, issueOrder } from "../issue-filters.ts";
import { presentIssue } from "../issue-presenter.ts";
import { canSeeIssue } from "../issues.ts";
import type { Issue } from "../model.ts";
import type { State } from "../state.ts";

function answerList(
  c: Ctx,
  state: State,
  issues: readonly Issue[],
  scope: "created_by_me" | "all",
): Response {
  const { params } = c.var;
  const order = issueOrder(params);
  const visible = issues.filter((one) => canSeeIssue(state, userOf(c), one));
  const found = filterIssues(c, state, visible, scope);
  const sign = order.descending ? -1 : 1;
  found.sort((a, b) => {
    const [left, right] = [order.value(a), order.value(b)];
    return sign * (left < right ? -1 : left > right ? 1 : a.id - b.id);
  });
  const page = wantsKeyset(c) ? paginateKeyset(c, found, order) : paginate(c, found);
  const details = params.flag("with_labels_details") === true;
  return c.json(page.map((one) => presentIssue(state, one, details)));
}

export function registerIssueLists(app: App, state: State): void {
  const all = (): Issue[] => [...state.projects.values()].flatMap((one) => one.issues);
  const ofGroup = (c: Ctx): Issue[] => {
    const group = groupOf(c, state);
    return all().filter((one) =>
      state.groupChain(state.projectById(one.projectId).groupId).includes(group),
    );
  };
  const statistics = (
    c: Ctx,
    issues: readonly Issue[],
    scope: "created_by_me" | "all",
  ): Response => {
    const visible = issues.filter((one) => canSeeIssue(state, userOf(c), one));
    const found = filterIssues(c, state, visible, scope);
    const closed = found.filter((one) => one.state === "closed").length;
    return c.json({
      statistics: { counts: { all: found.length, closed, opened: found.length - closed } },
    });
  };
  app.get("/issues", (c) => {
    if (c.var.params.text("scope") !== "all") requireUser(c);
    return answerList(c, state, all(), "created_by_me");
  });
  app.get("/groups/:id/issues", (c) => answerList(c, state, ofGroup(c), "all"));
  app.get("/projects/:id/issues", (c) => answerList(c, state, projectOf(c, state).issues, "all"));
  app.get("/issues_statistics", (c) => {
    requireUser(c);
    return statistics(c, all(), "created_by_me");
  });
  app.get("/groups/:id/issues_statistics", (c) => statistics(c, ofGroup(c), "all"));
  app.get("/projects/:id/issues_statistics", (c) =>
    statistics(c, projectOf(c, state).issues, "all"),
  );
  // Search knows issues only; `search` and `in` are filters of the list as well.
  const search = (c: Ctx, issues: () => readonly Issue[]): Response => {
    requireUser(c);
    c.var.params.required("search");
    const scope = c.var.params.required("scope");
    return scope === "issues" ? answerList(c, state, issues(), "all") : c.json(paginate(c, []));
  };
  app.get("/search", (c) => search(c, all));
  app.get("/groups/:id/search", (c) => search(c, () => ofGroup(c)));
  app.get("/projects/:id/search", (c) => search(c, () => projectOf(c, state).issues));
}
