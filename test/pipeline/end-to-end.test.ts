// The whole way: an issue is opened, GitLab's webhook triggers a pipeline, the repository's own job runs, the verdict stands on the issue.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Temporal } from "temporal-polyfill";
import { afterEach, expect, test } from "vitest";
import { parseDocument } from "yaml";
import * as z from "zod";
import type { Pipeline } from "../sandbox/model.ts";
import { startSandbox } from "../sandbox/start.ts";
import {
  type Checkout,
  checkOut,
  missingTool,
  OFFLINE_PIPELINE,
  type Ran,
  runLocally,
} from "./local-runner.ts";

const missing = missingTool();
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const SECRET_WORD = "Kingfisher";
const day = (days: number): string => `${Temporal.Now.plainDateISO("UTC").add({ days })}T00:00:00Z`;
const form = (from: string): string => `<!-- seclog:form information_request v1 -->
### Account

acme-corp

### Deployment

GitLab.com

### From

${from}

### To

${day(-1)}

### Groups

acme-corp/payments

### Projects

acme-corp/payments/api

### Event types

project_access_token_created
deploy_key_added

### Log sources

application

### Personal data needed

no

### Complex

no

### Exception requested

no

### Audit Events checked

yes

### Anything else

The incident is called ${SECRET_WORD}.
`;
const FACTS = {
  namespace_exists: true,
  plan: "ultimate",
  trial: false,
  paying: true,
  support_plan: "standard",
  deployment: "gitlab.com",
  requester_owns_account: true,
  resources_owned: "all",
  author_is_team_member: true,
  inventory: {
    groups: { "acme-corp": 12345, "acme-corp/payments": 12346 },
    projects: { "acme-corp/payments/api": 9001 },
    users: {},
  },
};

const Trigger = z.looseObject({ token: z.string() });
const Notes = z.array(
  z.looseObject({
    body: z.string(),
    system: z.boolean(),
    author: z.looseObject({ username: z.string() }),
  }),
);
const Issue = z.looseObject({ iid: z.int(), labels: z.array(z.string()) });
const MergeRequests = z.array(z.looseObject({ source_branch: z.string() }));

/** Fills in the teams, as docs/setup.md step 2 asks of an installation. */
function configure(directory: string): void {
  const file = join(directory, "policies/teams.yaml");
  const teams = parseDocument(readFileSync(file, "utf8"));
  for (const team of ["legal", "security", "support", "sirt"])
    teams.setIn(["groups", team], [`sec/${team}`]);
  writeFileSync(file, teams.toString());
}

/** A sandbox GitLab whose pipelines of the tracker really run job `requests`, one after the other. */
async function installation() {
  const work = mkdtempSync(join(tmpdir(), "seclog-end-to-end-"));
  cleanUps.push(() => rmSync(work, { recursive: true, force: true }));
  mkdirSync(join(work, "facts"));
  writeFileSync(join(work, "facts/acme-corp.json"), JSON.stringify(FACTS));
  const checkout: Checkout = checkOut(OFFLINE_PIPELINE, configure);
  cleanUps.push(checkout.remove);
  const ran: Ran[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const sandbox = await startSandbox({
    onPipeline: (pipeline) => {
      last = last.then(async () => ran.push(await runRequests(pipeline)));
      return last.then(() => undefined);
    },
  });
  cleanUps.push(() => sandbox.close());
  const tokenOf = (username: string): string => {
    const user = sandbox.users.find((one) => one.username === username);
    if (user === undefined) throw new Error(`the sandbox has no user ${username}`);
    return user.token;
  };
  const project = sandbox.projects.find(({ path }) => path === "sec/seclog");
  if (project === undefined) throw new Error("the sandbox has no project sec/seclog");

  async function runRequests(pipeline: Pipeline): Promise<Ran> {
    const files = pipeline.variables.map(({ key, value, variable_type }) => {
      if (variable_type === "env_var") return [key, value];
      const file = join(work, `${key}-${pipeline.id}`);
      writeFileSync(file, value);
      return [key, file];
    });
    return runLocally(checkout, ["requests"], {
      CI_PIPELINE_SOURCE: pipeline.source,
      CI_COMMIT_BRANCH: pipeline.ref,
      CI_DEFAULT_BRANCH: "main",
      CI_COMMIT_REF_PROTECTED: "true",
      CI_SERVER_URL: sandbox.url,
      CI_PROJECT_PATH: "sec/seclog",
      SECLOG_TOKEN: tokenOf("seclog-bot"),
      SECLOG_ACCOUNTS: `file:${join(work, "facts")}`,
      ...Object.fromEntries(files),
    });
  }

  const call = async (as: string, method: string, path: string, body?: object) => {
    const response = await fetch(`${sandbox.url}/api/v4/projects/${project.id}${path}`, {
      method,
      headers: { "private-token": tokenOf(as), "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  /** The trigger token and the webhook of docs/setup.md, step 8. */
  const wireUp = async () => {
    const { token } = Trigger.parse(
      await call("seclog-bot", "POST", "/triggers", { description: "wake up" }),
    );
    await call("seclog-bot", "POST", "/hooks", {
      url: `${sandbox.url}/api/v4/projects/${project.id}/ref/main/trigger/pipeline?token=${token}`,
      issues_events: true,
      confidential_issues_events: true,
      push_events: false,
    });
  };
  return { call, ran, wireUp, settled: () => sandbox.state.settled() };
}

test.skipIf(missing !== null)(
  `an issue becomes a verdict by webhook, trigger and pipeline${missing === null ? "" : `: skipped, because ${missing} is not installed`}`,
  { timeout: 180_000 },
  async () => {
    const { call, ran, settled, wireUp } = await installation();
    await wireUp();
    const failedRuns = () => ran.filter(({ code }) => code !== 0);
    const comments = async (iid: number) =>
      Notes.parse(await call("sofia", "GET", `/issues/${iid}/notes`))
        .filter(({ system }) => !system)
        .map(({ author, body }) => ({ by: author.username, body }));

    const { iid } = Issue.parse(
      await call("sofia", "POST", "/issues", {
        title: "Information request",
        description: form("yesterday"),
        confidential: true,
      }),
    );
    await settled();
    const [first, ...others] = await comments(iid);
    expect(failedRuns()).toEqual([]);
    expect(others).toEqual([]);
    expect(first?.by).toBe("seclog-bot");
    expect(first?.body).toContain("Something is missing");

    await call("sofia", "PUT", `/issues/${iid}`, { description: form(day(-4)) });
    await settled();
    const [second, ...more] = await comments(iid);
    expect(more).toEqual([]);
    expect(second?.body).toContain("Accepted, with Support");
    const issue = Issue.parse(await call("sofia", "GET", `/issues/${iid}`));
    expect(issue.labels).toEqual(
      expect.arrayContaining(["Request::Eligible", "Route::Support", "Stage::Log-Dive"]),
    );
    const requests = MergeRequests.parse(
      await call("sofia", "GET", "/merge_requests?state=opened"),
    );
    expect(requests.map((one) => one.source_branch)).toEqual([
      expect.stringMatching(/^request\/IR-\d{4}-\d{4}$/),
    ]);

    // The bot's own labels woke more pipelines: the last of them found nothing to do.
    expect(ran.at(-1)?.out).toContain("Nothing to do.");
    expect(failedRuns()).toEqual([]);
    const printed = ran.map(({ out, err }) => out + err).join("");
    expect(printed).not.toContain(SECRET_WORD);
    expect(printed).not.toContain("glpat-");
  },
);
