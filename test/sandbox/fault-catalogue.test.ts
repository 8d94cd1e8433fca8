/** Every fault of the catalogue by its name, over the control API: what the client sees, and whether anything was done. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { FAULT_CATALOGUE } from "./fault-catalogue.ts";
import { control, tokenOf } from "./sandbox-fixture.ts";
import { type Sandbox, startSandbox } from "./start.ts";

const P = "/projects/sec%2Fseclog";
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
beforeEach(() => control(sandbox, "POST", "/reset"));
afterAll(() => sandbox.close());

const CUT = "no answer";
/** What a call was answered: status and text, or that no whole answer came. */
async function call(method: string, path: string, body?: object): Promise<string> {
  try {
    const answer = await fetch(`${sandbox.url}/api/v4${P}${path}`, {
      method,
      redirect: "manual",
      signal: AbortSignal.timeout(500),
      headers: {
        "private-token": tokenOf(sandbox, "seclog-bot"),
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return `${answer.status} ${answer.headers.get("retry-after") ?? ""} ${text}`;
  } catch {
    return CUT;
  }
}
const arm = (id: string, method: string, path: string, more: object = {}) =>
  control(sandbox, "POST", "/faults", { id, match: { method, path }, ...more });
const issues = () => sandbox.state.projectById(1).issues;
const create = () => call("POST", "/issues", { title: "struck" });

test("each of the 49 has one way to happen", () => {
  expect(Object.keys(FAULT_CATALOGUE)).toHaveLength(49);
});

test.each<[string, string | RegExp, number]>([
  ["pre-reset", CUT, 0],
  ["pre-dns", CUT, 0],
  ["pre-refused", CUT, 0],
  ["pre-tls", CUT, 0],
  ["post-reset", CUT, 1],
  ["post-timeout", CUT, 1],
  ["late-effect", CUT, 0],
  ["500-none", /^500/, 0],
  ["500-applied", /^500/, 1],
  ["502-none", /^502.*<html>/s, 0],
  ["502-applied", /^502.*<html>/s, 1],
  ["503-retry-after", /^503 30 /, 0],
  ["504-applied", /^504/, 1],
  ["429-retry-after", /^429 60 Retry later/, 0],
  ["429-no-header", /^429 {2}\{/, 0],
  ["429-forever", /^429/, 0],
  ["401-midway", /^401/, 0],
  ["403-midway", /^403/, 0],
  ["404-hidden", /^404/, 0],
  ["404-fresh", /^404/, 0],
  ["409-lock", /^409.*Resource lock/, 0],
  ["409-exists", /^409.*already exists/, 0],
  ["400-exists", /^400.*already exists/, 0],
  ["400-file-changed", /^400.*changed since/, 0],
  ["406-merge", /^406/, 0],
  ["409-sha", /^409.*SHA/, 0],
  ["422-validation", /^422/, 0],
  ["200-noop", /^200 {2}\{\}/, 0],
  ["200-html", /^200.*sign_in/, 0],
  ["200-empty", /^200 {2}$/, 0],
  ["200-truncated-json", /^200 {2}\{$/, 0],
  ["slow-drip", CUT, 0],
  ["proto-http1-close", /^201/, 1],
  ["clock-skew", /^201/, 1],
  ["302-cross-origin", /^302/, 0],
  ["307-cross-origin", /^307/, 0],
  ["dup-ids", /^201/, 2],
])("%s strikes a creation", async (id, seen, made) => {
  await arm(id, "POST", "/issues$");
  expect(await create()).toEqual(typeof seen === "string" ? seen : expect.stringMatching(seen));
  expect(issues()).toHaveLength(made);
});

test.each(["429-forever", "401-midway", "403-midway"])(
  "%s strikes everything after it",
  async (id) => {
    await arm(id, "POST", "/issues$");
    const answer = await create();
    expect((await call("GET", "/labels")).slice(0, 3)).toBe(answer.slice(0, 3));
  },
);

test("404-hidden hides for good, 404-fresh once", async () => {
  await create();
  await arm("404-hidden", "GET", "/issues/1$");
  for (const _ of [1, 2]) expect(await call("GET", "/issues/1")).toMatch(/^404/);
  await control(sandbox, "DELETE", "/faults");
  await arm("404-fresh", "GET", "/issues/1$");
  expect(await call("GET", "/issues/1")).toMatch(/^404/);
  expect(await call("GET", "/issues/1")).toMatch(/^200/);
});

test("labels: dropped, half set, made anew", async () => {
  await create();
  const change = () => call("PUT", "/issues/1", { add_labels: "one,two" });
  const names = () =>
    (issues()[0]?.labelIds ?? []).map((id) => sandbox.state.labels.get(id)?.name).sort();
  await arm("200-noop", "PUT", "/issues/1$");
  expect(await change()).toMatch(/^200.*"labels":\[\]/);
  expect(names()).toEqual([]);
  await arm("200-partial-labels", "PUT", "/issues/1$");
  expect(await change()).toMatch(/^200/);
  expect(names()).toEqual(["one"]);
  const before = issues()[0]?.labelIds;
  await arm("200-created-label", "PUT", "/issues/1$");
  expect(await change()).toMatch(/^200/);
  expect(names().filter((name) => name !== undefined)).toEqual(["one", "two"]);
  expect(issues()[0]?.labelIds).not.toEqual(before);
});

test("notes and deletions", async () => {
  await create();
  await arm("202-commands-only", "POST", "/notes$");
  expect(await call("POST", "/issues/1/notes", { body: "text" })).toMatch(/^202/);
  expect(issues()[0]?.notes).toEqual([]);
  await call("POST", "/issues/1/notes", { body: "text" });
  await arm("204-on-delete-missing", "DELETE", "/notes/");
  expect(await call("DELETE", `/issues/1/notes/${issues()[0]?.notes[0]?.id}`)).toMatch(/^404/);
  expect(issues()[0]?.notes).toHaveLength(1);
});

const LIST = "/issues?per_page=100";
async function three(): Promise<void> {
  for (const _ of [1, 2, 3]) await create();
}
const list = async (query = LIST) => {
  const answer = await fetch(`${sandbox.url}/api/v4${P}${query}`, {
    headers: { "private-token": tokenOf(sandbox, "seclog-bot") },
  });
  const text = await answer.text();
  return { answer, rows: answer.ok ? (JSON.parse(text) as unknown[]).length : answer.status };
};

test("lists: short, doubled, failing on a later page, without totals", async () => {
  await three();
  await arm("page-short", "GET", "/issues\\?");
  const short = await list();
  expect([short.rows, short.answer.headers.get("link")]).toEqual([
    2,
    expect.stringMatching(/rel="next"/),
  ]);
  await arm("page-dup", "GET", "/issues\\?");
  expect((await list()).rows).toBe(4);
  await arm("page-no-total", "GET", "/issues\\?");
  expect((await list()).answer.headers.get("x-total")).toBeNull();
  await control(sandbox, "DELETE", "/faults");
  await arm("page-fail-3", "GET", "/issues\\?");
  expect((await list()).rows).toBe(1);
  expect((await list("/issues?per_page=1&page=2")).rows).toBe(1);
  for (const _ of [1, 2]) expect((await list("/issues?per_page=1&page=3")).rows).toBe(500);
});

test("reads: stale, moved, broken, huge", async () => {
  await create();
  await list();
  await create();
  await arm("200-stale", "GET", "/issues\\?");
  expect((await list()).rows).toBe(1);
  await control(sandbox, "DELETE", "/faults");
  await arm("301-moved", "GET", "/issues/1$");
  expect(await call("GET", "/issues/1")).toMatch(/^301.*projects\/1\/issues\/1/);
  await arm("utf8-broken", "GET", "/issues/1$");
  expect(await call("GET", "/issues/1")).toContain("\ufffd");
  await arm("200-huge", "GET", "/issues/1$");
  const answer = await fetch(`${sandbox.url}/api/v4${P}/issues/1`, {
    headers: { "private-token": tokenOf(sandbox, "seclog-bot") },
  });
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > 70_000_000) break;
  }
  expect(size).toBeGreaterThan(70_000_000);
});

test("a clock that goes wrong shows in the Date header", async () => {
  await arm("clock-skew", "GET", "/issues\\?");
  const { answer } = await list();
  expect(Date.now() - Date.parse(answer.headers.get("date") ?? "")).toBeGreaterThan(500_000);
});

test("an unknown name is refused", async () => {
  expect(await arm("500-nonesuch", "GET", ".")).toEqual({
    error: expect.stringContaining("500-nonesuch"),
  });
});
