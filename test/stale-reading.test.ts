import { afterEach, beforeEach, expect, test } from "vitest";
import { API, approve, beginReview, DECIDE, type Life } from "./life.ts";

const HAND_OVER = ["hand-over", "gap", "status-update"];

let life: Life;
beforeEach(async () => {
  life = await beginReview();
}, 60_000);
afterEach(() => life.stage.close());

/** From now on the list of issues is that of the beginning. */
async function staleIssues(): Promise<void> {
  const answer = await fetch(`${life.stage.sandbox.url}/-/sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      kind: "stale",
      match: { method: "GET", path: "/issues\\?" },
      times: null,
    }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
const freshIssues = (): void => {
  life.stage.sandbox.state.faults = [];
};
const idOf = (name: string) =>
  life.stage.sandbox.users.find(({ username }) => username === name)?.id ?? 0;
const assignApprover = () =>
  life.person("mira").send("PUT", `${API}/issues/1`, { assignee_ids: [idOf("sam")] });
const mergeState = async () =>
  ((await life.person("mira").get(`${API}/merge_requests/1`)) as { readonly state: string }).state;

test("a list of issues from before somebody was assigned merges nothing on that person's approval", async () => {
  await assignApprover();
  await approve(life);
  await staleIssues();
  await life.run(DECIDE);
  expect(await mergeState()).toBe("opened");
  freshIssues();
  await life.run(DECIDE);
  expect(await mergeState()).toBe("opened");
});

test("nor does it hand anything over", async () => {
  await approve(life);
  await life.run(DECIDE);
  expect(await mergeState()).toBe("merged");
  await assignApprover();
  await staleIssues();
  const { plan } = await life.run(HAND_OVER);
  expect(plan.map(({ kind }) => kind)).not.toContain("publish-package");
  const text = JSON.stringify(await life.person("mira").get(`${API}/merge_requests/1`));
  expect(text).not.toContain("handed over");
});

test("a list of issues that is old, and says the same, delays nothing", async () => {
  await approve(life);
  await staleIssues();
  await life.run(DECIDE);
  expect(await mergeState()).toBe("merged");
});
