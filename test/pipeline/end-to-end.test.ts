// The whole way, with the repository's own pipeline files: from an opened issue to its verdict, and from a request to the hand-over.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import * as z from "zod";
import { open } from "../../scripts/adapters/artefact/seal.ts";
import type { Pipeline } from "../sandbox/model.ts";
import { day, form, type Installation, install, SECRET_WORD, TRACKER } from "./installation.ts";
import { missingTool, type Ran, runLocally } from "./local-runner.ts";

const missing = missingTool();
const because = missing === null ? "" : `: skipped, because ${missing} is not installed`;
const installed: Installation[] = [];
afterEach(async () => {
  for (const one of installed.splice(0)) await one.remove();
}, 60_000);

const Trigger = z.looseObject({ token: z.string() });
const Notes = z.array(
  z.looseObject({
    body: z.string(),
    system: z.boolean(),
    author: z.looseObject({ username: z.string() }),
  }),
);
const Issue = z.looseObject({ iid: z.int(), labels: z.array(z.string()) });
const MergeRequests = z.array(z.looseObject({ iid: z.int(), source_branch: z.string() }));
const Packages = z.array(z.looseObject({ name: z.string(), version: z.string() }));

const openRequest = async ({ call }: Installation, from: string) =>
  Issue.parse(
    await call("sofia", "POST", "/issues", {
      title: "Information request",
      description: form(from),
      confidential: true,
    }),
  ).iid;
const labelsOf = async ({ call }: Installation, iid: number) =>
  Issue.parse(await call("sofia", "GET", `/issues/${iid}`)).labels;
const commentsOf = async ({ call }: Installation, iid: number) =>
  Notes.parse(await call("sofia", "GET", `/issues/${iid}/notes`))
    .filter(({ system }) => !system)
    .map(({ author, body }) => ({ by: author.username, body }));
const failed = (ran: readonly Ran[]) => ran.filter(({ code }) => code !== 0);

/** Job `requests` for a pipeline that GitLab made; a file variable is a path, as in GitLab. */
function runRequests(installation: Installation, pipeline: Pipeline): Promise<Ran> {
  const { checkout, variables, work } = installation;
  const own = pipeline.variables.map(({ key, value, variable_type }) => {
    if (variable_type === "env_var") return [key, value];
    const file = join(work, `${key}-${pipeline.id}`);
    writeFileSync(file, value);
    return [key, file];
  });
  return runLocally(checkout, ["requests"], {
    ...variables(pipeline.source),
    ...Object.fromEntries(own),
  });
}

/** The trigger token and the webhook of docs/setup.md, step 8. */
async function wireUp({ call, sandbox }: Installation): Promise<void> {
  const made = await call("seclog-bot", "POST", "/triggers", { description: "wake up" });
  const { token } = Trigger.parse(made);
  const project = encodeURIComponent(TRACKER);
  await call("seclog-bot", "POST", "/hooks", {
    url: `${sandbox.url}/api/v4/projects/${project}/ref/main/trigger/pipeline?token=${token}`,
    issues_events: true,
    confidential_issues_events: true,
    push_events: false,
  });
}

test.skipIf(missing !== null)(
  `an issue becomes a verdict by webhook, trigger and pipeline${because}`,
  { timeout: 180_000 },
  async () => {
    const ran: Ran[] = [];
    let last: Promise<unknown> = Promise.resolve();
    const installation = await install((pipeline) => {
      last = last.then(async () => ran.push(await runRequests(installation, pipeline)));
      return last.then(() => undefined);
    });
    installed.push(installation);
    const { call, sandbox } = installation;
    await wireUp(installation);

    const iid = await openRequest(installation, "yesterday");
    await sandbox.state.settled();
    expect(failed(ran)).toEqual([]);
    const [first, ...others] = await commentsOf(installation, iid);
    expect(others).toEqual([]);
    expect(first?.by).toBe("seclog-bot");
    expect(first?.body).toContain("Something is missing");

    await call("sofia", "PUT", `/issues/${iid}`, { description: form(day(-3)) });
    await sandbox.state.settled();
    const [second, ...more] = await commentsOf(installation, iid);
    expect(more).toEqual([]);
    expect(second?.body).toContain("Accepted, with Support");
    expect(await labelsOf(installation, iid)).toEqual(
      expect.arrayContaining(["Request::Eligible", "Route::Support", "Stage::Log-Dive"]),
    );
    const opened = MergeRequests.parse(await call("sofia", "GET", "/merge_requests?state=opened"));
    expect(opened.map((one) => one.source_branch)).toEqual([
      expect.stringMatching(/^request\/IR-\d{4}-\d{4}$/),
    ]);

    // The bot's own labels woke more pipelines: the last of them found nothing to do.
    expect(ran.at(-1)?.out).toContain("Nothing to do.");
    expect(failed(ran)).toEqual([]);
    const printed = ran.map(({ out, err }) => out + err).join("");
    expect(printed).not.toContain(SECRET_WORD);
    expect(printed).not.toContain("glpat-");
  },
);

test.skipIf(missing !== null)(
  `two scheduled pipelines and two approvals take a request to the hand-over${because}`,
  { timeout: 180_000 },
  async () => {
    const installation = await install();
    installed.push(installation);
    const { call, checkout, sandbox, variables } = installation;
    const schedule = () => runLocally(checkout, [], variables("schedule"));
    const packages = async () =>
      Packages.parse(await call("seclog-bot", "GET", "/packages?order_by=name&sort=asc"));
    const iid = await openRequest(installation, day(-3));

    expect(failed([await schedule()])).toEqual([]);
    expect(await labelsOf(installation, iid)).toContain("Stage::Review");
    const [collected, ...none] = await packages();
    expect(none).toEqual([]);
    expect(collected?.name).toMatch(/^IR-\d{4}-0001$/);
    const [request] = MergeRequests.parse(await call("lena", "GET", "/merge_requests"));
    for (const reviewer of ["lena", "sam"])
      await call(reviewer, "POST", `/merge_requests/${request?.iid}/approve`, {});

    expect(failed([await schedule()])).toEqual([]);
    expect(await labelsOf(installation, iid)).toContain("Stage::Hand-Over");
    const names = (await packages()).map(({ name }) => name);
    expect(names).toEqual([collected?.name, `${collected?.name}-hand-over`]);

    const sealed = await fetch(
      `${sandbox.url}/api/v4/projects/${encodeURIComponent(TRACKER)}/packages/generic/${names[1]}/${collected?.version}/rows.ndjson.age`,
      {
        headers: {
          "private-token": sandbox.users.find((user) => user.username === "sofia")?.token ?? "",
        },
      },
    );
    const rows = await open(
      new Uint8Array(await sealed.arrayBuffer()),
      installation.supportIdentity,
    );
    expect(new TextDecoder().decode(rows)).toContain("acme-corp/payments/api");

    const before = sandbox.state.writes.length;
    const again = await schedule();
    expect(failed([again])).toEqual([]);
    expect(sandbox.state.writes.slice(before)).toEqual([]);
  },
);
