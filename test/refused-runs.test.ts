import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { demoForm } from "../scripts/demo/form.ts";
import { ADVICE, DANGEROUS, UNSAFE } from "./broken-installations.ts";
import { API, type Installed, installSoundly } from "./sound-installation.ts";

const REQUESTS = ["intake", "eligibility", "routing", "redaction", "review", "status-update"];
const WINDOW = { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" };

let installed: Installed;
beforeAll(async () => {
  installed = await installSoundly();
});
afterEach(() => installed.mend());
afterAll(() => installed.stage.close());

const fileRequest = async () => {
  await installed.call("sofia", "POST", `${API}/issues`, {
    title: "Customer incident at acme-corp",
    description: (await demoForm())(WINDOW),
    confidential: true,
  });
};

describe("no run acts while a setting is dangerous", () => {
  test.each(DANGEROUS)("%s", async (id, spoil) => {
    await fileRequest();
    await spoil(installed);
    const refused = await installed.run(REQUESTS);
    expect([refused.exit, refused.writes]).toEqual([3, 0]);
    expect(refused.complaints).toContain(`dangerous  ${id}\n`);
    expect(refused.complaints).toContain("nothing was done");
  });
});

test("the job that reads logs refuses with the token that can only read", async () => {
  await installed.call("root", "PUT", API, { visibility: "public" });
  const refused = await installed.run(["log-dive"], { SECLOG_TOKEN: installed.readToken });
  expect([refused.exit, refused.writes]).toEqual([3, 0]);
  expect(refused.complaints).toContain("tracker-not-private");
});

test("protected branches that cannot be read are not taken for protected", async () => {
  await installed.call("root", "PUT", "/groups/sec/members/10", { access_level: 20 });
  const refused = await installed.run(REQUESTS);
  expect([refused.exit, refused.writes]).toEqual([3, 0]);
  expect(refused.complaints).toContain("unreadable-protections");
});

test("a Developer, who may not see the variables, may run", async () => {
  await fileRequest();
  await installed.call("root", "PUT", "/groups/sec/members/10", { access_level: 30 });
  const done = await installed.run(REQUESTS);
  expect([done.exit, done.complaints, done.writes > 0]).toEqual([0, "", true]);
});

test("a GitLab that fails is a failure, not an answer", async () => {
  await installed.call("root", "GET", API);
  const { state } = installed.stage.sandbox;
  await fetch(`${state.url}/-/sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ match: { path: "/protected_branches" }, kind: "reset", times: 9 }),
  });
  await expect(installed.run(REQUESTS)).rejects.toThrow(/protected_branches/);
});

test("a sound installation acts, and so does one with less than danger", async () => {
  await fileRequest();
  const [, unmasked] = UNSAFE.find(([id]) => id === "secret-unmasked") ?? [];
  const [, shared] = ADVICE.find(([id]) => id === "custody-branch-shared") ?? [];
  await unmasked?.(installed);
  await shared?.(installed);
  const done = await installed.run(REQUESTS);
  expect([done.exit, done.complaints, done.writes > 0]).toEqual([0, "", true]);
});
