// A merge request that changes policies, in the sandbox: one comment, kept current, and nothing of the change is run.
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { POLICY_FOLDER } from "../scripts/adapters/policy-path.ts";
import { API, beginLife, fileRequest, type Life } from "./life.ts";

let life: Life;
beforeAll(async () => {
  life = await beginLife();
  await fileRequest(life);
  await life.run(["intake", "eligibility", "routing", "status-update"]);
}, 60_000);
afterAll(() => life.stage.close());

const routing = await readFile(`${POLICY_FOLDER}/routing.yaml`, "utf8");
const commit = (
  branch: string,
  start: string | null,
  path: string,
  content: string,
  action = start === null ? "update" : "create",
) =>
  life.person("mira").send("POST", `${API}/repository/commits`, {
    branch,
    ...(start === null ? {} : { start_branch: start }),
    commit_message: "Change a policy",
    actions: [{ action, file_path: path, content }],
  });
const open = async (branch: string): Promise<number> => {
  const made = (await life.person("mira").send("POST", `${API}/merge_requests`, {
    source_branch: branch,
    target_branch: "main",
    title: branch,
  })) as { readonly iid: number };
  return made.iid;
};
const comments = async (iid: number): Promise<readonly string[]> => {
  const notes = (await life.person("mira").get(`${API}/merge_requests/${iid}/notes`)) as readonly {
    readonly body: string;
    readonly author: { readonly username: string };
    readonly system: boolean;
  }[];
  return notes
    .filter(({ author, system }) => author.username === "seclog-bot" && !system)
    .map(({ body }) => body);
};

let change: number;

test("a changed limit is tried on past requests, and told by counts and ids", async () => {
  await commit(
    "stricter",
    "main",
    "policies/routing.yaml",
    routing.replace("value: P7D", "value: P1D").replace("complex: false", "complex: true"),
  );
  change = await open("stricter");
  const { exit, plan } = await life.run(["policy-preview"]);
  expect(exit).toBe(0);
  expect(plan.map(({ kind }) => kind)).toEqual(["write-merge-request-note"]);
  const [body, ...more] = await comments(change);
  expect(more).toEqual([]);
  expect(body).toContain("Past requests, each by the limits of its day of filing: 1");
  expect(body).toMatch(/`npx seclog validate` refuses/);
  expect(body).toContain("policies/routing.yaml:");
  expect(body).not.toMatch(/acme|payments|sofia/);
});

test("a second run writes nothing, and neither does a dry one", async () => {
  expect((await life.run(["policy-preview"])).writes).toEqual([]);
  expect((await life.run(["policy-preview"], { dryRun: true })).plan).toEqual([]);
});

test("a later push is read anew, into the same comment", async () => {
  await commit(
    "stricter",
    null,
    "policies/routing.yaml",
    routing.replaceAll("P7D", "P2D").replace('"!request.complex"', '"request.complexity"'),
  );
  const { plan, writes } = await life.run(["policy-preview"]);
  expect(plan).toMatchObject([{ kind: "write-merge-request-note", mergeRequest: change }]);
  expect(writes.map(({ method }) => method)).toEqual(["PUT"]);
  const [body, ...more] = await comments(change);
  expect(more).toEqual([]);
  expect(body).toContain("The policies of this merge request cannot be read");
  expect(body).toMatch(/policies\/routing\.yaml:\d+:\d+ rules\[1\]\.require/);
});

test("a flip is named by its kind, its count and the id of the request", async () => {
  const lane = await readFile(`${POLICY_FOLDER}/lane.yaml`, "utf8");
  await commit("lanes", "main", "policies/lane.yaml", lane.replace("[saved]", "[saved, partly]"));
  const iid = await open("lanes");
  await life.run(["policy-preview"]);
  const [body] = await comments(iid);
  expect(body).toContain("### Past verdicts that flip: 1; validate refuses the change");
  expect(body).toContain("| accept, sirt → accept, sirt, self-serve (lane) | 1 | IR-2026-0001 |");
});

test("a deleted policy file is a fault of the merge request, and of nothing else", async () => {
  const lane = await readFile(`${POLICY_FOLDER}/lane.yaml`, "utf8");
  await commit("main", null, "policies/lane.yaml", lane, "create");
  await commit("without-lanes", "main", "policies/lane.yaml", "", "delete");
  const iid = await open("without-lanes");
  expect((await life.run(["policy-preview"], { dryRun: true })).writes).toEqual([]);
  const { exit, plan } = await life.run(["policy-preview"]);
  expect(exit).toBe(0);
  expect(plan).toContainEqual(
    expect.objectContaining({ kind: "write-merge-request-note", mergeRequest: iid, note: null }),
  );
  const [body, ...more] = await comments(iid);
  expect(more).toEqual([]);
  expect(body).toContain("The policies of this merge request cannot be read");
  expect(body).toContain("policies/lane.yaml:1:1");
  expect(body).toContain("the file is gone");
  expect((await life.run(["policy-preview"])).writes).toEqual([]);
  // The run's own policies stand: the request is judged as before.
  expect((await life.run(["eligibility", "routing"])).failures).toEqual([]);
});

test("what touches no policy gets no comment", async () => {
  await commit("docs-only", "main", "docs/note.md", "A note.\n");
  const iid = await open("docs-only");
  expect((await life.run(["policy-preview"])).writes).toEqual([]);
  expect(await comments(iid)).toEqual([]);
});
