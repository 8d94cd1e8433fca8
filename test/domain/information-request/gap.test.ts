import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type Demand, type Gap, planGap } from "../../../scripts/domain/information-request/gap.ts";
import { BOT, issue, mergeRequest, observation, stored, user } from "./observation.ts";

const GIT: Gap = {
  eventType: "repository_git_operation",
  kind: "stream_only",
  category: "Source code",
};
const LOGIN: Gap = { eventType: "login_seen", kind: "not_recorded", category: null };
const sign = (text: string) => [createHash("sha256").update(text).digest("hex").slice(0, 16)];
const context = {
  sign,
  project: { id: 5, path: "sec/gaps" },
  labels: ["Category:Audit Events", "Enterprise Edition"],
  digest: (text: string) => createHash("sha256").update(text).digest("hex"),
  text: (gap: Gap, { not_recorded, stream_only, out_of_view }: Demand) => ({
    title: gap.eventType,
    body: `asked ${not_recorded + stream_only + out_of_view} times (${not_recorded}, ${stream_only}, ${out_of_view})\n`,
  }),
};
const seen = observation({
  collected: [stored()],
  release: { verdict: "release", reasons: [], roles: [] },
  mergeRequest: mergeRequest(),
});
const filed = (description: string, author = BOT) =>
  issue({ id: 900, iid: 9, description, author, confidential: false, labels: context.labels });

test("each gap gets one public issue with its labels", () => {
  const steps = planGap(seen, [GIT, LOGIN], [], context);
  expect(steps.actions).toMatchObject([
    {
      kind: "create-issue",
      tag: "gap/repository_git_operation",
      labels: context.labels,
      confidential: false,
    },
    { kind: "create-issue", tag: "gap/login_seen" },
  ]);
  expect(steps.records).toEqual([
    { event: "gap", data: { event_types: ["repository_git_operation", "login_seen"] } },
  ]);
});

test("the same request counts once, another one edits and never creates", () => {
  const [first] = planGap(seen, [GIT], [], context).actions;
  const description = first?.kind === "create-issue" ? first.description : "";
  expect(description).toContain("asked 1 times");
  expect(planGap(seen, [GIT], [filed(description)], context).actions).toEqual([]);
  const other = { ...seen, id: "IR-2026-0043" };
  const [edit] = planGap(other, [GIT], [filed(description)], context).actions;
  expect(edit).toMatchObject({ kind: "edit-issue", issue: 9 });
  expect(edit?.kind === "edit-issue" && edit.description).toContain("asked 2 times");
});

test("labels that GitLab dropped are set again until the filing is on record", () => {
  const [first] = planGap(seen, [GIT], [], context).actions;
  const description = first?.kind === "create-issue" ? first.description : "";
  const bare = { ...filed(description), labels: ["Category:Audit Events"] };
  expect(planGap(seen, [GIT], [bare], context).actions).toMatchObject([
    { kind: "edit-issue", issue: 9, description, add: ["Enterprise Edition"] },
  ]);
  const entry = { seq: 1, at: "", event: "gap", data: {}, prev: "", hash: "" } as const;
  const recorded = { ...seen, custody: { ...seen.custody, entries: [entry] } };
  expect(planGap(recorded, [GIT], [bare], context).actions).toEqual([]);
});

test("an issue somebody else wrote with our marker is not ours", () => {
  const [first] = planGap(seen, [GIT], [], context).actions;
  const description = first?.kind === "create-issue" ? first.description : "";
  const forged = filed(description, user(99, "mallory"));
  expect(planGap(seen, [GIT], [forged], context).actions).toMatchObject([{ kind: "create-issue" }]);
});

test("of two own issues the lower stays with the demand of both, the other is closed and points to it", () => {
  const text = (id: string) => {
    const [action] = planGap({ ...seen, id }, [GIT], [], context).actions;
    return action?.kind === "create-issue" ? action.description : "";
  };
  const first = filed(text("IR-2026-0001"));
  const second = { ...filed(text("IR-2026-0002")), id: 901, iid: 10 };
  const third = { ...filed(text("IR-2026-0001")), id: 902, iid: 11 };
  const { actions } = planGap(
    { ...seen, id: "IR-2026-0002" },
    [GIT],
    [third, second, first],
    context,
  );
  expect(actions).toMatchObject([
    { kind: "edit-issue", issue: 9, description: expect.stringContaining("asked 2 times") },
    {
      kind: "edit-issue",
      issue: 10,
      close: true,
      description: expect.stringContaining(first.webUrl),
    },
    { kind: "edit-issue", issue: 11, close: true },
  ]);
  const after = actions.map((action, at) => ({
    ...([first, second, third][at] ?? first),
    description: action.kind === "edit-issue" ? action.description : "",
  }));
  expect(planGap({ ...seen, id: "IR-2026-0002" }, [GIT], after, context).actions).toEqual([]);
  const doubled = [first, { ...first, id: 903, iid: 12 }];
  expect(planGap({ ...seen, id: "IR-2026-0001" }, [GIT], doubled, context).actions).toMatchObject([
    { kind: "edit-issue", issue: 12, close: true },
  ]);
});

test("an issue of before the signatures is signed; one that was signed for another place is not ours", () => {
  const [action] = planGap(seen, [GIT], [], context).actions;
  const description = action?.kind === "create-issue" ? action.description : "";
  const old = filed(description.replace(/ [0-9a-f]{16} -->/, " -->"));
  expect(planGap(seen, [GIT], [old], context).actions).toMatchObject([
    { kind: "edit-issue", issue: 9, description },
  ]);
  const elsewhere = { ...context, project: { id: 6, path: "sec/gaps" } };
  expect(planGap(seen, [GIT], [filed(description)], elsewhere).actions).toMatchObject([
    { kind: "create-issue" },
  ]);
});

test("demand is counted by what the catalogue said then, and each request once", () => {
  const edited = (id: string, gap: Gap, description: string) => {
    const [action] = planGap({ ...seen, id }, [gap], [filed(description)], context).actions;
    return action?.kind === "edit-issue" ? action.description : null;
  };
  const [first] = planGap(seen, [GIT], [], context).actions;
  const one = first?.kind === "create-issue" ? first.description : "";
  const outOfView: Gap = { ...GIT, kind: "out_of_view" };
  expect(edited(seen.id, outOfView, one)).toBeNull();
  const two = edited("IR-2026-0043", outOfView, one) ?? "";
  expect(two).toContain("asked 2 times (0, 1, 1)");
  const three = edited("IR-2026-0044", { ...GIT, kind: "not_recorded" }, two) ?? "";
  expect(three).toContain("asked 3 times (1, 1, 1)");
  expect(edited("IR-2026-0045", outOfView, three)).toContain("asked 4 times (1, 1, 2)");
  expect(three.match(/<!-- demand (?:not_recorded|stream_only|out_of_view) /g)).toHaveLength(3);
});

test("an own issue that lost its count starts again at this request", () => {
  const [edit] = planGap(
    seen,
    [GIT],
    [filed("<!-- seclog:v1 gap/repository_git_operation -->")],
    context,
  ).actions;
  expect(edit?.kind === "edit-issue" && edit.description).toContain("asked 1 times");
});

test("nothing is filed without a gap, or before the release", () => {
  expect(planGap(seen, [], [], context)).toEqual({ actions: [], records: [] });
  expect(planGap(observation(), [GIT], [], context)).toEqual({ actions: [], records: [] });
  const done = observation({
    custody: {
      ...observation().custody,
      entries: [{ seq: 1, at: "", event: "hand-over", data: {}, prev: "", hash: "" }],
    },
  });
  expect(planGap(done, [GIT], [], context).actions).toHaveLength(1);
});
