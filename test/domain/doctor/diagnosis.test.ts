import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { named, typed } from "../../../scripts/domain/doctor/check.ts";
import { codeOwnersIn } from "../../../scripts/domain/doctor/code-owners.ts";
import { CHECKS, describeFinding, diagnose } from "../../../scripts/domain/doctor/diagnosis.ts";
import {
  type Hook,
  type Installation,
  NOT_ASKED,
  type ProjectSettings,
  type Protection,
  type Readings,
  type Schedule,
  type Token,
} from "../../../scripts/domain/doctor/installation.ts";
import { BOT, HOOK, having, member, PROJECT, read, rule, SCHEDULE, SOUND } from "./sound-value.ts";

const ids = (seen: Installation): readonly string[] => diagnose(seen).map(({ id }) => id);
const KEYS = Object.keys(NOT_ASKED) as (keyof Readings)[];

test("the sound value has no finding", () => {
  expect(diagnose(SOUND)).toEqual([]);
});

test("there are more than 25 checks, each with an id of its own", () => {
  expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
  expect(CHECKS.length).toBeGreaterThan(60);
});

test("what was not asked for gives no finding, whatever else was", () => {
  fc.assert(
    fc.property(fc.subarray(KEYS), (left) => {
      const seen = { ...SOUND, ...Object.fromEntries(left.map((key) => [key, NOT_ASKED[key]])) };
      expect(diagnose(seen)).toEqual([]);
    }),
  );
});

test("each reading that is refused is one finding, and never in order", () => {
  fc.assert(
    fc.property(fc.subarray(KEYS), (refused) => {
      const unreadable = { state: "unreadable", reason: "Forbidden" } as const;
      const seen = { ...SOUND, ...Object.fromEntries(refused.map((key) => [key, unreadable])) };
      const found = diagnose(seen);
      expect(found.every(({ id }) => id.startsWith("unreadable-"))).toBe(true);
      expect(found.every(({ wrong }) => wrong.includes("Forbidden"))).toBe(true);
      expect(new Set(found.map(({ id }) => id)).size).toBe(refused.length);
    }),
  );
});

const project = (more: Partial<ProjectSettings>) =>
  having("tracker", (one) => ({ ...one, ...more }));
const artefacts = (more: Partial<ProjectSettings>) => ({
  ...having("artefacts", (one) => ({ ...one, path: "sec/artefacts", ...more })),
  projects: { ...SOUND.projects, artefacts: "sec/artefacts" },
});
const branch = (name: string, change: Partial<Protection>) =>
  having("protections", (all) =>
    all.map((one) => (one.name === name ? { ...one, ...change } : one)),
  );
const token = (more: Partial<Token>) => having("token", (one) => ({ ...one, ...more }));
const readToken = (more: Partial<Token>) => having("readToken", (one) => ({ ...one, ...more }));
const schedules = (...all: readonly Partial<Schedule>[]) =>
  having("schedules", () => all.map((one) => ({ ...SCHEDULE, ...one })));
const hooks = (...all: readonly Partial<Hook>[]) =>
  having("hooks", () => all.map((one) => ({ ...HOOK, ...one })));
const team = (path: string, members: readonly ReturnType<typeof member>[] | null) =>
  having("groups", (all) => new Map([...all, [path, members]]));
const instance = (version: string, clock: string | null) =>
  having("instance", () => ({ version, clock }));

describe("projects", () => {
  test.each<[string, Installation, readonly string[]]>([
    [
      "another artefact project that is public",
      artefacts({ visibility: "public" }),
      ["artefacts-not-private"],
    ],
    ["another artefact project that is private", artefacts({}), []],
    ["a registry that is off", artefacts({ packageRegistry: "disabled" }), ["packages-off"]],
    ["an archived artefact project", artefacts({ archived: true }), ["packages-off"]],
    ["a role that is not told", project({ variablesRole: null }), ["pipeline-variables-open"]],
    [
      "owners set variables",
      project({ variablesRole: "owner" }),
      ["pipeline-variables-by-maintainers"],
    ],
    ["the usual file, named", project({ ciConfigPath: ".gitlab-ci.yml" }), []],
    ["a file that is not told", project({ ciConfigPath: null }), ["settings-untold"]],
    [
      "everything untold",
      project({ forking: null, pages: null, publicJobs: null }),
      ["settings-untold"],
    ],
    ["an archived tracker", project({ archived: true }), ["tracker-without-issues"]],
    [
      "a guest of the gap project",
      having("gap", (one) => ({ ...one, ownLevel: 10 })),
      ["gap-project-not-writable"],
    ],
    [
      "an archived gap project",
      having("gap", (one) => ({ ...one, archived: true })),
      ["gap-project-not-writable"],
    ],
  ])("%s", (_name, seen, expected) => {
    expect(ids(seen)).toEqual(expected);
  });
});

describe("branches", () => {
  const others = [rule({ user: BOT }), rule({ user: 77 })];
  test.each<[string, Installation, readonly string[]]>([
    ["a pattern protects as well as a name", branch("custody", { name: "cust*" }), []],
    [
      "a pattern that does not reach",
      branch("custody", { name: "cust*x" }),
      ["custody-branch-unprotected"],
    ],
    [
      "a dot in a pattern is a dot",
      branch("custody", { name: "custod." }),
      ["custody-branch-unprotected"],
    ],
    ["another person may push", branch("custody", { push: others }), ["custody-branch-shared"]],
    [
      "a deploy key may push",
      branch("custody", { push: [rule({ user: BOT }), rule({ deployKey: 4 })] }),
      ["custody-branch-shared"],
    ],
    [
      "a group may let the bot in",
      branch("custody", { push: [rule({ group: 5 })] }),
      ["custody-branch-shared"],
    ],
    [
      "a level above the bot's",
      branch("custody", { push: [rule({ level: 60 })] }),
      ["custody-branch-shut-to-bot", "custody-branch-shared"],
    ],
    [
      "a user may push to main",
      branch("main", { push: [rule({ user: 77 })] }),
      ["default-branch-pushed-directly"],
    ],
    [
      "Developers push to main by a wider pattern",
      having("protections", (all) => [
        ...all,
        { name: "*", push: [rule({ level: 30 })], merge: [], forcePush: false, codeOwners: false },
      ]),
      ["default-branch-open", "custody-branch-open", "request-branches-unprotected"],
    ],
    [
      "Developers push to request branches",
      branch("request/*", { push: [rule({ level: 30 })] }),
      ["request-branches-unprotected"],
    ],
  ])("%s", (_name, seen, expected) => {
    expect(ids(seen)).toEqual(expected);
  });
});

describe("tokens and GitLab", () => {
  test.each<[string, Installation, readonly string[]]>([
    ["15 days are enough", token({ expiresAt: "2026-12-05" }), []],
    ["14 days are not", token({ expiresAt: "2026-12-04" }), ["token-ends-soon"]],
    ["over the end of a year", token({ expiresAt: "2026-11-19" }), ["token-ends-soon"]],
    ["a token that renews itself", token({ scopes: ["api", "self_rotate"] }), []],
    ["admin mode", token({ scopes: ["api", "admin_mode"] }), ["token-acts-for-others"]],
    [
      "a read token that may sudo",
      readToken({ scopes: ["read_api", "sudo"] }),
      ["read-token-writes"],
    ],
    [
      "an administrator is not called Owner too",
      {
        ...having("account", (one) => ({ ...one, administrator: true, bot: false })),
        ...(project({ ownLevel: 50 }).tracker && { tracker: read({ ...PROJECT, ownLevel: 50 }) }),
      },
      ["token-of-administrator"],
    ],
    ["the oldest GitLab", instance("17.10.0", SOUND.now), []],
    ["one before it", instance("17.9.8-ee", SOUND.now), ["gitlab-too-old"]],
    ["a much older one", instance("9.20.0", SOUND.now), ["gitlab-too-old"]],
    ["a version that is none", instance("main", SOUND.now), ["gitlab-too-old"]],
    ["no clock", instance("18.0.0", null), ["clock-differs"]],
    ["a minute is no difference", instance("18.0.0", "2026-11-20T08:59:00Z"), []],
    ["more is", instance("18.0.0", "2026-11-20T08:58:59Z"), ["clock-differs"]],
  ])("%s", (_name, seen, expected) => {
    expect(ids(seen)).toEqual(expected);
  });
});

describe("people", () => {
  const bot = member(99, { bot: true });
  test.each<[string, Installation, readonly string[]]>([
    [
      "a bot and somebody who left",
      team("sec/legal", [bot, member(21, { active: false })]),
      ["approvers-not-people"],
    ],
    [
      "the run's own user does not count",
      team("sec/legal", [member(BOT, { level: 10 })]),
      ["approvers-missing"],
    ],
    ["one person for both roles", team("sec/legal", [member(31)]), ["approvers-too-few"]],
    ["one person for both, and another for one", team("sec/legal", [member(31), member(32)]), []],
    ["a group of approvers that cannot be seen", team("sec/legal", null), ["team-unreadable"]],
    ["a group of Support that cannot be seen", team("sec/support", null), ["team-unreadable"]],
    [
      "the bot works in Security",
      team("sec/security", [member(31), member(BOT)]),
      ["bot-in-a-team"],
    ],
    [
      "a group nobody looked at",
      having("groups", (all) => new Map([...all].filter(([path]) => path !== "sec/sirt"))),
      [],
    ],
    [
      "two needed, one there",
      { ...SOUND, roles: { legal: { required: 2, teams: ["legal"] } } },
      ["approvers-too-few"],
    ],
    [
      "a team without groups",
      { ...SOUND, teams: { ...SOUND.teams, groups: { ...SOUND.teams.groups, support: [] } } },
      ["support-missing"],
    ],
    ["no rules on this tier", having("approvals", () => null), ["approval-rules-absent"]],
    ["no CODEOWNERS", having("codeOwners", () => null), ["code-owners-missing"]],
  ])("%s", (_name, seen, expected) => {
    expect(ids(seen)).toEqual(expected);
  });
});

describe("schedules, webhooks, trigger tokens", () => {
  const gone = { owner: { id: 7, active: false } };
  const deaf = { issues: false, confidentialIssues: false, notes: false, confidentialNotes: false };
  test.each<[string, Installation, readonly string[]]>([
    ["none", schedules(), ["schedule-missing"]],
    ["one of another branch", schedules({ branch: "other" }), ["schedule-missing"]],
    ["one for the queue beside", schedules({}, { requests: false, active: false }), []],
    ["one switched off beside one that runs", schedules({}, { active: false }), []],
    ["switched off", schedules({ active: false }), ["schedule-inactive"]],
    [
      "its owner gone, so GitLab switched it off",
      schedules({ active: false, ...gone }),
      ["schedule-owner-gone"],
    ],
    ["a new one has time", schedules({ lastRunAt: null, createdAt: "2026-11-20T07:00:00Z" }), []],
    ["two hours are not late", schedules({ lastRunAt: "2026-11-20T07:00:00Z" }), []],
    ["more is", schedules({ lastRunAt: "2026-11-20T06:59:59Z" }), ["schedule-late"]],
    [
      "two webhooks share the events",
      hooks(
        { ...deaf, issues: true, confidentialIssues: true },
        { ...deaf, notes: true, confidentialNotes: true },
      ),
      [],
    ],
    ["a webhook that hears nothing", hooks(deaf), ["webhook-hears-not-all"]],
    [
      "plain events go anywhere",
      hooks(
        {},
        {
          url: "https://chat.example.com/in",
          confidentialIssues: false,
          confidentialNotes: false,
          template: false,
        },
      ),
      [],
    ],
    [
      "confidential comments elsewhere",
      hooks({}, { url: "https://me@chat.example.com/in?x=1" }),
      ["webhook-elsewhere"],
    ],
    [
      "confidential comments to no address",
      hooks({}, { url: "chat", confidentialIssues: false }),
      ["webhook-elsewhere"],
    ],
    [
      "comments in full",
      hooks({ template: false, confidentialIssues: false }, {}),
      ["webhook-full-payload"],
    ],
    [
      "the older trigger address",
      hooks({
        url: "http://gitlab.example.com/gitlab/api/v4/projects/sec%2Fseclog/trigger/pipeline?ref=main&token=abc",
      }),
      ["webhook-token-in-url"],
    ],
    ["a token that is not in the URL", hooks({ url: HOOK.url.replace("?token={token}", "") }), []],
  ])("%s", (_name, seen, expected) => {
    expect(ids(seen)).toEqual(expected);
  });

  test("where confidential text goes is named by its host, without anything secret", () => {
    const [found] = diagnose(hooks({}, { url: "https://me:pass@chat.example.com/in?key=1" }));
    expect(found?.wrong).toBe(
      "The texts of confidential issues and comments are sent to chat.example.com.",
    );
  });
});

describe("keys", () => {
  const recipients = (more: object): Installation => ({
    ...SOUND,
    teams: { ...SOUND.teams, recipients: { ...SOUND.teams.recipients, ...more } },
  });
  test.each<[string, Installation, readonly string[]]>([
    [
      "the job's key opens the evidence",
      recipients({ evidence: ["age1sirt", "age1job"] }),
      ["evidence-key-shared"],
    ],
    ["no key in the environment", { ...SOUND, artefactRecipient: null }, []],
    [
      "a key nobody seals for",
      { ...SOUND, artefactRecipient: "age1new" },
      ["artefact-key-foreign"],
    ],
    [
      "no keys at all",
      recipients({ reviewers: [], evidence: [], hand_over: [] }),
      ["recipients-missing", "artefact-key-foreign"],
    ],
  ])("%s", (_name, seen, expected) => {
    expect(ids(seen)).toEqual(expected);
  });
});

test("the worst comes first, with what is wrong and what to do", () => {
  const seen = { ...project({ visibility: "public", publicJobs: true }), labelNames: ["A", "B"] };
  const found = diagnose(seen);
  expect(found.map(({ severity }) => severity)).toEqual(["dangerous", "unsafe", "advice"]);
  expect(found.map(describeFinding).at(2)).toBe(`advice     labels-missing
           The tracker lacks labels of policies/labels.yaml: A and B.
           → Manage → Labels: make them with the colours of policies/labels.yaml; seclog else makes them without.`);
});

test("holidays that end soon are told before they do", () => {
  const { emea } = SOUND.calendar.regions;
  if (emea === undefined) return expect.fail("no region");
  const holidays = [{ date: "2026-01-01", name: "New Year's Day" }];
  const calendar = { ...SOUND.calendar, regions: { emea: { ...emea, holidays } } };
  expect(ids({ ...SOUND, calendar })).toEqual(["holidays-end"]);
});

test("names are listed up to six, and typed ones cannot steer a terminal", () => {
  expect(named(["a"])).toBe("a");
  expect(named(["a", "b", "c"])).toBe("a, b and c");
  expect(named([..."abcdefgh"])).toBe("a, b, c, d, e, f and 2 more");
  expect(typed("a\u001b[31m\u202eb")).toBe('"a[31mb"');
});

test("owners are read from CODEOWNERS as GitLab writes them", () => {
  const text = `# @not/this
[Maintainers] @sec/maintainers
*
/docs/ @mira me@example.com @@maintainers
^[Requests][2] @sec/support @sec/sirt
/requests/ @mira`;
  expect(codeOwnersIn(text)).toEqual(["sec/maintainers", "mira", "sec/support", "sec/sirt"]);
});
