/** Webhooks, triggers, pipelines and schedules over real HTTP. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Pipeline } from "./model.ts";
import { ask, control } from "./sandbox-fixture.ts";
import { type Sandbox, startSandbox } from "./start.ts";

interface Received {
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: payloads of every shape are looked into.
  readonly body: any;
}

const P = "/projects/sec%2Fseclog";
const ran: Pipeline[] = [];
let sandbox: Sandbox;
let listener: Server;
let received: Received[] = [];
let answerWith = 200;
let target = "";

beforeAll(async () => {
  listener = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += String(chunk);
    });
    request.on("end", () => {
      received.push({ headers: request.headers, body: JSON.parse(text) });
      response.writeHead(answerWith).end();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  target = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/hook`;
});
beforeEach(async () => {
  received = [];
  ran.length = 0;
  answerWith = 200;
  sandbox ??= await startSandbox({ onPipeline: (pipeline) => void ran.push(pipeline) });
  await control(sandbox, "POST", "/reset");
});
afterAll(async () => {
  await sandbox.close();
  await new Promise((resolve) => listener.close(resolve));
});

async function addHook(fields: object) {
  const answer = await ask(sandbox, "mira", "POST", `${P}/hooks`, {
    url: target,
    push_events: false,
    ...fields,
  });
  expect(answer.status).toBe(201);
  return answer.body;
}

const issue = (fields: object) =>
  ask(sandbox, "mira", "POST", `${P}/issues`, { title: "x", ...fields });

describe("webhooks", () => {
  test("issue events have their own flag for confidential ones", async () => {
    await addHook({ issues_events: true, token: "s3cret" });
    await issue({ confidential: true });
    await sandbox.state.settled();
    expect(received).toEqual([]);
    await issue({ labels: "one" });
    await ask(sandbox, "mira", "PUT", `${P}/issues/2`, { add_labels: "two" });
    await sandbox.state.settled();
    expect(
      received.map((one) => [one.headers["x-gitlab-event"], one.body.object_attributes.action]),
    ).toEqual([
      ["Issue Hook", "open"],
      ["Issue Hook", "update"],
    ]);
    expect(received[0]?.headers["x-gitlab-token"]).toBe("s3cret");
    expect(received[0]?.headers["x-gitlab-event-uuid"]).toMatch(/^[0-9a-f-]{36}$/);
    const { previous, current } = received[1]?.body.changes.labels ?? {};
    expect(
      [previous, current].map((list) => list.map((one: { title: string }) => one.title)),
    ).toEqual([["one"], ["one", "two"]]);
    expect(received[0]?.body.user.email).toBe("[REDACTED]");
  });

  test("confidential issues and internal notes use the other flags", async () => {
    await addHook({ confidential_issues_events: true, confidential_note_events: true });
    await issue({ confidential: true });
    await issue({});
    await ask(sandbox, "mira", "POST", `${P}/issues/2/notes`, { body: "open" });
    await ask(sandbox, "mira", "POST", `${P}/issues/2/notes`, { body: "inside", internal: true });
    await sandbox.state.settled();
    expect(received.map((one) => [one.headers["x-gitlab-event"], one.body.event_type])).toEqual([
      ["Confidential Issue Hook", "confidential_issue"],
      ["Confidential Note Hook", "confidential_note"],
    ]);
  });

  test("a template sends nothing but what it names, and URL variables stay hidden", async () => {
    const hook = await addHook({
      url: `${target}?token={trigger}`,
      url_variables: [{ key: "trigger", value: "t0ken" }],
      issues_events: true,
      custom_webhook_template:
        '{"iid": {{object_attributes.iid}}, "action": "{{object_attributes.action}}"}',
    });
    expect(JSON.stringify(hook)).not.toContain("t0ken");
    await issue({ title: 'with "quotes"' });
    await sandbox.state.settled();
    expect(received[0]?.body).toEqual({ iid: 1, action: "open" });
  });

  test("four failures switch a hook off for a minute", async () => {
    await control(sandbox, "PUT", "/clock", { now: "2026-11-20T10:00:00Z" });
    const { id } = await addHook({ issues_events: true });
    answerWith = 500;
    for (let number = 0; number < 6; number += 1) {
      await issue({});
      await sandbox.state.settled();
    }
    expect(received).toHaveLength(4);
    const off = (await ask(sandbox, "mira", "GET", `${P}/hooks/${id}`)).body;
    expect([off.alert_status, off.disabled_until]).toEqual([
      "temporarily_disabled",
      "2026-11-20T10:01:00.000Z",
    ]);
    answerWith = 200;
    await control(sandbox, "PUT", "/clock", { advance_seconds: 61 });
    await issue({});
    await sandbox.state.settled();
    expect(received).toHaveLength(5);
  });
});

describe("triggers", () => {
  const trigger = async () =>
    (await ask(sandbox, "mira", "POST", `${P}/triggers`, { description: "wake" })).body.token;

  test("a webhook starts a pipeline with its payload as a file variable", async () => {
    const token = await trigger();
    const url = `${sandbox.url}/api/v4/projects/1/ref/main/trigger/pipeline?token=${token}`;
    await addHook({ url, issues_events: true });
    await issue({ title: "wakes" });
    await sandbox.state.settled();
    expect(ran).toHaveLength(1);
    const [pipeline] = ran;
    expect(pipeline).toMatchObject({ source: "trigger", ref: "main" });
    const [payload] = pipeline?.variables ?? [];
    expect(payload).toMatchObject({ key: "TRIGGER_PAYLOAD", variable_type: "file" });
    const parsed = JSON.parse(payload?.value ?? "");
    expect(parsed).toMatchObject({ id: "1", ref: "main", object_attributes: { iid: 1 } });
    expect(payload?.value).not.toContain(token);
  });

  test.each([
    ["wrong token", { token: "wrong", ref: "main" }, {}, 404],
    ["no such ref", { ref: "none" }, {}, 400],
    ["no ref", {}, {}, 400],
    ["variables must be texts", { ref: "main", variables: { A: { b: 1 } } }, {}, 400],
    ["a pipeline hook would loop", { ref: "main" }, { "x-gitlab-event": "Pipeline Hook" }, 403],
    ["variables that nobody may set", { ref: "main", variables: { A: "1" } }, {}, 400],
    ["a branch", { ref: "main" }, {}, 201],
  ])("%s", async (_name, body, headers, status) => {
    const token = await trigger();
    const answer = await ask(
      sandbox,
      null,
      "POST",
      "/projects/1/trigger/pipeline",
      { token, ...body },
      headers,
    );
    expect(answer.status).toBe(status);
  });

  test("variables are taken where the project lets them", async () => {
    const role = { ci_pipeline_variables_minimum_override_role: "maintainer" };
    await ask(sandbox, "mira", "PUT", "/projects/1", role);
    const body = { token: await trigger(), ref: "main", variables: { A: "1" } };
    const answer = await ask(sandbox, null, "POST", "/projects/1/trigger/pipeline", body);
    expect(answer.status).toBe(201);
  });

  test("others see four signs of a trigger token", async () => {
    const token = await trigger();
    const listed = (await ask(sandbox, "seclog-bot", "GET", `${P}/triggers`)).body;
    expect(listed[0].token).toBe(token.slice(0, 4));
  });

  test("variables need the role that the project names", async () => {
    await ask(sandbox, "mira", "PUT", P, {
      ci_pipeline_variables_minimum_override_role: "no_one_allowed",
    });
    const token = await trigger();
    const start = (variables: object) =>
      ask(sandbox, null, "POST", "/projects/1/trigger/pipeline", {
        token,
        ref: "main",
        ...variables,
      });
    expect((await start({ variables: { A: "1" } })).status).toBe(400);
    expect((await start({})).status).toBe(201);
  });
});

describe("schedules", () => {
  test("run as their clicker, keep variables, and sleep when the owner is blocked", async () => {
    await control(sandbox, "PUT", "/clock", { now: "2026-11-20T10:07:00Z" });
    const made = await ask(sandbox, "seclog-bot", "POST", `${P}/pipeline_schedules`, {
      description: "beat",
      ref: "main",
      cron: "*/15 * * * *",
      cron_timezone: "Europe/Berlin",
    });
    expect(made.body).toMatchObject({
      ref: "refs/heads/main",
      next_run_at: "2026-11-20T10:15:00.000Z",
      active: true,
    });
    const at = `${P}/pipeline_schedules/${made.body.id}`;
    await ask(sandbox, "seclog-bot", "POST", `${at}/variables`, {
      key: "SECLOG_TASK",
      value: "requests",
    });
    expect((await ask(sandbox, "mira", "PUT", at, { active: false })).status).toBe(403);
    const play = await ask(sandbox, "mira", "POST", `${at}/play`);
    expect([play.status, play.body]).toEqual([201, { message: "201 Created" }]);
    await sandbox.state.settled();
    expect(ran[0]).toMatchObject({
      source: "schedule",
      userId: 11,
      variables: [{ key: "SECLOG_TASK", value: "requests" }],
    });
    await ask(sandbox, "root", "POST", "/users/10/block");
    expect((await ask(sandbox, "mira", "GET", at)).body.active).toBe(false);
    expect((await ask(sandbox, "mira", "POST", `${at}/take_ownership`)).body.owner.username).toBe(
      "mira",
    );
  });
});
