import { afterEach, beforeEach, expect, test } from "vitest";
import { API, approve, beginReview, DECIDE, type Life, spoil } from "./life.ts";

const HAND_OVER = ["hand-over", "gap", "status-update"];

let life: Life;
beforeEach(async () => {
  life = await beginReview();
}, 60_000);
afterEach(() => life.stage.close());

/** From now on the list of issues is that of the beginning. */
const staleIssues = (): Promise<void> =>
  spoil(life, { kind: "stale", match: { method: "GET", path: "/issues\\?" }, times: null });
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

test("a custody log that hides after the merge is not taken for an empty one", async () => {
  await approve(life);
  await life.run(DECIDE);
  expect(await mergeState()).toBe("merged");
  await spoil(life, {
    ...{ kind: "status", status: 404, times: null, body: { message: "404 Branch Not Found" } },
    match: { method: "GET", path: "/branches/custody$" },
  });
  for (const jobs of [DECIDE, HAND_OVER]) {
    const { exit, failures, writes } = await life.run(jobs);
    expect([exit, writes]).toEqual([1, []]);
    expect(failures).toMatchObject([
      { error: expect.stringMatching(/custody log of IR-2026-0001 is not found/) },
    ]);
  }
});

test("a list of issues that is old, and says the same, delays nothing", async () => {
  await approve(life);
  await staleIssues();
  await life.run(DECIDE);
  expect(await mergeState()).toBe("merged");
});
