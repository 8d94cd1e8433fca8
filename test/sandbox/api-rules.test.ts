/** Parameters, errors, authentication, scopes, pages and limits, as every route of the sandbox has them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseRack } from "./params.ts";
import { ask, control, tokenOf } from "./sandbox-fixture.ts";
import { type Sandbox, startSandbox } from "./start.ts";

let sandbox: Sandbox;
const P = "/projects/sec%2Fseclog";

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

describe("Rack's parameters", () => {
  test.each([
    ["a=1&b=2", { a: "1", b: "2" }],
    ["a[]=1&a[]=2", { a: ["1", "2"] }],
    ["a[b]=1&a[c][d]=2", { a: { b: "1", c: { d: "2" } } }],
    [
      "a[][x]=1&a[][y]=2&a[][x]=3&a[][y]=4",
      {
        a: [
          { x: "1", y: "2" },
          { x: "3", y: "4" },
        ],
      },
    ],
    ["not[labels][]=c&not[labels][]=d", { not: { labels: ["c", "d"] } }],
    ["a[0]=1&a[1]=2", { a: { 0: "1", 1: "2" } }],
    ["a=x%20y%2Bz+w", { a: "x y+z w" }],
  ])("%s", (query, values) => {
    expect(parseRack(query)).toEqual(values);
  });

  test("more than twenty entries stay a list", () => {
    const query = Array.from({ length: 40 }, (_, index) => `iids[]=${index}`).join("&");
    expect(parseRack(query)["iids"]).toHaveLength(40);
  });

  test("query, form, JSON and multipart say the same", async () => {
    const form = new URLSearchParams({ title: "form" }).toString();
    const multipart = new FormData();
    multipart.set("title", "multipart");
    const answers = [
      await ask(sandbox, "mira", "POST", `${P}/issues?title=query`),
      await ask(sandbox, "mira", "POST", `${P}/issues`, { title: "json" }),
      await ask(sandbox, "mira", "POST", `${P}/issues`, form, {
        "content-type": "application/x-www-form-urlencoded",
      }),
    ];
    expect(answers.map((one) => one.body.title)).toEqual(["query", "json", "form"]);
    const response = await fetch(`${sandbox.url}/api/v4${P}/issues`, {
      method: "POST",
      headers: { "private-token": tokenOf(sandbox, "mira") },
      body: multipart,
    });
    expect(await response.json()).toMatchObject({ title: "multipart" });
  });
});

describe("errors", () => {
  const cases: readonly (readonly [
    string,
    string | null,
    string,
    string,
    unknown,
    number,
    unknown,
  ])[] = [
    ["unknown route", "mira", "GET", "/nothing", undefined, 404, { error: "404 Not Found" }],
    ["missing parameter", "mira", "POST", `${P}/issues`, {}, 400, { error: "title is missing" }],
    [
      "wrong word",
      "mira",
      "GET",
      `${P}/issues?state=odd`,
      undefined,
      400,
      { error: "state does not have a valid value" },
    ],
    [
      "wrong number",
      "mira",
      "GET",
      `${P}/issues?per_page=x`,
      undefined,
      400,
      { error: "per_page is invalid" },
    ],
    [
      "blank title",
      "mira",
      "POST",
      `${P}/issues`,
      { title: " " },
      400,
      { message: { title: ["can't be blank"] } },
    ],
    [
      "no project",
      "mira",
      "GET",
      "/projects/none",
      undefined,
      404,
      { message: "404 Project Not Found" },
    ],
    ["foreign project", "otto", "GET", P, undefined, 404, { message: "404 Project Not Found" }],
    ["nobody", null, "GET", "/user", undefined, 401, { message: "401 Unauthorized" }],
    ["too low a role", "sofia", "GET", `${P}/hooks`, undefined, 403, { message: "403 Forbidden" }],
    [
      "broken JSON",
      "mira",
      "POST",
      `${P}/issues`,
      "{",
      400,
      { error: "The request body is not valid JSON" },
    ],
  ];
  test.each(cases)("%s", async (_name, user, method, path, body, status, expected) => {
    const answer = await ask(sandbox, user, method, path, body, {
      "content-type": "application/json",
    });
    expect([answer.status, answer.body]).toEqual([status, expected]);
  });
});

describe("tokens", () => {
  const issue = async (
    scopes: readonly string[],
    extra = {},
  ): Promise<{ id: number; token: string }> => {
    const lena = sandbox.users.find((one) => one.username === "lena");
    const path = `/users/${lena?.id}/personal_access_tokens`;
    return (await ask(sandbox, "root", "POST", path, { name: "t", scopes, ...extra })).body;
  };
  const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

  test("read_api reads and does not write", async () => {
    const { token } = await issue(["read_api"]);
    expect((await ask(sandbox, null, "GET", P, undefined, as(token))).status).toBe(200);
    const answer = await ask(sandbox, null, "POST", `${P}/issues`, { title: "x" }, as(token));
    expect([answer.status, answer.body.error]).toEqual([403, "insufficient_scope"]);
  });

  test("revoked, expired and unknown ones are told apart", async () => {
    const { id, token } = await issue(["api"]);
    await ask(sandbox, "root", "DELETE", `/personal_access_tokens/${id}`);
    const revoked = await ask(sandbox, null, "GET", "/user", undefined, as(token));
    expect([revoked.status, revoked.body.error]).toEqual([401, "invalid_token"]);
    const unknown = await ask(sandbox, null, "GET", "/user", undefined, as("glpat-none"));
    expect(unknown.body).toEqual({ message: "401 Unauthorized" });
    expect((await issueAnswer({ expires_at: "2001-01-01" })).status).toBe(400);
  });
  const issueAnswer = (extra: object) =>
    ask(sandbox, "root", "POST", "/users/1/personal_access_tokens", {
      name: "t",
      scopes: ["api"],
      ...extra,
    });

  test("a blocked user is out", async () => {
    const { token } = await issue(["api"]);
    const lena = sandbox.users.find((one) => one.username === "lena");
    await ask(sandbox, "root", "POST", `/users/${lena?.id}/block`);
    expect((await ask(sandbox, null, "GET", "/user", undefined, as(token))).status).toBe(403);
    await ask(sandbox, "root", "POST", `/users/${lena?.id}/unblock`);
  });

  test("a job token reads packages and writes no notes", async () => {
    const { token } = await control(sandbox, "POST", "/job_tokens", {
      project: "sec/seclog",
      username: "seclog-bot",
    });
    const job = { "job-token": token };
    expect((await ask(sandbox, null, "GET", `${P}/packages`, undefined, job)).status).toBe(200);
    expect((await ask(sandbox, null, "POST", `${P}/issues`, { title: "x" }, job)).status).toBe(404);
  });

  test("a project token is a bot that sees its one project", async () => {
    const made = await ask(sandbox, "mira", "POST", `${P}/access_tokens`, {
      name: "seclog",
      scopes: ["api"],
      access_level: 30,
    });
    expect(made.status).toBe(201);
    const headers = as(made.body.token);
    const self = await ask(sandbox, null, "GET", "/user", undefined, headers);
    expect(self.body.username).toMatch(/^project_1_bot_/);
    expect((await ask(sandbox, null, "GET", P, undefined, headers)).status).toBe(200);
    expect((await ask(sandbox, null, "GET", "/projects/9001", undefined, headers)).status).toBe(
      404,
    );
  });
});

describe("roles and membership", () => {
  test("an expired membership counts no more", async () => {
    const answer = await ask(sandbox, "mira", "POST", `${P}/members`, {
      user_id: 601,
      access_level: 20,
      expires_at: "2999-01-01",
    });
    expect(answer.status).toBe(201);
    expect((await ask(sandbox, "otto", "GET", P)).status).toBe(200);
    await ask(sandbox, "mira", "PUT", `${P}/members/601`, {
      access_level: 20,
      expires_at: "2001-01-01",
    });
    expect((await ask(sandbox, "otto", "GET", P)).status).toBe(404);
    await ask(sandbox, "mira", "DELETE", `${P}/members/601`);
  });

  test("the plan of a namespace is for its owners and administrators", async () => {
    expect((await ask(sandbox, "acme-jdoe", "GET", "/namespaces/12345")).body.plan).toBe(
      "ultimate",
    );
    expect((await ask(sandbox, "root", "GET", "/namespaces/acme-corp")).body.plan).toBe("ultimate");
    expect((await ask(sandbox, "mira", "GET", "/namespaces/sec")).body.plan).toBeUndefined();
  });

  test("a moved project answers 301 to reads", async () => {
    const project = (
      await ask(sandbox, "root", "POST", "/projects", { name: "old", namespace_id: 12345 })
    ).body;
    await ask(sandbox, "root", "PUT", `/projects/${project.id}`, { path: "new" });
    const answer = await ask(sandbox, "root", "GET", "/projects/acme-corp%2Fold");
    expect([answer.status, answer.headers.get("location")]).toEqual([
      301,
      `${sandbox.url}/api/v4/projects/${project.id}`,
    ]);
  });
});

describe("pages", () => {
  test("offset headers and links carry the filters", async () => {
    for (let number = 0; number < 8; number += 1) {
      await ask(sandbox, "mira", "POST", `${P}/labels`, {
        name: `page ${number}`,
        color: "#000000",
      });
    }
    const answer = await ask(sandbox, "mira", "GET", `${P}/labels?search=page&page=2&per_page=3`);
    const header = (name: string): string | null => answer.headers.get(name);
    expect(answer.body).toHaveLength(3);
    expect(
      ["x-total", "x-total-pages", "x-page", "x-next-page", "x-prev-page", "x-per-page"].map(
        header,
      ),
    ).toEqual(["8", "3", "2", "3", "1", "3"]);
    expect(header("link")).toContain(
      `${sandbox.url}/api/v4${P}/labels?search=page&page=3&per_page=3>; rel="next"`,
    );
    expect(header("link")?.match(/rel="\w+"/g)).toEqual([
      'rel="prev"',
      'rel="next"',
      'rel="first"',
      'rel="last"',
    ]);
  });

  test("keyset gives next alone, and none at the end", async () => {
    const first = await ask(
      sandbox,
      "root",
      "GET",
      "/projects?pagination=keyset&order_by=id&sort=asc&per_page=2",
    );
    const seen: number[] = first.body.map((one: { id: number }) => one.id);
    let link = first.headers.get("link");
    while (link !== null) {
      const url = /<([^>]+)>; rel="next"/.exec(link)?.[1] ?? "";
      const response = await fetch(url, { headers: { "private-token": tokenOf(sandbox, "root") } });
      const rows = (await response.json()) as { id: number }[];
      seen.push(...rows.map((one) => one.id));
      link = response.headers.get("link");
    }
    expect(seen).toEqual(sandbox.projects.map((one) => one.id).sort((a, b) => a - b));
    const refused = await ask(sandbox, "root", "GET", "/projects?pagination=keyset&order_by=name");
    expect(refused.status).toBe(405);
  });

  test("above ten thousand rows there are no totals", async () => {
    const project = sandbox.state.projectById(2);
    const template = { color: "#000000", description: null, priority: null, groupId: null };
    for (let number = 0; number < 10_001; number += 1) {
      const id = sandbox.state.nextId("label");
      sandbox.state.labels.set(id, { ...template, id, name: `l${number}`, projectId: project.id });
    }
    const answer = await ask(sandbox, "mira", "GET", "/projects/2/labels");
    expect(answer.headers.get("x-total")).toBeNull();
    expect(answer.headers.get("link")).not.toContain('rel="last"');
    expect(answer.headers.get("x-next-page")).toBe("2");
  });
});

test("the request limiter counts in headers and answers as text", async () => {
  await control(sandbox, "PUT", "/limits", { requests_per_minute: 2 });
  const answers = [];
  for (let number = 0; number < 3; number += 1)
    answers.push(await ask(sandbox, "noor", "GET", "/user"));
  await control(sandbox, "PUT", "/limits", { requests_per_minute: 100_000 });
  expect(answers.map((one) => one.status)).toEqual([200, 200, 429]);
  expect(answers[0]?.headers.get("ratelimit-remaining")).toBe("1");
  expect(answers[2]?.body).toBe("Retry later\n");
  expect(Number(answers[2]?.headers.get("retry-after"))).toBeGreaterThan(0);
});
