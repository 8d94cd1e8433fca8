import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { open } from "../scripts/adapters/artefact/seal.ts";
import { command } from "../scripts/commands/run.ts";
import { command as verify } from "../scripts/commands/verify.ts";
import { pipelineJobs } from "../scripts/demo/pipeline.ts";
import { API, beginLife, type Life } from "./life.ts";
import { testTerminal } from "./terminal.ts";

/** A word that stands nowhere else. */
const canary = (kind: string): string => `${kind}-${randomBytes(9).toString("hex")}`;
const TITLE = canary("title");
const FREE_TEXT = canary("freetext");
const COMMENT = canary("comment");
const IN_SCOPE_NAME = canary("neighbour");
const UNKNOWN_FIELD = canary("unknownfield");
const FOREIGN = canary("foreign");
const FOREIGN_NAME = canary("stranger");
/** Rows are released to the second. */
const PLANTED_AT = "2026-11-17T03:33:33Z";
const PSEUDONYM_KEY = randomBytes(32).toString("hex");
const ACCOUNTS_TOKEN = canary("accountstoken");

/** What a request is about: in the issue, the request file and the page for reviewers, but in no job log. */
const OF_THE_REQUEST = ["acme-corp", "acme-jdoe", "ZD-4711"];

let life: Life;
const secrets: string[] = [PSEUDONYM_KEY, ACCOUNTS_TOKEN];
const NOWHERE = [TITLE, FREE_TEXT, COMMENT, IN_SCOPE_NAME, UNKNOWN_FIELD, FOREIGN, FOREIGN_NAME];

/** Everything that leaves a run, by where it went. */
const left = { jobLog: "", urls: "", headersElsewhere: "", sent: "" };
const plainFetch = globalThis.fetch;

/** GitLab repeats what it was sent, with the token: as text, by field, in a list, as a page. */
const ECHOES: readonly ((told: string) => Response)[] = [
  (told) => json(403, { message: told }),
  (told) => json(422, { message: { base: [told], description: [told] } }),
  (told) => json(400, { error: told, error_description: told }),
  (told) => json(500, { message: [told] }),
  (told) =>
    new Response(`<html>${told}</html>`, { status: 502, headers: { "content-type": "text/html" } }),
  (told) =>
    new Response(`<html>${told}</html>`, { status: 200, headers: { "content-type": "text/html" } }),
];
const json = (status: number, body: object): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

let echo: ((told: string) => Response) | null = null;

/** Records what the product sends, and answers its writes with echoes where one is set. */
function listen(botToken: string): void {
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    if (headers.get("private-token") !== botToken) return plainFetch(input, init);
    const method = init?.method ?? "GET";
    left.urls += `${method} ${url.href}\n`;
    if (url.origin !== life.stage.sandbox.url) left.headersElsewhere += `${url.origin}\n`;
    for (const [name, value] of headers)
      if (name !== "private-token") left.headersElsewhere += `${name}: ${value}\n`;
    if (method === "GET") return plainFetch(input, init);
    const body = init?.body;
    const text =
      typeof body === "string" ? body : Buffer.from((body as Uint8Array) ?? "").toString("latin1");
    left.sent += `${text}\n`;
    return echo === null ? plainFetch(input, init) : echo(`token ${botToken} refused: ${text}`);
  };
}

async function run(words: readonly string[], now: string): Promise<number> {
  const keep = (text: string) => {
    left.jobLog += text;
  };
  const terminal = {
    write: keep,
    complain: keep,
    input: process.stdin,
    env: {
      ...life.stage.environment,
      SECLOG_PSEUDONYM_KEY: PSEUDONYM_KEY,
      SECLOG_ACCOUNTS_TOKEN: ACCOUNTS_TOKEN,
    },
    now,
    interactive: false,
    signal: new AbortController().signal,
  };
  try {
    return await command.run(terminal, {}, words);
  } catch (error) {
    // As run.ts does it.
    keep(`seclog run: ${error instanceof Error ? error.message : "an unknown fault"}\n`);
    return 1;
  }
}

/** Each job of the pipeline first with every echo in the place of its writes, then in peace. */
async function pipeline(now: string, faults: boolean): Promise<void> {
  life.at(now);
  for (const { words } of await pipelineJobs()) {
    for (const one of faults ? ECHOES : []) {
      echo = one;
      await run(words, now);
    }
    echo = null;
    expect([words, await run(words, now)]).toEqual([words, 0]);
  }
}

/** Rows of the customer with a stranger in them, and of a stranger who looks like the customer. */
async function plantRows(): Promise<void> {
  const store = (life.stage.environment["SECLOG_LOG_STORE"] ?? "").replace(/^file:/, "");
  const folder = join(store, "source=shell", "date=2026-11-17");
  const [name = ""] = await readdir(folder);
  const bytes = await readFile(join(folder, name));
  const lines = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n");
  const own = lines.find((line) => line.includes('"acme-corp/payments/api"')) ?? "";
  const row = { ...JSON.parse(own), time: PLANTED_AT };
  const planted = [
    { ...row, username: IN_SCOPE_NAME, user_id: "user-424242" },
    { ...row, some_new_field: UNKNOWN_FIELD },
    { ...row, msg: `executing for ${IN_SCOPE_NAME} of ${FOREIGN}/app` },
    {
      ...row,
      gl_project_path: `${FOREIGN}/app`,
      gl_repository: "project-424243",
      username: FOREIGN_NAME,
    },
  ];
  await writeFile(
    join(folder, "planted.log"),
    planted.map((one) => `${JSON.stringify(one)}\n`).join(""),
  );
}

const get = (path: string) => life.person("mira").get(path);
function userNamed(name: string) {
  const user = life.stage.sandbox.users.find(({ username }) => username === name);
  if (user === undefined) throw new Error(`the sandbox has no ${name}`);
  return user;
}

/** The rows of each package, opened with the key of those whom it is for. */
async function openPackages(): Promise<typeof opened> {
  const packages = (await get(`${API}/packages?order_by=name&sort=asc`)) as readonly {
    readonly name: string;
    readonly version: string;
  }[];
  return Promise.all(
    packages.map(async ({ name, version }) => {
      const answer = await plainFetch(
        `${life.stage.sandbox.url}/api/v4${API}/packages/generic/${name}/${version}/rows.ndjson.age`,
        { headers: { "private-token": userNamed("mira").token } },
      );
      const reviewers = life.stage.environment["SECLOG_ARTEFACT_KEY"] ?? "";
      const key = name.endsWith("-hand-over") ? life.stage.supportIdentity : reviewers;
      const clear = await open(new Uint8Array(await answer.arrayBuffer()), key);
      return { name, text: new TextDecoder().decode(clear) };
    }),
  );
}
let opened: readonly { readonly name: string; readonly text: string }[] = [];

beforeAll(async () => {
  life = await beginLife();
  const { environment, supportIdentity } = life.stage;
  for (const name of ["SECLOG_TOKEN", "SECLOG_ARTEFACT_KEY", "SECLOG_MARKER_KEY"])
    secrets.push(environment[name] ?? "");
  secrets.push(supportIdentity);
  await plantRows();
  listen(environment["SECLOG_TOKEN"] ?? "");
  await life.person("sofia").send("POST", `${API}/issues`, {
    title: `Incident ${TITLE}`,
    description: `${life.form()}\n## Anything else\n${FREE_TEXT} wrote to us\n`,
    confidential: true,
  });
  await pipeline("2026-11-20T09:00:00Z", true);
  await life.person("sofia").send("POST", `${API}/issues/1/notes`, { body: `We found ${COMMENT}` });
  for (const name of ["lena", "sam"]) {
    life.at("2026-11-20T10:00:00Z");
    await life.person(name).send("POST", `${API}/merge_requests/1/approve`, {});
  }
  await pipeline("2026-11-20T10:10:00Z", true);
  opened = await openPackages();
  await pipeline("2026-11-28T10:10:00Z", true);
}, 300_000);
afterAll(async () => {
  globalThis.fetch = plainFetch;
  await life.stage.close();
});

/** Which canaries stand in a text. */
const found = (text: string, canaries: readonly string[]): readonly string[] =>
  canaries.filter(
    (one) => text.includes(one) || text.includes(Buffer.from(one).toString("base64")),
  );

test("the whole life was lived, and every echo was met", async () => {
  expect(secrets.every((secret) => secret.length > 8)).toBe(true);
  expect(left.jobLog).toMatch(/merge at/);
  expect(left.jobLog).toMatch(/publish package IR-2026-0001-hand-over/);
  expect(left.jobLog).toMatch(/delete package/);
  expect(left.jobLog.match(/failed; the next run tries again/g)?.length).toBeGreaterThan(20);
});

test("no secret and no confidential text in any line of a job log", () => {
  expect(found(left.jobLog, [...secrets, ...NOWHERE, ...OF_THE_REQUEST])).toEqual([]);
});

test("no secret and no confidential text in any address, and the token in one header only", () => {
  expect(found(left.urls, [...secrets, ...NOWHERE])).toEqual([]);
  expect(found(left.headersElsewhere, [...secrets, ...NOWHERE])).toEqual([]);
  expect(left.headersElsewhere).not.toMatch(/^https?:/m);
});

test("no secret and no confidential text in anything that was sent: notes, pages, commits, manifests, issues", () => {
  expect(left.sent.length).toBeGreaterThan(10_000);
  expect(found(left.sent, [...secrets, ...NOWHERE])).toEqual([]);
});

test("nothing of it in GitLab either: custody log, commit messages, packages, gap issue", async () => {
  const log = (await get(
    `${API}/repository/files/${encodeURIComponent("information-request/2026/IR-2026-0001.jsonl")}?ref=custody`,
  )) as { readonly content: string };
  const commits = await Promise.all(
    ["main", "custody", "request%2FIR-2026-0001"].map((ref) =>
      get(`${API}/repository/commits?ref_name=${ref}&per_page=100`),
    ),
  );
  const gaps = await get("/projects/sec%2Fgap-tracker/issues");
  const texts = [
    Buffer.from(log.content, "base64").toString("utf8"),
    JSON.stringify(commits),
    JSON.stringify(gaps),
  ];
  for (const text of texts) expect(found(text, [...secrets, ...NOWHERE])).toEqual([]);
  expect(found(texts.join("\n"), OF_THE_REQUEST)).toEqual([]);
});

test("no file in clear is left on the runner", async () => {
  const work = life.stage.environment["SECLOG_WORK"] ?? "";
  const files = (await readdir(work, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  for (const file of files) {
    const text = (await readFile(join(file.parentPath, file.name))).toString("latin1");
    expect([file.name, found(text, NOWHERE)]).toEqual([file.name, []]);
  }
});

test("the rows that Support and the reviewers open hold the customer's events, and no stranger", () => {
  expect(opened.map(({ name }) => name)).toEqual(["IR-2026-0001", "IR-2026-0001-hand-over"]);
  for (const { text } of opened) {
    // The control: the planted row of the customer was read and released, without the person in it.
    expect(text).toContain(PLANTED_AT);
    expect(found(text, [...secrets, ...NOWHERE])).toEqual([]);
  }
});

test("the custody log of the whole life verifies from a clone, with its witnesses", async () => {
  const clone = join(life.stage.directory, "clone");
  const { username, token } = userNamed("mira");
  const address = life.stage.sandbox.url.replace("://", `://${username}:${token}@`);
  // Not the synchronous form: the sandbox answers from this process.
  await promisify(execFile)("git", ["clone", "-q", `${address}/sec/seclog.git`, clone]);
  const terminal = { ...testTerminal(), env: process.env };
  const exit = await verify.run(terminal, { repo: clone, json: true }, ["IR-2026-0001"]);
  const { witnesses, entries } = JSON.parse(terminal.written());
  expect(exit).toBe(0);
  expect(witnesses).toHaveLength(2);
  expect(entries.map(({ event }: { event: string }) => event)).toEqual([
    "verdict",
    "log-dive",
    "review",
    "hand-over",
    "gap",
    "destruction",
  ]);
});
