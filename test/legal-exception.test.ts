// An exception from asking to hand-over: who may grant it, for what, and what a grant is not.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ACME_FACTS } from "../scripts/demo/stage.ts";
import { API, beginLife, fileRequest, type Life } from "./life.ts";

let life: Life;
beforeEach(async () => {
  life = await beginLife();
  await facts({ trial: true });
});
afterEach(() => life.stage.close());

const DECIDE = ["intake", "eligibility", "routing", "redaction", "review", "status-update"];
const kinds = (plan: readonly { readonly kind: string }[]) => plan.map(({ kind }) => kind);
const facts = (more: object) =>
  writeFile(
    join(life.stage.directory, "accounts", "acme-corp.json"),
    JSON.stringify({ ...ACME_FACTS, ...more }),
  );

const asking = (): string =>
  life
    .form()
    .replace(/(## Exception requested\n[^#]*)- \[ \] Yes\n- \[x\] No\n/, "$1- [x] Yes\n- [ ] No\n")
    .replace("## Exception reason\n", "## Exception reason\nThe trial began after an outage.\n");

/** Files a request of an account on trial, and returns the digest that the comment asks Legal to decide on. */
async function askLegal(): Promise<string> {
  await fileRequest(life, { description: asking() });
  await life.run(DECIDE);
  return digestAsked();
}
async function digestAsked(): Promise<string> {
  const comment = await life.note();
  return /grant exception for ([0-9a-f]{64}) /.exec(comment)?.[1] ?? expect.fail(comment);
}
const say = (username: string, body: string) =>
  life.person(username).send("POST", `${API}/issues/1/notes`, { body });
const grant = (sha256: string, more: { waiving?: string; until?: string } = {}): string =>
  `/seclog grant exception for ${sha256} waiving ${more.waiving ?? "trial"} until ${more.until ?? "2026-12-10"} reference LEGAL-2026-17`;

async function call(method: string, path: string, body?: object): Promise<void> {
  const root = life.stage.sandbox.users.find(({ role }) => role === "admin");
  const answer = await fetch(`${life.stage.sandbox.url}/api/v4${path}`, {
    method,
    headers: { "private-token": root?.token ?? "", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true);
}
async function custody(): Promise<readonly { event: string; data: Record<string, unknown> }[]> {
  const path = encodeURIComponent("information-request/2026/IR-2026-0001.jsonl");
  const file = (await life.person("mira").get(`${API}/repository/files/${path}?ref=custody`)) as {
    readonly content: string;
  };
  const text = Buffer.from(file.content, "base64").toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("asked, granted, dived for, approved, handed over; the record says who waived what", async () => {
  const sha256 = await askLegal();
  expect(await life.labels()).toEqual(
    expect.arrayContaining(["Route::Legal", "Stage::Routing", "Request::Needs-Info"]),
  );
  expect((await life.run(["log-dive"])).plan).toEqual([]);
  life.at("2026-11-20T10:00:00Z");
  await say("lena", grant(sha256));
  const dry = await life.run(DECIDE, { dryRun: true });
  expect(dry.writes).toEqual([]);
  const granted = await life.run(DECIDE);
  expect(granted.plan).toEqual(dry.plan);
  expect(kinds(granted.plan)).toContain("open-merge-request");
  expect((await life.run(DECIDE)).writes).toEqual([]);
  expect(await life.labels()).toEqual(
    expect.arrayContaining(["Request::Eligible", "Stage::Log-Dive"]),
  );
  expect(await life.note()).toMatch(
    /Exception:\*\* GitLab Legal waived trial for this request: `?LEGAL-2026-17/,
  );
  await life.run(["log-dive"]);
  await life.run(["redaction", "review", "status-update"]);
  // The grant is no approval: Legal has to approve the artefact as well.
  life.at("2026-11-20T11:00:00Z");
  await life.person("sam").send("POST", `${API}/merge_requests/1/approve`, {});
  expect(kinds((await life.run(DECIDE)).plan)).not.toContain("merge");
  await life.person("noor").send("POST", `${API}/merge_requests/1/approve`, {});
  expect(kinds((await life.run(DECIDE)).plan)).toContain("merge");
  expect(kinds((await life.run(["hand-over"])).plan)).toContain("publish-package");
  const log = await custody();
  expect(log.map(({ event }) => event)).toEqual([
    "verdict",
    "exception",
    "verdict",
    "log-dive",
    "review",
    "hand-over",
  ]);
  expect(log[1]?.data).toMatchObject({
    decision: "grant",
    decided_by: "user 21 at 2026-11-20T10:00:00.000Z",
    waives: ["trial"],
    reference: "LEGAL-2026-17",
    expires_at: "2026-12-11T00:00:00Z",
    request_sha256: sha256,
  });
  expect(log[2]?.data).toMatchObject({ verdict: "accept", failed: [], waived: ["trial"] });
});

test("refused: not eligible, with the reason and a sentence for the customer; a deleted note brings nothing back", async () => {
  const sha256 = await askLegal();
  life.at("2026-11-20T10:00:00Z");
  await say("lena", grant(sha256));
  life.at("2026-11-20T10:05:00Z");
  const refusal = (await say(
    "noor",
    `/seclog refuse exception for ${sha256} because no contract covers it @all`,
  )) as { readonly id: number };
  await life.run(DECIDE);
  const comment = await life.note();
  expect(comment).toMatch(/GitLab Legal refused the exception: no contract covers it `@all`/);
  expect(comment).toMatch(/> .*an exception is not possible/);
  expect(await life.labels()).toContain("Request::Ineligible");
  await call("DELETE", `${API}/issues/1/notes/${refusal.id}`);
  expect(kinds((await life.run(DECIDE)).plan)).not.toContain("open-merge-request");
  expect(await life.labels()).toContain("Request::Ineligible");
});

const refused: readonly [string, RegExp, (sha256: string) => Promise<unknown>][] = [
  [
    "another team",
    /statement of `sam` .* its author is not in legal/,
    (sha) => say("sam", grant(sha)),
  ],
  [
    "the requester, though in Legal",
    /statement of `sofia` .* requester and log-diver do not decide/,
    async (sha) => {
      await call("POST", "/groups/sec%2Flegal/members", { user_id: 41, access_level: 30 });
      life.at("2026-11-20T12:00:00Z");
      await say("sofia", grant(sha));
    },
  ],
  [
    "the log-diver, though in Legal",
    /statement of `lena` .* requester and log-diver do not decide/,
    async (sha) => {
      await say("lena", grant(sha));
      await life.person("mira").send("PUT", `${API}/issues/1`, { assignee_ids: [21] });
    },
  ],
  [
    "one who joined Legal later",
    /statement of `diego` .* was not in legal when it was written/,
    async (sha) => {
      await say("diego", grant(sha));
      life.at("2026-11-20T12:00:00Z");
      await call("POST", "/groups/sec%2Flegal/members", { user_id: 51, access_level: 30 });
    },
  ],
  [
    "one who left Legal",
    /statement of `lena` .* its author is not in legal/,
    async (sha) => {
      await say("lena", grant(sha));
      await call("DELETE", "/groups/sec%2Flegal/members/21");
    },
  ],
  [
    "one who was blocked",
    /statement of `lena` .* its author is blocked/,
    async (sha) => {
      await say("lena", grant(sha));
      await call("POST", "/users/21/block");
    },
  ],
  [
    "a maintainer who put words into Legal's comment",
    /statement of `lena` .* the note was edited/,
    async (sha) => {
      const { id } = (await say("lena", "I shall look at it.")) as { readonly id: number };
      life.at("2026-11-20T12:00:00Z");
      await life.person("mira").send("PUT", `${API}/issues/1/notes/${id}`, { body: grant(sha) });
    },
  ],
  [
    "an older text of the request",
    /statement of `lena` .* another text of the request/,
    async (sha) => {
      await say("lena", grant(sha));
      const description = asking().replaceAll("acme-corp/payments/api", "acme-corp/payments/web");
      await life.person("sofia").send("PUT", `${API}/issues/1`, { description });
    },
  ],
  [
    "a rule that nobody can waive",
    /statement of `lena` .* nobody can waive `customer_participant`/,
    (sha) => say("lena", grant(sha, { waiving: "trial, customer_participant" })),
  ],
  [
    "a grant without end",
    /statement of `lena` .* a grant reaches `?P31D`? at most/,
    (sha) => say("lena", grant(sha, { until: "2027-12-31" })),
  ],
  [
    "a line that was not completed",
    /statement of `lena` .* not understood/,
    (sha) => say("lena", `/seclog grant exception for ${sha} waiving trial until … reference …`),
  ],
  ["an approval of the merge request's like", /Needs an exception/, () => say("lena", "Approved")],
];
test.each(refused)("%s: nothing is granted, and the comment says why", async (_, why, act) => {
  const sha256 = await askLegal();
  life.at("2026-11-20T10:00:00Z");
  await act(sha256);
  const { plan } = await life.run(DECIDE);
  expect(kinds(plan)).not.toContain("open-merge-request");
  expect((await life.run(["log-dive"])).plan).toEqual([]);
  expect(await life.note()).toMatch(why);
});

test("a grant that covers less than what stands against the request leaves the rest with Legal", async () => {
  await facts({ trial: true, support_plan: "starter" });
  const sha256 = await askLegal();
  await say("lena", grant(sha256));
  expect(kinds((await life.run(DECIDE)).plan)).not.toContain("open-merge-request");
  expect(await life.note()).toMatch(/waiving deprecated_support_plan, trial until … reference …/);
  await say("lena", grant(sha256, { waiving: "trial, deprecated_support_plan" }));
  expect(kinds((await life.run(DECIDE)).plan)).toContain("open-merge-request");
});

test("a grant that has ended, or is taken back, closes the way again, approvals or not", async () => {
  const sha256 = await askLegal();
  life.at("2026-11-20T10:00:00Z");
  await say("lena", grant(sha256, { until: "2026-11-20" }));
  await life.run(DECIDE);
  await life.run(["log-dive"]);
  await life.run(["redaction", "review", "status-update"]);
  life.at("2026-11-20T11:00:00Z");
  for (const username of ["sam", "noor"])
    await life.person(username).send("POST", `${API}/merge_requests/1/approve`, {});
  life.at("2026-11-21T00:00:00Z");
  expect(kinds((await life.run(DECIDE)).plan)).not.toContain("merge");
  expect(await life.note()).toMatch(/Legal's grant has expired/);
});

test("what Legal cannot waive stays refused, whatever it grants", async () => {
  const sha256 = await askLegal();
  await facts({ trial: true, deployment: "dedicated" });
  await say("lena", grant(sha256));
  expect(kinds((await life.run(DECIDE)).plan)).not.toContain("open-merge-request");
  expect(await life.labels()).toContain("Request::Ineligible");
});
