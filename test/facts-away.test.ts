// The system of record for accounts fails at every stage of a request's life: nothing is decided meanwhile, and all is done afterwards.
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { API, beginLife, fileRequest, type Life } from "./life.ts";

type Away = (response: ServerResponse) => void;
const json = (body: string) => (response: ServerResponse) =>
  response.writeHead(200, { "content-type": "application/json" }).end(body);

/** A life whose facts come over HTTP; `fail(null)` lets them come again. */
async function lifeWithService() {
  const life = await beginLife();
  const directory = (life.stage.environment["SECLOG_ACCOUNTS"] ?? "").replace(/^file:/, "");
  const facts = await readFile(join(directory, "acme-corp.json"), "utf8");
  let away: Away | null = null;
  const server = createServer((_request, response) => (away ?? json(facts))(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await life.stage.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run = (jobs: readonly string[]) => life.run(jobs, { env: { SECLOG_ACCOUNTS: url } });
  return {
    life,
    run,
    fail: (how: Away | null) => {
      away = how;
    },
  };
}

const REQUESTS = ["intake", "eligibility", "routing", "redaction", "review", "status-update"];
const PUBLISH = ["redaction", "review", "status-update"];
const HAND_OVER = ["hand-over", "gap", "status-update"];
const approve = (life: Life, username: string) =>
  life.person(username).send("POST", `${API}/merge_requests/1/approve`, {});

/** What happens before, the jobs that run while the facts are away, and the write that must wait until they are back. */
const STAGES: readonly {
  readonly name: string;
  readonly before: (life: Life) => Promise<unknown>;
  readonly jobs: readonly string[];
  readonly waits: string;
}[] = [
  { name: "eligibility", before: fileRequest, jobs: REQUESTS, waits: "open-merge-request" },
  { name: "log-dive", before: async () => {}, jobs: ["log-dive"], waits: "publish-package" },
  { name: "redaction", before: async () => {}, jobs: PUBLISH, waits: "commit-files" },
  {
    name: "review",
    before: async (life) => {
      life.at("2026-11-20T09:05:00Z");
      await approve(life, "lena");
      await approve(life, "sam");
    },
    jobs: REQUESTS,
    waits: "merge",
  },
  { name: "hand-over", before: async () => {}, jobs: HAND_OVER, waits: "publish-package" },
];
/** Whatever decides or hands on; a comment and labels may say that the facts cannot be read. */
const DECISIONS = ["open-merge-request", "publish-package", "merge", "create-issue"];

test.each<[string, Away, "the comment" | "a failure"]>([
  ["refuses", (response) => response.writeHead(403).end(), "the comment"],
  ["hangs up", (response) => response.socket?.destroy(), "the comment"],
  [
    "answers with a page",
    (response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in</h1>");
    },
    "a failure",
  ],
  ["answers in another shape", json('{"plan": 7, "paid": "yes"}'), "a failure"],
])(
  "the service of account facts %s at every stage",
  { timeout: 300_000 },
  async (_, how, toldBy) => {
    const { life, run, fail } = await lifeWithService();
    for (const { name, before, jobs, waits } of STAGES) {
      await before(life);
      fail(how);
      const away = await run(jobs);
      const kinds = away.plan.map(({ kind }) => kind);
      expect({ name, decided: kinds.filter((kind) => DECISIONS.includes(kind)) }).toEqual({
        name,
        decided: [],
      });
      expect({ name, failures: away.failures.length, exit: away.exit }).toEqual(
        toldBy === "a failure" ? { name, failures: 1, exit: 1 } : { name, failures: 0, exit: 0 },
      );
      if (toldBy === "a failure")
        expect(away.failures[0]?.error).toMatch(/facts of acme-corp|JSON/);
      fail(null);
      const back = await run(jobs);
      expect({ name, exit: back.exit, kinds: back.plan.map(({ kind }) => kind) }).toEqual({
        name,
        exit: 0,
        kinds: expect.arrayContaining([waits]),
      });
    }
    for (const jobs of [REQUESTS, ["log-dive"], PUBLISH, HAND_OVER])
      expect((await run(jobs)).plan).toEqual([]);
  },
);
