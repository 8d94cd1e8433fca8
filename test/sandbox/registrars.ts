/** The list of every route file; a new one is added here and nowhere else. */
import { registerSmartHttp } from "./git/smart-http.ts";
import type { Registrar } from "./http.ts";
import { registerApprovals } from "./routes/approvals.ts";
import { registerBranches } from "./routes/branches.ts";
import { registerCommits } from "./routes/commits.ts";
import { registerMergeRequests } from "./routes/merge-requests.ts";
import { registerProtectedBranches } from "./routes/protected-branches.ts";
import { registerRepository } from "./routes/repository.ts";
import { registerRepositoryFiles } from "./routes/repository-files.ts";

/** Routes below `/api/v4`. */
export const apiRegistrars: readonly Registrar[] = [
  registerBranches,
  registerProtectedBranches,
  registerCommits,
  registerRepositoryFiles,
  registerRepository,
  registerMergeRequests,
  registerApprovals,
];

/** Routes at the root: HTML pages, git over HTTP. */
export const rootRegistrars: readonly Registrar[] = [registerSmartHttp];
