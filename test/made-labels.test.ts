import { afterEach, beforeEach, expect, test } from "vitest";
import { GitLabError } from "../scripts/adapters/gitlab/gitlab-error.ts";
import { POLICY_FOLDER } from "../scripts/adapters/policy-path.ts";
import type { Label } from "../scripts/domain/doctor/installation.ts";
import type { Action } from "../scripts/domain/plan.ts";
import { tellMadeLabels } from "../scripts/made-labels.ts";
import { readSettings } from "../scripts/open-world.ts";
import { API, beginLife, fileRequest, type Life } from "./life.ts";

const JOBS = ["intake", "eligibility", "routing", "status-update"];

let life: Life;
beforeEach(async () => {
  life = await beginLife();
  const { policies } = await readSettings(POLICY_FOLDER);
  for (const label of policies.labels.labels)
    await life.person("root").send("POST", `${API}/labels`, label);
  await fileRequest(life);
}, 60_000);
afterEach(() => life.stage.close());

test("labels that stood there ready are not spoken of", async () => {
  const { exit, complaints } = await life.run(JOBS);
  expect(exit).toBe(0);
  expect(complaints).not.toContain("labels of");
});

test("a label that was renamed is made anew by GitLab, and the run says so", async () => {
  const path = `${API}/labels/${encodeURIComponent("Stage::Log-Dive")}`;
  await life.person("root").send("PUT", path, { new_name: "dive" });
  const { exit, complaints } = await life.run(JOBS);
  expect(await life.labels()).toContain("Stage::Log-Dive");
  expect(exit).toBe(0);
  expect(complaints).toMatch(
    /^labels of sec\/seclog that look as GitLab makes one .*\): Stage::Log-Dive; give each/m,
  );
});

test("a label that is lost at the very moment of the write is noticed as well", async () => {
  const armed = await fetch(`${life.stage.sandbox.url}/-/sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      id: "200-created-label",
      match: { method: "PUT", path: "/issues/1$" },
    }),
  });
  expect(armed.ok).toBe(true);
  const { exit, complaints } = await life.run(JOBS);
  expect(exit).toBe(0);
  expect(complaints).toMatch(/: .*Stage::Log-Dive.*; give each a colour/);
});

const label = (name: string, described: boolean): Label => ({ name, described });
const filed: Action = {
  kind: "create-issue",
  project: "sec/gaps",
  tag: "gap/x",
  title: "t",
  description: "d",
  labels: ["Category:Audit Events"],
  confidential: true,
};
const edited: Action = { kind: "edit-issue", project: "sec/gaps", issue: 1, description: "d" };

test("each project that got labels is listed once, and no other", async () => {
  const asked: string[] = [];
  const lines = await tellMadeLabels(
    [
      { kind: "change-labels", issue: 1, add: ["one"], remove: ["gone"] },
      { kind: "change-labels", issue: 2, add: ["two", "one"], remove: [] },
      filed,
      { ...edited, add: ["Enterprise Edition"] },
      { ...edited, project: "sec/other" },
      { kind: "set-confidential", issue: 3 },
    ],
    {
      labels: async (project) => {
        asked.push(project);
        return project === "sec/gaps"
          ? [label("Category:Audit Events", true), label("Enterprise Edition", false)]
          : [label("one", false), label("gone", false), label("two", false)];
      },
    },
    "sec/seclog",
  );
  expect(asked).toEqual(["sec/seclog", "sec/gaps"]);
  expect(lines).toEqual([
    expect.stringMatching(/^labels of sec\/seclog .*: one, two; give/),
    expect.stringMatching(/^labels of sec\/gaps .*: Enterprise Edition; give/),
  ]);
});

test("labels that cannot be listed are not taken for sound", async () => {
  const refusing = (error: Error) => ({ labels: () => Promise.reject(error) });
  const refusal = new GitLabError("forbidden", { method: "GET", path: "/labels" }, 403, "No");
  expect(await tellMadeLabels([filed], refusing(refusal), "sec/seclog")).toEqual([
    "whether GitLab had to make labels in sec/gaps is not known: No",
  ]);
  const other = tellMadeLabels([filed], refusing(new RangeError("ours")), "sec/seclog");
  await expect(other).rejects.toThrow("ours");
});
