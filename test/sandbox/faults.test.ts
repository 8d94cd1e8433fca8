/** The control API: faults before and after the effect, write log, clock, facts, packages byte for byte. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ask, control, tokenOf } from "./sandbox-fixture.ts";
import { type Sandbox, startSandbox } from "./start.ts";

const P = "/projects/sec%2Fseclog";
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});
beforeEach(() => control(sandbox, "POST", "/reset"));
afterAll(() => sandbox.close());

const issues = (): number => sandbox.state.projectById(1).issues.length;
const post = () => ask(sandbox, "mira", "POST", `${P}/issues`, { title: "x" });
const fault = (fields: object) =>
  control(sandbox, "POST", "/faults", { match: { method: "POST", path: "/issues$" }, ...fields });

describe("faults", () => {
  test.each([
    ["before the effect", "before", 0, false],
    ["after the effect", "after", 1, true],
  ])("500 %s", async (_name, when, count, applied) => {
    await fault({ kind: "status", status: 500, when });
    expect((await post()).status).toBe(500);
    expect(issues()).toBe(count);
    expect(await control(sandbox, "GET", "/writes")).toMatchObject([
      { status: 500, applied, method: "POST" },
    ]);
    expect((await post()).status).toBe(201);
  });

  test("the nth, and how often", async () => {
    await fault({ kind: "html-error", nth: 2, times: 2 });
    const seen = [];
    for (let number = 0; number < 5; number += 1) seen.push((await post()).status);
    expect(seen).toEqual([201, 502, 502, 201, 201]);
  });

  test("429 in its two forms", async () => {
    await fault({ kind: "rate-limited", retry_after: 30 });
    const first = await post();
    expect([first.status, first.body, first.headers.get("retry-after")]).toEqual([
      429,
      "Retry later\n",
      "30",
    ]);
    await fault({ kind: "application-limited" });
    const second = await post();
    expect(second.body.message.error).toMatch(/too many times/);
    expect(second.headers.get("retry-after")).toBeNull();
  });

  test("a connection cut before and after the effect", async () => {
    await fault({ kind: "reset" });
    await expect(post()).rejects.toThrow("fetch failed");
    expect(issues()).toBe(0);
    await fault({ kind: "reset", when: "after" });
    await expect(post()).rejects.toThrow("fetch failed");
    expect(issues()).toBe(1);
    expect(await control(sandbox, "GET", "/writes")).toMatchObject([
      { status: 0, applied: false },
      { status: 0, applied: true },
    ]);
  });

  test("a time-out ends with the client", async () => {
    await fault({ kind: "timeout", when: "after" });
    const sent = fetch(`${sandbox.url}/api/v4${P}/issues`, {
      method: "POST",
      headers: { "private-token": tokenOf(sandbox, "mira"), "content-type": "application/json" },
      body: '{"title":"slow"}',
      signal: AbortSignal.timeout(200),
    });
    await expect(sent).rejects.toThrow();
    expect(issues()).toBe(1);
  });

  test("an effect that comes late", async () => {
    await fault({ kind: "late-effect", delay_ms: 300 });
    const sent = fetch(`${sandbox.url}/api/v4${P}/issues`, {
      method: "POST",
      headers: { "private-token": tokenOf(sandbox, "mira"), "content-type": "application/json" },
      body: '{"title":"late"}',
      signal: AbortSignal.timeout(100),
    });
    await expect(sent).rejects.toThrow();
    expect(issues()).toBe(0);
    await sandbox.state.settled();
    expect(issues()).toBe(1);
  });

  test("answers that are no answers", async () => {
    const get = () => ask(sandbox, "mira", "GET", `${P}/issues`);
    const spoil = (kind: string, fields = {}) =>
      control(sandbox, "POST", "/faults", { match: { path: "/issues$" }, kind, ...fields });
    await post();
    expect((await get()).body).toHaveLength(1);
    await post();
    await spoil("stale");
    expect((await get()).body).toHaveLength(1);
    expect((await get()).body).toHaveLength(2);
    await spoil("login-page");
    expect((await get()).headers.get("content-type")).toMatch(/html/);
    await spoil("redirect", { to: "http://127.0.0.2:1/" });
    expect((await get()).headers.get("location")).toBe("http://127.0.0.2:1/");
    await spoil("empty");
    expect((await get()).body).toBe("");
    await spoil("truncated");
    await expect(get()).rejects.toThrow();
  });
});

test("reset empties the world and keeps the tokens", async () => {
  await post();
  await control(sandbox, "POST", "/reset");
  expect(issues()).toBe(0);
  expect((await post()).body.iid).toBe(1);
});

test("the clock stands, moves, and runs again", async () => {
  await control(sandbox, "PUT", "/clock", { now: "2026-11-20T10:00:00Z" });
  expect((await post()).body.created_at).toBe("2026-11-20T10:00:00.000Z");
  await control(sandbox, "PUT", "/clock", { advance_seconds: 3600 });
  expect((await post()).body.created_at).toBe("2026-11-20T11:00:00.000Z");
  const { now } = await control(sandbox, "PUT", "/clock", { now: null });
  expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(60_000);
});

test("facts come from the group, and can be set", async () => {
  expect(await control(sandbox, "GET", "/facts?account=acme-corp&author=sofia")).toMatchObject({
    namespace_exists: true,
    canonical_path: "acme-corp",
    plan: "ultimate",
    paying: true,
    requester_owns_account: true,
    author_is_team_member: true,
  });
  expect(await control(sandbox, "GET", "/facts?account=none&author=otto")).toMatchObject({
    namespace_exists: false,
    author_is_team_member: false,
  });
  await control(sandbox, "PUT", "/facts", { account: "acme-corp", facts: { paying: null } });
  expect((await control(sandbox, "GET", "/facts?account=acme-corp")).paying).toBeNull();
});

describe("generic packages", () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
  const url = () => `${sandbox.url}/api/v4${P}/packages/generic/dive/1.0.0/rows.bin`;
  const put = (body: string | Uint8Array<ArrayBuffer>, query = "", headers = {}) =>
    fetch(url() + query, {
      method: "PUT",
      headers: { "private-token": tokenOf(sandbox, "seclog-bot"), ...headers },
      body,
    });

  test("keep the bytes, take duplicates, and give the newest", async () => {
    expect((await put(bytes)).status).toBe(201);
    const second = await put("second", "?select=package_file", {
      "content-type": "multipart/form-data; boundary=x",
    });
    expect(await second.json()).toMatchObject({ file_name: "rows.bin", size: 6 });
    const newest = await ask(sandbox, "mira", "GET", `${P}/packages/generic/dive/1.0.0/rows.bin`);
    expect(newest.body).toBe("second");
    const [one] = (await ask(sandbox, "mira", "GET", `${P}/packages?package_name=dive`)).body;
    const files = (await ask(sandbox, "mira", "GET", `${P}/packages/${one.id}/package_files`)).body;
    expect(files.map((file: { size: number }) => file.size)).toEqual([70_000, 6]);
    expect(files[0].file_sha256).toMatch(/^[0-9a-f]{64}$/);
    await ask(sandbox, "mira", "DELETE", `${P}/packages/${one.id}/package_files/${files[1].id}`);
    const first = await fetch(url(), { headers: { "private-token": tokenOf(sandbox, "mira") } });
    expect(new Uint8Array(await first.arrayBuffer())).toEqual(bytes);
  });

  test("a job token reads and writes, a Planner does not", async () => {
    const { token } = await control(sandbox, "POST", "/job_tokens", {
      project: "sec/seclog",
      username: "seclog-bot",
    });
    const sent = await fetch(url(), { method: "PUT", headers: { "job-token": token }, body: "x" });
    expect(sent.status).toBe(201);
    await ask(sandbox, "mira", "POST", `${P}/members`, { username: "otto", access_level: 15 });
    expect((await ask(sandbox, "otto", "GET", `${P}/packages`)).status).toBe(403);
  });

  test("hidden ones are found only when asked for", async () => {
    await put("x", "?status=hidden");
    expect((await ask(sandbox, "mira", "GET", `${P}/packages`)).body).toEqual([]);
    expect((await ask(sandbox, "mira", "GET", `${P}/packages?status=hidden`)).body).toHaveLength(1);
  });
});
