import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type Gap, planGap } from "../../../scripts/domain/information-request/gap.ts";
import { BOT, issue, mergeRequest, observation, stored, user } from "./observation.ts";

const GIT: Gap = {
  eventType: "repository_git_operation",
  kind: "stream_only",
  category: "Source code",
};
const LOGIN: Gap = { eventType: "login_seen", kind: "not_recorded", category: null };
const context = {
  project: "sec/gaps",
  labels: ["Category:Audit Events", "Enterprise Edition"],
  digest: (text: string) => createHash("sha256").update(text).digest("hex"),
  text: (gap: Gap, demand: number) => ({ title: gap.eventType, body: `asked ${demand} times\n` }),
};
const seen = observation({
  collected: [stored()],
  release: { verdict: "release", reasons: [], roles: [] },
  mergeRequest: mergeRequest(),
});
const filed = (description: string, author = BOT) =>
  issue({ id: 900, iid: 9, description, author, confidential: false });

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

test("an issue somebody else wrote with our marker is not ours", () => {
  const [first] = planGap(seen, [GIT], [], context).actions;
  const description = first?.kind === "create-issue" ? first.description : "";
  const forged = filed(description, user(99, "mallory"));
  expect(planGap(seen, [GIT], [forged], context).actions).toMatchObject([{ kind: "create-issue" }]);
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
