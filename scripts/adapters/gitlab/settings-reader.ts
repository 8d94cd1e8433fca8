// The reads of doctor: how the project, its people's tokens and what starts its pipelines are set up.
import * as z from "zod";
import type { SettingsReader } from "../../ports/settings.ts";
import type { GitLabConnection } from "./connection.ts";
import { GitLabError } from "./gitlab-error.ts";
import { orNull, PAGE } from "./reading.ts";
import { MemberAnswer, UserAnswer, understand } from "./schemas.ts";
import {
  AccountAnswer,
  ApprovalSettingsAnswer,
  HookAnswer,
  JobTokenScopeAnswer,
  LabelAnswer,
  MetadataAnswer,
  ProjectSettingsAnswer,
  ProtectionAnswer,
  ScheduleAnswer,
  TokenAnswer,
  TriggerAnswer,
  VariableAnswer,
} from "./settings-schemas.ts";

/** Each question goes out anew; every method throws GitLabError when GitLab refuses it or cannot be read. */
export function createSettingsReader({ gitlab }: GitLabConnection): SettingsReader {
  return {
    project: async (project) =>
      understand(ProjectSettingsAnswer, await gitlab.Projects.show(project), "project"),
    protections: async (project) =>
      understand(
        z.array(ProtectionAnswer),
        await gitlab.ProtectedBranches.all(project, PAGE),
        "protected branches",
      ),
    token: async () => understand(TokenAnswer, await gitlab.PersonalAccessTokens.show(), "token"),
    account: async () => understand(AccountAnswer, await gitlab.Users.showCurrentUser(), "user"),
    variables: async (project) =>
      understand(
        z.array(VariableAnswer),
        await gitlab.ProjectVariables.all(project, PAGE),
        "variables",
      ),
    approvals: (project) =>
      absentOnFree(async () =>
        understand(
          ApprovalSettingsAnswer,
          await gitlab.MergeRequestApprovals.showConfiguration(project),
          "approval settings",
        ),
      ),
    schedules: (project) => readSchedules(gitlab, project),
    hooks: async (project) =>
      understand(z.array(HookAnswer), await gitlab.ProjectHooks.all(project, PAGE), "webhooks"),
    triggers: async (project) =>
      understand(
        z.array(TriggerAnswer),
        await gitlab.PipelineTriggerTokens.all(project, PAGE),
        "trigger tokens",
      ),
    jobTokenLimited: async (project) =>
      understand(
        JobTokenScopeAnswer,
        await gitlab.ProjectJobTokenScopes.show(project),
        "job token permissions",
      ).inbound_enabled,
    labels: async (project) =>
      understand(z.array(LabelAnswer), await gitlab.ProjectLabels.all(project, PAGE), "labels"),
    peopleBehind: (name) => peopleBehind(gitlab, name),
    instance: async () => {
      const { data, headers } = await gitlab.Metadata.show({ showExpanded: true });
      const { version } = understand(MetadataAnswer, data, "metadata");
      return { version, clock: instantOf(headers["date"]) };
    },
  };
}

/** The list has neither variables nor the last pipeline: each schedule is asked for on its own. */
async function readSchedules(
  gitlab: GitLabConnection["gitlab"],
  project: string,
): ReturnType<SettingsReader["schedules"]> {
  const list = understand(
    z.array(z.looseObject({ id: z.int() })),
    await gitlab.PipelineSchedules.all(project, PAGE),
    "schedules",
  );
  return Promise.all(
    list.map(async ({ id }) =>
      understand(ScheduleAnswer, await gitlab.PipelineSchedules.show(project, id), "schedule"),
    ),
  );
}

async function peopleBehind(gitlab: GitLabConnection["gitlab"], name: string): Promise<number> {
  const members = await orNull(async () =>
    understand(z.array(MemberAnswer), await gitlab.GroupMembers.all(name, PAGE), "members"),
  );
  const users =
    members ?? understand(z.array(UserAnswer), await gitlab.Users.all({ username: name }), "users");
  return users.filter(({ state, bot }) => state === "active" && !bot).length;
}

/** Community Edition does not know the path; an unlicensed Enterprise Edition refuses it. */
async function absentOnFree<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof GitLabError && error.kind === "not-found") return null;
    throw error;
  }
}

/** An HTTP date, which is no RFC 3339. */
function instantOf(date: string | undefined): string | null {
  const milliseconds = Date.parse(date ?? "");
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString();
}
