import { Encrypter, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Action } from "../scripts/domain/plan.ts";
import { API, approve, beginReview, DECIDE, type Life, spoil } from "./life.ts";

const HAND_OVER = ["hand-over", "gap", "status-update"];
const ID = "IR-2026-0001";
const BRANCH = `request/${ID}`;
const FOLDER = "requests/information-request/2026";

let life: Life;
beforeEach(async () => {
  life = await beginReview();
  await approve(life);
  await life.run(DECIDE);
}, 60_000);
afterEach(() => life.stage.close());

const mergeRequest = async () =>
  (await life.person("mira").get(`${API}/merge_requests/1`)) as {
    readonly state: string;
    readonly description: string;
  };
const packages = async () =>
  (await life.person("mira").get(`${API}/packages`)) as readonly {
    readonly name: string;
    readonly version: string;
  }[];
const send = async (method: string, path: string, user: string, body?: Uint8Array | object) => {
  const { users, url } = life.stage.sandbox;
  const token = users.find(({ username }) => username === user)?.token ?? "";
  const raw = body instanceof Uint8Array;
  const answer = await fetch(`${url}/api/v4${path}`, {
    method,
    headers: {
      "private-token": token,
      ...(raw ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
};
const named = (action: Action): string =>
  action.kind === "commit-files" ? action.message : action.kind;
const idOf = (name: string) =>
  life.stage.sandbox.users.find(({ username }) => username === name)?.id ?? 0;
const packageFile = async (file: string) => {
  const [stored] = await packages();
  return `${API}/packages/generic/${stored?.name}/${stored?.version}/${file}`;
};
const commit = (branch: string, action: object) =>
  send("POST", `${API}/repository/commits`, "mira", {
    branch,
    commit_message: "A change after the merge",
    actions: [action],
  });

test("nothing happened in between: it is handed over", async () => {
  expect((await mergeRequest()).state).toBe("merged");
  const { exit, plan } = await life.run(HAND_OVER);
  expect([exit, plan.map(({ kind }) => kind)]).toEqual([
    0,
    ["publish-package", "create-issue", "write-note", "commit-files"],
  ]);
});

/** What happens between the merge and the hand-over, and what the merge request's page says of it then. */
const CHANGES: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
  [
    "an approver is blocked",
    () => send("POST", `/users/${idOf("lena")}/block`, "root"),
    /the approval of `?lena`? does not count: the user is blocked/,
  ],
  [
    "an approver leaves the group",
    () => send("DELETE", `/groups/sec%2Fsecurity/members/${idOf("sam")}`, "root"),
    /the approval of `?sam`? does not count: no role asks for/,
  ],
  [
    "the manifest of the package is swapped",
    async () => {
      const path = await packageFile("manifest.json");
      const other = JSON.parse(await (await send("GET", path, "mira")).text());
      other.rows.count += 1;
      await send("PUT", path, "mira", Buffer.from(JSON.stringify(other)));
    },
    /the stored manifest is not the one that was approved/,
  ],
  [
    "the package is deleted",
    async () => {
      const [stored] = (await life.person("mira").get(`${API}/packages`)) as readonly {
        id: number;
      }[];
      await send("DELETE", `${API}/packages/${stored?.id}`, "mira");
    },
    /the artefact that was approved is not stored any more/,
  ],
  [
    "the branch moves",
    () =>
      commit(BRANCH, { action: "update", file_path: `${FOLDER}/${ID}.yaml`, content: "x: 1\n" }),
    /the branch moved after the merge/,
  ],
];

test.each(CHANGES)("held: %s", async (_, change, reason) => {
  await change();
  const handedOver = await life.run(HAND_OVER);
  expect(handedOver.plan.map(({ kind }) => kind)).not.toContain("publish-package");
  expect(handedOver.plan.map(({ kind }) => kind)).not.toContain("create-issue");
  const next = await life.run(DECIDE);
  expect([next.exit, next.plan.map(named)]).toEqual([0, ["edit-merge-request"]]);
  expect((await mergeRequest()).description).toMatch(reason);
  expect(await life.note()).toMatch(/Released once, held back now/);
  expect((await packages()).map(({ name }) => name)).not.toContain(`${ID}-hand-over`);
  for (const jobs of [HAND_OVER, DECIDE]) expect((await life.run(jobs)).plan).toEqual([]);
});

/** Other bytes, by somebody who cannot even seal them for the reviewers, and by somebody who can. */
const BYTES: readonly (readonly [string, () => Promise<Uint8Array | null>, RegExp])[] = [
  [
    "no sealed file",
    async () => Buffer.from("not age at all"),
    /rows\.ndjson is not the file that was sealed for the reviewers/,
  ],
  [
    "another file, well sealed",
    async () => {
      const encrypter = new Encrypter();
      encrypter.addRecipient(
        await identityToRecipient(life.stage.environment["SECLOG_ARTEFACT_KEY"] ?? ""),
      );
      return encrypter.encrypt('{"invented":true}\n');
    },
    /rows\.ndjson of IR-2026-0001\/\w+ is not the file that was approved/,
  ],
];

test.each(BYTES)("held and red: the package's rows are %s", async (_, bytes, reason) => {
  await send("PUT", await packageFile("rows.ndjson.age"), "mira", (await bytes()) ?? undefined);
  const first = await life.run(HAND_OVER);
  expect(first.exit).toBe(1);
  expect(first.failures).toEqual([{ item: ID, error: expect.stringMatching(reason) }]);
  expect(first.plan.map(({ kind }) => kind)).toEqual([
    "create-issue",
    "write-note",
    "commit-files",
  ]);
  const next = await life.run(DECIDE);
  expect([next.exit, next.plan.map(({ kind }) => kind)]).toEqual([
    0,
    ["edit-merge-request", "write-note"],
  ]);
  // The page puts names in code spans.
  expect((await mergeRequest()).description.replaceAll("`", "")).toMatch(reason);
  expect(await life.note()).toMatch(/Released once, held back now/);
  expect((await life.run(DECIDE)).plan).toEqual([]);
  const again = await life.run(HAND_OVER);
  expect([again.exit, again.plan]).toEqual([1, []]);
});

test("a download that was cut short on its way is red, and puts nothing on record", async () => {
  await spoil(life, {
    ...{ kind: "truncated", times: 1 },
    match: { method: "GET", path: "rows\\.csv\\.age" },
  });
  const first = await life.run(HAND_OVER);
  expect(first.failures).toEqual([
    { item: ID, error: expect.stringMatching(/rows\.csv of .* came differently twice/) },
  ]);
  expect([first.exit, first.plan]).toEqual([1, []]);
  const next = await life.run(HAND_OVER);
  expect([next.exit, next.plan.map(({ kind }) => kind)]).toEqual([
    0,
    ["publish-package", "create-issue", "write-note", "commit-files"],
  ]);
});

test("an approval is taken back after the merge: it does not count any more", async () => {
  const taken = await send("POST", `${API}/merge_requests/1/unapprove`, "sam").catch(String);
  const { plan } = await life.run(HAND_OVER);
  if (typeof taken === "string") {
    // GitLab refuses it on a merged merge request; then it stands.
    expect(taken).toMatch(/40[1-9]/);
    expect(plan.map(({ kind }) => kind)).toContain("publish-package");
    return;
  }
  expect(plan.map(({ kind }) => kind)).not.toContain("publish-package");
  await life.run(DECIDE);
  expect((await mergeRequest()).description).toMatch(/\*\*security:\*\* may still approve/);
});
