/** The list of every route file; a new one is added here and nowhere else. */
import { registerSmartHttp } from "./git/smart-http.ts";
import type { Registrar } from "./http.ts";
import { registerPages } from "./pages/routes.ts";
import { registerApprovals } from "./routes/approvals.ts";
import { registerBranches } from "./routes/branches.ts";
import { registerCommits } from "./routes/commits.ts";
import { registerGroups } from "./routes/groups.ts";
import { registerHooks } from "./routes/hooks.ts";
import { registerIssueLinks } from "./routes/issue-links.ts";
import { registerIssueLists } from "./routes/issue-lists.ts";
import { registerIssues } from "./routes/issues.ts";
import { registerJobTokenScope } from "./routes/job-token-scope.ts";
import { registerLabels } from "./routes/labels.ts";
import { registerMembers } from "./routes/members.ts";
import { registerMergeRequestContents } from "./routes/merge-request-contents.ts";
import { registerMergeRequests } from "./routes/merge-requests.ts";
import { registerMetadata } from "./routes/metadata.ts";
import { registerPackages } from "./routes/packages.ts";
import { registerPipelines } from "./routes/pipelines.ts";
import { registerProjects } from "./routes/projects.ts";
import { registerProtectedBranches } from "./routes/protected-branches.ts";
import { registerRepository } from "./routes/repository.ts";
import { registerRepositoryFiles } from "./routes/repository-files.ts";
import { registerSchedules } from "./routes/schedules.ts";
import { registerTokens } from "./routes/tokens.ts";
import { registerTriggers } from "./routes/triggers.ts";
import { registerUsers } from "./routes/users.ts";
import { registerVariables } from "./routes/variables.ts";

/** Routes below `/api/v4`. */
export const apiRegistrars: readonly Registrar[] = [
  registerVariables,
  registerUsers,
  registerTriggers,
  registerTokens,
  registerSchedules,
  registerProjects,
  registerPipelines,
  registerPackages,
  registerMetadata,
  registerMembers,
  registerLabels,
  registerJobTokenScope,
  registerIssues,
  registerIssueLinks,
  registerIssueLists,
  registerHooks,
  registerGroups,
  registerBranches,
  registerProtectedBranches,
  registerCommits,
  registerRepositoryFiles,
  registerRepository,
  registerMergeRequests,
  registerMergeRequestContents,
  registerApprovals,
];

/** Routes at the root: HTML pages, git over HTTP. */
export const rootRegistrars: readonly Registrar[] = [registerSmartHttp, registerPages];
