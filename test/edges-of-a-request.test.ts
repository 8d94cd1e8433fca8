import { afterEach, beforeEach, expect, test } from "vitest";
import { API, beginLife, fileRequest, type Life } from "./life.ts";

let life: Life;
beforeEach(async () => {
  life = await beginLife();
});
afterEach(() => life.stage.close());

const DECIDE = ["intake", "eligibility", "routing", "redaction", "review", "status-update"];
const kinds = (plan: readonly { readonly kind: string }[]) => plan.map(({ kind }) => kind);

async function untilReview(): Promise<void> {
  await fileRequest(life);
  await life.run(DECIDE);
  await life.run(["log-dive"]);
  await life.run(["redaction", "review", "status-update"]);
}
const approve = (username: string) =>
  life.person(username).send("POST", `${API}/merge_requests/1/approve`, {});

test("a request that is right at once is accepted at once, and then left alone", async () => {
  await fileRequest(life);
  const first = await life.run(DECIDE);
  expect(kinds(first.plan)).toContain("open-merge-request");
  const second = await life.run(DECIDE);
  expect(second.plan).toEqual([]);
});

test("a public request is made confidential first, and judged as it was", async () => {
  const description = life.form().replace("/confidential\n", "");
  await fileRequest(life, { confidential: false, description });
  const first = await life.run(DECIDE);
  expect(kinds(first.plan)[0]).toBe("set-confidential");
  expect(kinds(first.plan)).not.toContain("open-merge-request");
  expect(await life.note()).toMatch(/not_confidential/);
  const second = await life.run(DECIDE);
  expect(kinds(second.plan)).toContain("open-merge-request");
});

test("an edit after the dive voids the artefact and both approvals", async () => {
  await untilReview();
  life.at("2026-11-20T10:00:00Z");
  await approve("lena");
  await approve("sam");
  await life.person("sofia").send("PUT", `${API}/issues/1`, {
    description: life.form().replaceAll("acme-corp/payments/api", "acme-corp/payments/web"),
  });
  const edited = await life.run(DECIDE);
  expect(kinds(edited.plan)).not.toContain("merge");
  expect(kinds(edited.plan)).toContain("commit-files");
  expect(await life.labels()).toContain("Stage::Log-Dive");
  const again = await life.run(["hand-over"]);
  expect(again.plan).toEqual([]);
});

test("two issues that ask for the same make one log-dive", async () => {
  await fileRequest(life);
  await fileRequest(life);
  const { plan } = await life.run(DECIDE);
  const requests = plan.filter(({ kind }) => kind === "open-merge-request");
  expect(requests).toMatchObject([{ sourceBranch: "request/IR-2026-0001" }]);
  const notes = plan.flatMap((action) => (action.kind === "write-note" ? [action] : []));
  expect(notes.find(({ issue }) => issue === 2)?.body).toMatch(/duplicate/);
  expect(notes.find(({ issue }) => issue === 1)?.body).not.toMatch(/\| `duplicate` \|.*another/i);
});

test("a custody log that was changed stops its request, and no other", async () => {
  await fileRequest(life);
  await life.run(DECIDE);
  const path = "information-request/2026/IR-2026-0001.jsonl";
  const url = `${API}/repository/files/${encodeURIComponent(path)}`;
  const file = (await life.person("mira").get(`${url}?ref=custody`)) as {
    readonly content: string;
  };
  const text = Buffer.from(file.content, "base64").toString("utf8");
  await life.person("mira").send("PUT", url, {
    branch: "custody",
    content: text.replace('"verdict":"accept"', '"verdict":"reject"'),
    commit_message: "tamper",
  });
  await fileRequest(life, { description: life.form({ from: "2026-11-17", to: "2026-11-17" }) });
  const { exit, failures, plan } = await life.run(DECIDE);
  expect(exit).toBe(1);
  expect(failures).toMatchObject([
    {
      item: "IR-2026-0001",
      error: expect.stringMatching(/line 1 was changed.*nothing is decided/),
    },
  ]);
  expect(plan.find(({ kind }) => kind === "open-merge-request")).toMatchObject({
    sourceBranch: "request/IR-2026-0002",
  });
});

test("another file in the request's branch holds the release, whoever approved", async () => {
  await untilReview();
  await life.person("mira").send("POST", `${API}/repository/commits`, {
    branch: "request/IR-2026-0001",
    commit_message: "help",
    actions: [{ action: "create", file_path: "scripts/evil.ts", content: "x" }],
  });
  life.at("2026-11-20T10:00:00Z");
  await approve("lena");
  await approve("sam");
  const { plan } = await life.run(DECIDE);
  expect(kinds(plan)).not.toContain("merge");
  const page = plan.flatMap((action) =>
    action.kind === "edit-merge-request" ? [action.description] : [],
  );
  expect(page.join()).toMatch(/scripts\/evil\.ts/);
});

test("an approval by somebody of no team, and one given before the manifest, do not count", async () => {
  await fileRequest(life);
  await life.run(DECIDE);
  life.at("2026-11-20T09:05:00Z");
  await approve("lena");
  life.at("2026-11-20T09:10:00Z");
  await life.run(["log-dive"]);
  await life.run(["redaction", "review", "status-update"]);
  life.at("2026-11-20T10:00:00Z");
  await approve("sam");
  await approve("mira");
  const { plan } = await life.run(DECIDE);
  expect(kinds(plan)).not.toContain("merge");
});

test("a request with an open question to its author is not dived for", async () => {
  await fileRequest(life, { description: life.form({ from: "", to: "" }) });
  await life.run(DECIDE);
  expect((await life.run(["log-dive"])).plan).toEqual([]);
});

test("new issues of the tracker enter the queue of Security Logging once, and what waits is listed", async () => {
  await life.person("diego").send("POST", `${API}/issues`, { title: "Please ingest the VPN logs" });
  await fileRequest(life);
  const first = await life.run(["triage"]);
  expect(first.plan).toEqual([
    { kind: "change-labels", issue: 1, add: ["SecLog::Incoming-Requests"], remove: [] },
    { kind: "change-labels", issue: 1, add: ["☁️ SecLog"], remove: [] },
  ]);
  expect((await life.run(["triage"])).writes).toEqual([]);
  life.at("2026-11-22T09:00:00Z");
  const listed = await life.run(["incoming-requests"]);
  expect([listed.exit, listed.writes]).toEqual([0, []]);
});

test("without a system of record no request is accepted, and the comment says so", async () => {
  await fileRequest(life);
  const { exit, plan, complaints } = await life.run(DECIDE, { env: { SECLOG_ACCOUNTS: "" } });
  expect(exit).toBe(0);
  expect(complaints).toMatch(/SECLOG_ACCOUNTS is not set/);
  expect(kinds(plan)).not.toContain("open-merge-request");
  expect(await life.note()).toMatch(/facts_unavailable|account_not_found/);
});
