import { afterAll, beforeAll, expect, test } from "vitest";
import { pipelineJobs } from "../scripts/demo/pipeline.ts";
import type { Action } from "../scripts/domain/plan.ts";
import { API, beginLife, fileRequest, type Life, type RunResult, type Write } from "./life.ts";

let life: Life;
beforeAll(async () => {
  life = await beginLife();
});
afterAll(() => life.stage.close());

/** The calls that an action must become: method and the end of the path. */
function callsOf(action: Action): readonly string[] {
  switch (action.kind) {
    case "set-confidential":
    case "change-labels":
      return [`PUT /issues/${action.issue}`];
    case "write-note":
      return [
        action.note === null
          ? `POST /issues/${action.issue}/notes`
          : `PUT /issues/${action.issue}/notes/${action.note}`,
      ];
    case "delete-note":
      return [`DELETE /issues/${action.issue}/notes/${action.note}`];
    case "write-merge-request-note":
    case "delete-merge-request-note":
      throw new Error("a request's life has no note on a merge request");
    case "commit-files":
      return ["POST /repository/commits"];
    case "open-merge-request":
      return ["POST /merge_requests"];
    case "edit-merge-request":
    case "close-merge-request":
      return [`PUT /merge_requests/${action.mergeRequest}`];
    case "merge":
      return [`PUT /merge_requests/${action.mergeRequest}/merge`];
    case "publish-package":
      return action.files.map(
        (file) => `PUT /packages/generic/${action.name}/${action.version}/${file}`,
      );
    case "delete-package":
      return [`DELETE /packages/${action.package}`];
    case "create-issue":
      return ["POST /issues"];
    case "edit-issue":
      return [`PUT /issues/${action.issue}`];
  }
}
const shortCall = ({ method, path }: Write): string =>
  `${method} ${path.replace(/^\/api\/v4\/projects\/[^/]+/, "")}`;

/** The text that an action would write, where it has one. */
const textOf = (action: Action): string | null =>
  "body" in action ? action.body : "description" in action ? action.description : null;

/** Packages are sealed anew on every run: their directory and bytes differ, nothing else may. */
const comparable = (plan: readonly Action[]) =>
  plan.map((action) => (action.kind === "publish-package" ? { ...action, directory: "" } : action));

/** Runs every job of the pipeline dry, really, and once more. */
async function threeTimes(): Promise<ReadonlyMap<string, RunResult>> {
  const results = new Map<string, RunResult>();
  for (const { name, words } of await pipelineJobs()) {
    const dry = await life.run(words, { dryRun: true });
    expect([name, dry.exit, dry.writes]).toEqual([name, 0, []]);
    const real = await life.run(words);
    expect([name, real.exit, real.failures]).toEqual([name, 0, []]);
    expect(comparable(real.plan)).toEqual(comparable(dry.plan));
    expect(real.writes.map(shortCall)).toEqual(dry.plan.flatMap(callsOf));
    for (const text of real.plan.map(textOf).filter((text) => text !== null))
      expect(real.writes.map(({ body }) => body).join("\n")).toContain(
        JSON.stringify(text.trimEnd()).slice(1, -1),
      );
    const again = await life.run(words);
    expect([name, again.exit, again.plan, again.writes]).toEqual([name, 0, [], []]);
    results.set(name, real);
  }
  return results;
}
const kinds = (result: RunResult | undefined): readonly string[] =>
  (result?.plan ?? []).map(({ kind }) => kind);

test("an incomplete form: one comment says what is missing, at which line", async () => {
  await fileRequest(life, {
    description: life.form({ from: "2026-11-16 00:00", to: "2026-11-18 00:00" }),
  });
  const results = await threeTimes();
  expect(kinds(results.get("requests"))).toEqual(["change-labels", "write-note", "commit-files"]);
  expect(await life.note()).toMatch(/timezone_missing/);
  expect(await life.labels()).toEqual(
    expect.arrayContaining(["information-request", "Request::Needs-Info", "Stage::Intake"]),
  );
});

test("corrected: accepted, routed, dived, redacted, in review", async () => {
  life.at("2026-11-20T09:20:00Z");
  await life.person("sofia").send("PUT", `${API}/issues/1`, { description: life.form() });
  const results = await threeTimes();
  expect(kinds(results.get("requests"))).toEqual([
    "commit-files",
    "open-merge-request",
    "change-labels",
    "write-note",
    "commit-files",
  ]);
  expect(kinds(results.get("log-dive"))).toEqual(["publish-package"]);
  expect(kinds(results.get("publish"))).toEqual([
    "commit-files",
    "edit-merge-request",
    "change-labels",
    "write-note",
    "commit-files",
  ]);
  expect(await life.labels()).toEqual(
    expect.arrayContaining(["Request::Eligible", "Route::SIRT", "Stage::Review"]),
  );
});

test("one approval holds, the requester's and the bot's do not count", async () => {
  life.at("2026-11-20T10:00:00Z");
  await life.person("lena").send("POST", `${API}/merge_requests/1/approve`, {});
  const results = await threeTimes();
  expect(kinds(results.get("requests"))).toEqual(["edit-merge-request"]);
  expect([...results.values()].flatMap(kinds)).not.toContain("merge");
});

test("the second role releases: merged, handed over, gap filed, all in one pipeline", async () => {
  life.at("2026-11-20T10:40:00Z");
  await life.person("sam").send("POST", `${API}/merge_requests/1/approve`, {});
  const results = await threeTimes();
  expect(kinds(results.get("requests"))).toEqual([
    "edit-merge-request",
    "merge",
    "change-labels",
    "write-note",
    "commit-files",
  ]);
  expect(kinds(results.get("hand-over"))).toEqual([
    "publish-package",
    "create-issue",
    "write-note",
    "commit-files",
  ]);
  const gaps = (await life.person("mira").get("/projects/sec%2Fgap-tracker/issues")) as readonly {
    readonly description: string;
    readonly confidential: boolean;
    readonly labels: readonly string[];
  }[];
  expect(gaps).toHaveLength(1);
  expect(gaps[0]?.labels).toEqual(
    expect.arrayContaining(["Category:Audit Events", "Enterprise Edition"]),
  );
  expect(gaps[0]?.description).not.toMatch(/acme|IR-2026|ZD-4711|jdoe/);
});

test("a label set by hand means nothing, and one of our scopes is put right", async () => {
  await life
    .person("mira")
    .send("PUT", `${API}/issues/1`, { add_labels: "Legal::Approved,Request::Ineligible" });
  const results = await threeTimes();
  expect([...results.values()].flatMap(kinds)).toEqual(["change-labels"]);
  expect(await life.labels()).toContain("Request::Eligible");
});

test("when the artefact has expired its packages are destroyed, with a receipt", async () => {
  life.at("2026-11-28T00:00:00Z");
  const results = await threeTimes();
  expect(kinds(results.get("hand-over"))).toContain("delete-package");
  const packages = await life.person("mira").get(`${API}/packages`);
  expect(packages).toEqual([]);
  const log = (await life
    .person("mira")
    .get(
      `${API}/repository/files/${encodeURIComponent("information-request/2026/IR-2026-0001.jsonl")}?ref=custody`,
    )) as {
    readonly content: string;
  };
  const events = Buffer.from(log.content, "base64")
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).event);
  expect(events).toEqual([
    "verdict",
    "verdict",
    "log-dive",
    "review",
    "hand-over",
    "gap",
    "destruction",
  ]);
});

test("a closed issue is left alone", async () => {
  await life.person("sofia").send("PUT", `${API}/issues/1`, { state_event: "close" });
  const results = await threeTimes();
  expect([...results.values()].flatMap(kinds)).toEqual([]);
});
