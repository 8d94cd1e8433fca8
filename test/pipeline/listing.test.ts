// A second implementation of GitLab's pipeline rules, gitlab-ci-local, accepts the files and picks the same jobs.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Checkout, checkOut, listedJobs, missingTool } from "./local-runner.ts";
import { jobsFor, readPipeline } from "./pipeline-files.ts";

const missing = missingTool();
const run = test.skipIf(missing !== null);
let checkout: Checkout;
beforeAll(() => {
  if (missing === null) checkout = checkOut("include:\n  - local: .gitlab-ci.yml\n");
});
afterAll(() => checkout?.remove());

const MAIN = {
  CI_COMMIT_BRANCH: "main",
  CI_DEFAULT_BRANCH: "main",
  CI_COMMIT_REF_PROTECTED: "true",
};

run.each([
  { CI_PIPELINE_SOURCE: "schedule", ...MAIN },
  { CI_PIPELINE_SOURCE: "schedule", SECLOG_TASK: "queue", ...MAIN },
  { CI_PIPELINE_SOURCE: "trigger", ...MAIN },
  { CI_PIPELINE_SOURCE: "web", ...MAIN },
  { CI_PIPELINE_SOURCE: "push", ...MAIN },
  { CI_PIPELINE_SOURCE: "merge_request_event" },
])(
  `$CI_PIPELINE_SOURCE $SECLOG_TASK${missing === null ? "" : `: skipped, because ${missing} is not installed`}`,
  async (variables) => {
    const listed = await listedJobs(checkout, variables);
    const names = new Set(listed.map((name) => name.replace(/: \[.*\]$/, "")));
    expect([...names].sort()).toEqual([...jobsFor(readPipeline(), variables)].sort());
  },
);
