import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectGitLab } from "../../scripts/adapters/gitlab/connection.ts";
import { createSettingsReader } from "../../scripts/adapters/gitlab/settings-reader.ts";
import {
  AccountAnswer,
  ApprovalSettingsAnswer,
  HookAnswer,
  ProjectSettingsAnswer,
  ProtectionAnswer,
  ScheduleAnswer,
  TokenAnswer,
  TriggerAnswer,
  VariableAnswer,
} from "../../scripts/adapters/gitlab/settings-schemas.ts";
import type { SettingsReader } from "../../scripts/ports/settings.ts";
import { type Sandbox, startSandbox } from "../sandbox/start.ts";

const TRACKER = "sec/seclog";
let sandbox: Sandbox;
let reader: SettingsReader;
beforeAll(async () => {
  sandbox = await startSandbox({ clock: "2026-11-20T09:00:00Z" });
  const bot = sandbox.users.find(({ username }) => username === "seclog-bot");
  reader = createSettingsReader(connectGitLab({ url: sandbox.url, token: bot?.token ?? "" }));
});
afterAll(() => sandbox.close());

test("each kind of setting is read in our words", async () => {
  expect(await reader.project(TRACKER)).toMatchObject({
    visibility: "private",
    variablesRole: "no_one_allowed",
    secretsInMergeRequests: false,
    ciConfigPath: "",
    ownLevel: 40,
  });
  expect(
    (await reader.protections(TRACKER)).map(({ name, push }) => [name, push[0]?.level]),
  ).toEqual([
    ["main", 40],
    ["custody", 40],
  ]);
  expect(await reader.token()).toEqual({ user: 10, scopes: ["api"], expiresAt: null });
  expect(await reader.account()).toMatchObject({ username: "seclog-bot", administrator: false });
  expect(await reader.approvals(TRACKER)).toEqual({
    authorMayApprove: false,
    editable: false,
    removedOnPush: true,
  });
  expect(await reader.jobTokenLimited(TRACKER)).toBe(true);
  expect(await reader.instance()).toEqual({
    version: "18.7.0-ee",
    clock: "2026-11-20T09:00:00.000Z",
  });
});

test("the value of a variable is dropped as it is read", async () => {
  const variables = await reader.variables(TRACKER);
  expect(variables.map(({ key }) => key)).toContain("SECLOG_ACCOUNTS");
  expect(JSON.stringify(variables)).not.toContain("value-of");
});

describe("people behind a name", () => {
  test.each([
    ["a group", "sec/legal", 2],
    ["a user", "mira", 1],
    ["the bot alone", "seclog-bot", 0],
    ["nobody", "sec/nobody", 0],
  ])("%s", async (_name, name, people) => {
    const bot = sandbox.state.userNamed("seclog-bot");
    // GitLab tells who is a bot to nobody but administrators; the service account's name says it.
    if (bot !== undefined && name === bot.username) bot.username = "service_account_group_1_ab";
    expect(
      await reader.peopleBehind(name === "seclog-bot" ? "service_account_group_1_ab" : name),
    ).toBe(people);
  });
});

describe("an older or smaller GitLab says less", () => {
  test("of a project: null is never taken for a setting", () => {
    const answer = { path_with_namespace: "a/b", visibility: "private" };
    expect(ProjectSettingsAnswer.parse(answer)).toEqual({
      path: "a/b",
      visibility: "private",
      archived: false,
      defaultBranch: "",
      issues: null,
      packages: null,
      packageRegistry: null,
      forking: null,
      pages: null,
      publicJobs: null,
      serviceDesk: null,
      ciConfigPath: null,
      jobTokenMayPush: null,
      variablesRole: null,
      secretsInMergeRequests: null,
      ownLevel: 0,
    });
    const told = {
      ...answer,
      ci_config_path: null,
      permissions: { project_access: { access_level: 30 }, group_access: { access_level: 20 } },
    };
    expect(ProjectSettingsAnswer.parse(told)).toMatchObject({ ciConfigPath: "", ownLevel: 30 });
  });

  test("of everything else: the worse is taken for true", () => {
    expect(
      ProtectionAnswer.parse({
        name: "main",
        push_access_levels: [{ access_level: null, deploy_key_id: 3 }],
        merge_access_levels: [],
      }),
    ).toEqual({
      name: "main",
      push: [{ level: 0, user: null, group: null, deployKey: 3 }],
      merge: [],
      forcePush: false,
      codeOwners: false,
    });
    expect(
      TokenAnswer.parse({ user_id: 1, scopes: [], expires_at: "2027-01-01T00:00:00Z" }),
    ).toEqual({ user: 1, scopes: [], expiresAt: "2027-01-01" });
    expect(AccountAnswer.parse({ id: 1, username: "mira", state: "active" })).toEqual({
      id: 1,
      username: "mira",
      bot: false,
      administrator: false,
    });
    expect(VariableAnswer.parse({ key: "A", value: "secret" })).toEqual({
      key: "A",
      protected: false,
      masked: false,
      hidden: false,
      scope: "*",
    });
    expect(ApprovalSettingsAnswer.parse({})).toEqual({
      authorMayApprove: false,
      editable: true,
      removedOnPush: false,
    });
    const schedule = { id: 1, description: "", ref: "main", active: true, created_at: "x" };
    expect(ScheduleAnswer.parse(schedule)).toMatchObject({
      branch: "main",
      requests: true,
      owner: { active: false },
      lastRunAt: null,
    });
    expect(
      HookAnswer.parse({ id: 1, url: "https://a", disabled_until: "2026-11-21" }),
    ).toMatchObject({
      enabled: false,
      verifiesTls: true,
      template: false,
    });
    expect(HookAnswer.parse({ id: 1, url: "https://a" })).toMatchObject({ enabled: true });
    expect(TriggerAnswer.parse({ id: 1 })).toEqual({
      description: "",
      owner: { id: 0, active: false },
    });
  });
});
