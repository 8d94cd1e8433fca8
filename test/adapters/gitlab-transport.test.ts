import { inspect } from "node:util";
import { expect, test } from "vitest";
import { type ConnectionOptions, connectGitLab } from "../../scripts/adapters/gitlab/connection.ts";
import { GitLabError } from "../../scripts/adapters/gitlab/gitlab-error.ts";
import { createReader } from "../../scripts/adapters/gitlab/reader.ts";
import type { RequestRecord } from "../../scripts/adapters/gitlab/transport.ts";
import { createWriter } from "../../scripts/adapters/gitlab/writer.ts";
import { type Answer, json, jumpingClock, serve } from "./gitlab-fault-server.ts";

const TOKEN = "glpat-not-a-real-token-1234";
const BOT = { id: 7, username: "seclog-bot", name: "SecLog", state: "active", bot: true };

async function against(answer: Answer, options: Partial<ConnectionOptions> = {}) {
  const server = await serve(answer);
  const { clock, waits } = jumpingClock();
  const records: RequestRecord[] = [];
  const connection = connectGitLab({
    url: server.url,
    token: TOKEN,
    clock,
    random: () => 0.5,
    onRequest: (record) => records.push(record),
    ...options,
  });
  const reader = createReader(connection);
  const writer = createWriter(connection, "sec/seclog");
  return { ...server, connection, reader, writer, waits, records };
}

async function errorOf(promise: Promise<unknown>): Promise<GitLabError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof GitLabError)) throw new Error(`no GitLabError, but ${String(error)}`);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(TOKEN);
  return error;
}

const label = { kind: "change-labels", issue: 1, add: ["a"], remove: [] } as const;
const noted = { kind: "write-note", issue: 1, tag: "status", note: null } as const;

test.each([
  ["seconds", "30", 30_000],
  ["zero seconds", "0", 1000],
  ["a date", "Fri, 20 Nov 2026 12:00:45 GMT", 45_000],
  ["a date that has passed", "Fri, 20 Nov 2026 11:00:00 GMT", 1000],
  ["nothing", undefined, 60_000],
  ["nonsense", "soon", 60_000],
  ["a month that does not exist", "Fri, 20 Abc 2026 12:00:45 GMT", 60_000],
  ["a day that does not exist", "Fri, 31 Feb 2026 12:00:45 GMT", 60_000],
])("a read refused with 429 waits as Retry-After says: %s", async (_form, header, expected) => {
  const { reader, waits, seen } = await against((_seen, response, n) => {
    if (n > 0) return json(response, BOT);
    response.writeHead(429, {
      "content-type": "text/plain",
      ...(header === undefined ? {} : { "retry-after": header }),
    });
    response.end("Retry later");
  });
  expect(await reader.currentUser()).toEqual(BOT);
  expect(waits).toEqual([expected]);
  expect(seen).toHaveLength(2);
});

test("429 without end stops after four tries, with a clear reason", async () => {
  const { reader, seen } = await against((_seen, response) =>
    json(response, { message: { error: "This endpoint has been requested too many times." } }, 429),
  );
  const error = await errorOf(reader.currentUser());
  expect(error.kind).toBe("rate-limit");
  expect(error.message).toBe(
    "GET /api/v4/user: 429 This endpoint has been requested too many times.",
  );
  expect(error.answer()).toContain('"error":"This endpoint');
  expect(seen).toHaveLength(4);
});

test("a pause beyond the patience of the run is not waited for", async () => {
  const { reader, seen, waits } = await against(
    (_seen, response) => json(response, {}, 429, { "retry-after": "7200" }),
    { patienceMs: 300_000 },
  );
  expect((await errorOf(reader.currentUser())).kind).toBe("rate-limit");
  expect(seen).toHaveLength(1);
  expect(waits).toEqual([]);
});

test("a write refused with 429 is not sent again, but holds back the next call", async () => {
  const { reader, writer, waits, seen } = await against((one, response) =>
    one.method === "GET" ? json(response, BOT) : json(response, {}, 429, { "retry-after": "20" }),
  );
  const result = await writer.perform(label);
  expect(result).toMatchObject({
    ok: false,
    error: '#1 label ~"a": 429 too many requests. It was not done: the next run does it.',
  });
  expect(seen).toHaveLength(1);
  await reader.currentUser();
  expect(waits).toEqual([20_000]);
});

test.each([
  ["is waited out", 600_000],
  ["is longer than a run may wait", 1000],
])("no call leaves once the head of a 429 is there: a pause that %s", async (_, patienceMs) => {
  const sent: number[] = [];
  const { clock } = jumpingClock();
  const begun = clock.now();
  let headCame = () => {};
  const head = new Promise<void>((resolve) => {
    headCame = resolve;
  });
  const { reader } = await against(BUSY_ONCE, {
    clock,
    patienceMs,
    fetch: async (url, init) => {
      sent.push(clock.now() - begun);
      const answer = await fetch(url, init);
      if (answer.status === 429) setImmediate(headCame);
      return answer;
    },
  });
  const first = reader.user(1).catch(() => null);
  await head;
  await Promise.allSettled([first, ...[2, 3, 4].map((id) => reader.user(id))]);
  expect(sent.slice(1).filter((after) => after < 20_000)).toEqual([]);
  expect(sent).toHaveLength(patienceMs > 20_000 ? 5 : 1);
});

/** The first is refused, and the body of the refusal is long in coming. */
const BUSY_ONCE: Answer = (_seen, response, n) => {
  if (n > 0) return json(response, BOT);
  response.writeHead(429, { "content-type": "text/plain", "retry-after": "20" });
  response.write("Retry");
  setTimeout(() => response.end(" later"), 50);
};

test.each([500, 502, 503, 504])(
  "a read is repeated after %i, up to three times",
  async (status) => {
    const { reader, waits, seen } = await against((_seen, response, n) => {
      if (n === 3) return json(response, BOT);
      response.writeHead(status, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
    });
    expect(await reader.currentUser()).toEqual(BOT);
    expect(seen).toHaveLength(4);
    expect(waits).toEqual([375, 750, 1500]);
  },
);

test("503 with Retry-After waits as long as asked", async () => {
  const { reader, waits } = await against((_seen, response, n) =>
    n === 1 ? json(response, BOT) : json(response, {}, 503, { "retry-after": "30" }),
  );
  await reader.currentUser();
  expect(waits).toEqual([30_000]);
});

test("a read is repeated after a reset connection", async () => {
  const { reader, seen } = await against((_seen, response, n) => {
    if (n === 1) return json(response, BOT);
    response.socket?.destroy();
  });
  expect(await reader.currentUser()).toEqual(BOT);
  expect(seen).toHaveLength(2);
});

test.each([
  ["401", 401, "unauthorised"],
  ["403", 403, "forbidden"],
  ["409", 409, "conflict"],
  ["418", 418, "refused"],
])("%s is not asked again", async (_name, status, kind) => {
  const { reader, seen } = await against((_seen, response) =>
    json(response, { message: `${status} No` }, status),
  );
  expect((await errorOf(reader.user(7))).kind).toBe(kind);
  expect(seen).toHaveLength(1);
});

const faults: readonly (readonly [string, Answer])[] = [
  ["500", (_seen, response) => json(response, {}, 500)],
  ["502", (_seen, response) => response.writeHead(502).end("<html>")],
  ["503 with Retry-After", (_seen, response) => json(response, {}, 503, { "retry-after": "1" })],
  ["504", (_seen, response) => response.writeHead(504).end()],
  ["429", (_seen, response) => json(response, {}, 429)],
  ["a reset", (_seen, response) => response.socket?.destroy()],
  ["no answer", () => {}],
  ["an empty answer", (_seen, response) => json(response, undefined)],
  [
    "a sign-in page",
    (_seen, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
  ],
  ["302", (_seen, response) => response.writeHead(302, { location: "/users/sign_in" }).end()],
];
const writes = [
  label,
  { ...noted, body: "hello" },
  { kind: "set-confidential", issue: 1 },
  { kind: "edit-issue", project: "sec/seclog", issue: 1, description: "x" },
  { kind: "merge", mergeRequest: 1, sha: "a".repeat(40) },
  { kind: "delete-package", project: "sec/seclog", package: 3, name: "n", version: "1" },
] as const;

test.each(faults)("no write is ever sent twice: %s", async (_name, answer) => {
  for (const action of writes) {
    const { writer, seen } = await against(answer, { deadlineMs: 200 });
    const result = await writer.perform(action);
    expect(result.ok).toBe(false);
    expect(seen.filter(({ method }) => method !== "GET")).toHaveLength(1);
  }
});

test.each([301, 302, 307, 308])("a redirect %i to another host is refused", async (status) => {
  const other = await serve((_seen, response) => json(response, BOT));
  const { reader, writer } = await against((_seen, response) =>
    response.writeHead(status, { location: `${other.url}/users/sign_in?private=1` }).end(),
  );
  const error = await errorOf(reader.currentUser());
  expect(error.kind).toBe("redirect");
  expect(error.message).toContain(`${new URL(other.url).host}/users/sign_in`);
  expect(error.message).not.toContain("private");
  expect((await writer.perform(label)).ok).toBe(false);
  expect(other.seen).toEqual([]);
});

test.each([
  ["a sign-in page", 200, "text/html", "<html>Sign in</html>", "text/html instead of JSON"],
  ["an empty answer", 200, "application/json", "", "broken JSON"],
  ["a cut answer", 200, "application/json", '{"id": 7, "user', "broken JSON"],
  ["broken UTF-8", 200, "application/json", Buffer.from([0x22, 0xff, 0x22]), "broken JSON"],
  ["no content type", 200, "", "{}", "no content type"],
])("%s is an error, not data", async (_name, status, type, body, reason) => {
  const { reader } = await against((_seen, response) =>
    response.writeHead(status, type === "" ? {} : { "content-type": type }).end(body),
  );
  const error = await errorOf(reader.currentUser());
  expect(error.kind).toBe("not-json");
  expect(error.message).toContain(reason);
});

test("an answer of another shape names the keys, not the values", async () => {
  const { reader } = await against((_seen, response) =>
    json(response, { id: "secret-value", username: "x" }),
  );
  const error = await errorOf(reader.currentUser());
  expect(error.kind).toBe("wrong-shape");
  expect(error.message).toMatch(/id: .*number.*state: /);
  expect(error.message).not.toContain("secret-value");
});

test("an answer that drips ends at the deadline", async () => {
  const { reader, seen } = await against(
    (_seen, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    },
    { deadlineMs: 100 },
  );
  expect((await errorOf(reader.currentUser())).kind).toBe("time-out");
  expect(seen).toHaveLength(4);
});

test("a huge answer is cut off", async () => {
  const { reader } = await against((_seen, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const flood = () => {
      while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024, 32)));
      if (!response.destroyed) response.once("drain", flood);
    };
    flood();
  });
  expect((await errorOf(reader.currentUser())).kind).toBe("too-large");
});

test("nobody at the address is a network error after four tries", async () => {
  const { reader } = await against(() => {}, { url: "http://127.0.0.1:9999" });
  const error = await errorOf(reader.currentUser());
  expect(error.kind).toBe("network");
  expect(error.message).toContain("ECONNREFUSED");
});

test("a server whose TLS is not to be trusted is not asked again", async () => {
  const server = await serve((_seen, response) => json(response, BOT));
  const { reader, records } = await against(() => {}, {
    url: server.url.replace("http:", "https:"),
  });
  const error = await errorOf(reader.currentUser());
  expect(error.kind).toBe("tls");
  expect(error.message).toContain("NODE_EXTRA_CA_CERTS");
  expect(records).toHaveLength(1);
});

test("waits in real time, until the run is cancelled", async () => {
  const controller = new AbortController();
  const { url, seen } = await serve((_seen, response, n) => {
    if (n === 1) setTimeout(() => controller.abort(), 10);
    json(response, {}, n === 0 ? 502 : 429);
  });
  const connection = connectGitLab({
    url,
    token: TOKEN,
    signal: controller.signal,
    random: () => 0,
  });
  const error = await errorOf(createReader(connection).currentUser());
  expect(error.kind).toBe("cancelled");
  expect(seen).toHaveLength(2);
});

test("a cancelled run sends nothing more", async () => {
  const controller = new AbortController();
  const { reader, seen } = await against(() => controller.abort(), { signal: controller.signal });
  expect((await errorOf(reader.currentUser())).kind).toBe("cancelled");
  expect((await errorOf(reader.user(1))).kind).toBe("cancelled");
  expect(seen).toHaveLength(1);
});

const notes = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: from + index,
    body: "x",
    author: BOT,
    system: false,
    created_at: "2026-11-20T12:00:00Z",
    updated_at: "2026-11-20T12:00:00Z",
  }));
const pageOf = (url: string) => Number(new URL(url, "http://x").searchParams.get("page") ?? 1);
const link = (host: string, page: number) =>
  `<${host}/api/v4/projects/1/issues/1/notes?page=${page}&per_page=100>; rel="next", <${host}/x?page=1>; rel="first"`;

test("pages are followed to the end, short and empty ones too, each row once", async () => {
  const rows = [notes(1, 3), [], notes(3, 2), notes(5, 1)];
  const { reader, seen } = await against((one, response) => {
    const page = pageOf(one.url);
    const next = page < rows.length ? { link: link(`http://${one.headers.host}`, page + 1) } : {};
    json(response, rows[page - 1], 200, next);
  });
  const found = await reader.issueNotes("1", 1);
  expect(found.map((note) => note.id)).toEqual([1, 2, 3, 4, 5]);
  expect(seen).toHaveLength(4);
});

test("the header X-Next-Page is followed when a proxy dropped Link", async () => {
  const { reader, seen } = await against((one, response) => {
    const page = pageOf(one.url);
    json(response, notes(page, 1), 200, { "x-next-page": page < 3 ? String(page + 1) : "" });
  });
  expect(await reader.issueNotes("1", 1)).toHaveLength(3);
  expect(seen.map((one) => one.url)).toEqual([
    "/api/v4/projects/1/issues/1/notes?order_by=created_at&sort=asc&per_page=100",
    "/api/v4/projects/1/issues/1/notes?order_by=created_at&sort=asc&per_page=100&page=2",
    "/api/v4/projects/1/issues/1/notes?order_by=created_at&sort=asc&per_page=100&page=3",
  ]);
});

test("a page that fails means that the listing failed", async () => {
  const { reader } = await against((one, response) => {
    const page = pageOf(one.url);
    if (page === 3) return json(response, { message: "500 Internal Server Error" }, 500);
    json(response, notes(page, 1), 200, { link: link(`http://${one.headers.host}`, page + 1) });
  });
  expect((await errorOf(reader.issueNotes("1", 1))).kind).toBe("server");
});

test.each([
  ["itself", (page: number, host: string) => link(host, page), 1],
  ["an earlier page", (page: number, host: string) => link(host, page === 1 ? 2 : 1), 2],
  ["another host", (page: number) => link("http://gitlab.invalid", page + 1), 1],
  ["a page without end", (page: number, host: string) => link(host, page + 1), 500],
  ["the same cursor", () => "<?order_by=created_at&sort=asc&per_page=100>; rel=next", 1],
])("a next page that is %s stops the listing", async (_name, next, requests) => {
  const { reader, seen } = await against((one, response) =>
    json(response, notes(1, 1), 200, { link: next(pageOf(one.url), `http://${one.headers.host}`) }),
  );
  expect((await errorOf(reader.issueNotes("1", 1))).kind).toBe("pagination");
  expect(seen).toHaveLength(requests);
});

test("the budget of a run is kept, and counted", async () => {
  const { reader, connection, seen } = await against((_seen, response) => json(response, BOT), {
    budget: 2,
  });
  await reader.user(1);
  await reader.user(2);
  expect((await errorOf(reader.user(3))).message).toContain("used its 2 requests");
  expect(connection.requests.count).toBe(2);
  expect(seen).toHaveLength(2);
});

test("no more than six calls run at a time", async () => {
  let open = 0;
  let most = 0;
  const { reader } = await against((one, response) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      json(response, { ...BOT, id: Number(one.url.split("/").at(-1)) });
    }, 10);
  });
  const ids = Array.from({ length: 40 }, (_, index) => index + 1);
  const users = await Promise.all(ids.map((id) => reader.user(id)));
  expect(users.map((user) => user?.id)).toEqual(ids);
  expect(most).toBe(6);
});

test("every try is reported, without the query", async () => {
  const { reader, records } = await against((_seen, response, n) =>
    n === 0 ? json(response, {}, 502) : json(response, []),
  );
  await reader.issueNotes("1", 1);
  const path = "/api/v4/projects/1/issues/1/notes";
  expect(records).toEqual([
    { method: "GET", path, status: 502, attempt: 1 },
    { method: "GET", path, status: 200, attempt: 2 },
  ]);
});

test.each([
  ["a slash at the end", "/", "/api/v4/user"],
  ["a relative root", "/gitlab", "/gitlab/api/v4/user"],
  ["the API's own address", "/gitlab/api/v4/", "/gitlab/api/v4/user"],
])("the address may have %s", async (_name, suffix, path) => {
  const server = await serve((_seen, response) => json(response, BOT));
  const connection = connectGitLab({ url: `${server.url}${suffix}`, token: TOKEN });
  await createReader(connection).currentUser();
  expect(server.seen.map((one) => one.url)).toEqual([path]);
  expect(server.seen[0]?.headers["private-token"]).toBe(TOKEN);
});

test("a job token goes into its own header", async () => {
  const { reader, seen } = await against((_seen, response) => json(response, BOT), {
    tokenKind: "job",
  });
  await reader.currentUser();
  expect(seen[0]?.headers["job-token"]).toBe(TOKEN);
});

test("an address that is not one of HTTP is refused", () => {
  expect(() => connectGitLab({ url: "ftp://gitlab.example.com", token: TOKEN })).toThrow(TypeError);
});

test("a name that would lead elsewhere is not sent", async () => {
  const { reader, seen } = await against((_seen, response) => json(response, BOT));
  expect((await errorOf(reader.packageFile("1", "..", "..", "x"))).kind).toBe("refused");
  expect(seen).toEqual([]);
});

test("an error repeats neither the token nor what was written", async () => {
  const { writer } = await against((one, response) =>
    json(
      response,
      { message: { note: [`is bad: ${JSON.parse(String(one.body)).body}; ${TOKEN}`] } },
      400,
    ),
  );
  const result = await writer.perform({
    ...noted,
    body: "The customer Example Inc\r\nwas attacked by   Mallory",
  });
  expect(result.ok).toBe(false);
  const text = JSON.stringify(result.ok ? "" : result.error);
  expect(text).toContain("400 note is bad");
  for (const word of ["Example", "Mallory", TOKEN]) expect(text).not.toContain(word);
});

test("a package file is fetched from the object store without the token", async () => {
  const store = await serve((_seen, response) => response.end("bytes"));
  const { reader } = await against((_seen, response) =>
    response.writeHead(302, { location: `${store.url}/signed?x=1` }).end(),
  );
  const bytes = await reader.packageFile("1", "IR-2026-0042", "1.0.0", "rows.ndjson.age");
  expect(Buffer.from(bytes ?? []).toString()).toBe("bytes");
  expect(JSON.stringify(store.seen[0]?.headers)).not.toContain(TOKEN);
});

test("a package file is not fetched along two redirects", async () => {
  const { reader } = await against((_seen, response) =>
    response.writeHead(302, { location: "/again" }).end(),
  );
  expect((await errorOf(reader.packageFile("1", "a", "1", "b"))).kind).toBe("redirect");
});
