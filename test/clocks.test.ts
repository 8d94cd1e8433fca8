// The clock of the status update in whole runs: late pipelines, answers that are waited for, extensions that people ask for.
import { afterEach, beforeEach, expect, test } from "vitest";
import { API, beginLife, fileRequest, type Life } from "./life.ts";

let life: Life;
beforeEach(async () => {
  life = await beginLife();
});
afterEach(() => life.stage.close());

const DECIDE = ["intake", "eligibility", "routing", "status-update"];
const kinds = (plan: readonly { readonly kind: string }[]) => plan.map(({ kind }) => kind);
const say = (username: string, body: string) =>
  life.person(username).send("POST", `${API}/issues/1/notes`, { body });
const due = async (): Promise<string | undefined> =>
  /due by:\*\* `([^`]*)`/.exec(await life.note())?.[1];

test("five updates that no pipeline ran for are caught up by one", async () => {
  // Friday, 20 November 2026, 09:00.
  await fileRequest(life);
  await life.run(DECIDE);
  expect(await due()).toBe("2026-11-20T21:00:00Z");
  life.at("2026-11-25T03:00:00Z");
  expect(kinds((await life.run(DECIDE)).plan)).toEqual(["write-note"]);
  expect(await life.note()).toMatch(/`2026-11-25T09:00:00Z` · as of `2026-11-24T21:00:00Z`/);
  expect((await life.run(DECIDE)).plan).toEqual([]);
});

test("the clock stands while the author is asked, says why and since when, and goes on from there", async () => {
  await fileRequest(life, {
    description: life.form({ from: "2026-11-16 00:00", to: "2026-11-18 00:00" }),
  });
  life.at("2026-11-20T09:10:00Z");
  await life.run(DECIDE);
  const standing =
    /No update is due:\*\* the clock stands since `2026-11-20T09:10:00Z` .*`timezone_missing`/;
  expect(await life.note()).toMatch(standing);
  life.at("2026-11-24T07:00:00Z");
  // A label says nothing about who is waited for.
  await life.person("mira").send("PUT", `${API}/issues/1`, { add_labels: "Request::Eligible" });
  expect(kinds((await life.run(DECIDE)).plan)).toEqual(["change-labels"]);
  expect(await life.note()).toMatch(standing);
  await life.person("sofia").send("PUT", `${API}/issues/1`, { description: life.form() });
  await life.run(DECIDE);
  // Ten minutes had passed before; eleven hours and fifty are left.
  expect(await due()).toBe("2026-11-24T18:50:00Z");
  expect((await life.run(DECIDE)).plan).toEqual([]);
});

test("the team that has the request moves the next update once, on record; nobody else does", async () => {
  await fileRequest(life);
  await life.run(DECIDE);
  life.at("2026-11-20T10:00:00Z");
  await say("sam", "/seclog extend PT12H because I should like it");
  await say("diego", "/seclog extend P30D because it is a lot");
  await life.run(DECIDE);
  expect(await due()).toBe("2026-11-20T21:00:00Z");
  expect(await life.note()).toMatch(/statement of `sam` .* its author is not in sirt/);
  expect(await life.note()).toMatch(/statement of `diego` .* an extension reaches `?PT24H/);
  life.at("2026-11-20T11:00:00Z");
  const { id } = (await say(
    "diego",
    "/seclog extend PT12H because the archive is being restored @all",
  )) as { readonly id: number };
  await say("diego", "/seclog extend PT12H because once more");
  const dry = await life.run(DECIDE, { dryRun: true });
  const real = await life.run(DECIDE);
  expect(real.plan).toEqual(dry.plan);
  expect(kinds(real.plan)).toEqual(["write-note", "commit-files"]);
  expect(await due()).toBe("2026-11-23T09:00:00Z");
  expect(await life.note()).toMatch(
    /Extended once, by\*\* `?PT12H`?, by diego: the archive is being restored `@all`/,
  );
  expect(await life.note()).toMatch(/statement of `diego` .* was extended once already/);
  expect((await life.run(DECIDE)).plan).toEqual([]);
  // On record: a changed note moves nothing back, and a person who leaves takes nothing along.
  life.at("2026-11-20T12:00:00Z");
  await life.person("mira").send("PUT", `${API}/issues/1/notes/${id}`, {
    body: "/seclog extend PT1H because of nothing",
  });
  await life.run(DECIDE);
  expect(await due()).toBe("2026-11-23T09:00:00Z");
});
