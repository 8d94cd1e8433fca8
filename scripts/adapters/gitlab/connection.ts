// A connection to one GitLab: gitbeaker over our transport, and the two calls that carry raw bytes.
import {
  Branches,
  Commits,
  GroupMembers,
  Groups,
  IssueNotes,
  Issues,
  MergeRequestApprovals,
  MergeRequestNotes,
  MergeRequests,
  Metadata,
  Packages,
  PersonalAccessTokens,
  PipelineSchedules,
  PipelineTriggerTokens,
  ProjectHooks,
  ProjectJobTokenScopes,
  ProjectLabels,
  ProjectMembers,
  Projects,
  ProjectVariables,
  ProtectedBranches,
  Repositories,
  RepositoryFiles,
  Users,
} from "@gitbeaker/rest";
import { GitLabError } from "./gitlab-error.ts";
import { addressOf, createRequester, jsonOf } from "./requester.ts";
import { createTransport, type Transport, type TransportOptions } from "./transport.ts";

export type ConnectionOptions = Omit<TransportOptions, "secrets"> & {
  /** GitLab's address, with a relative root where it has one; `/api/v4` at the end is tolerated. */
  readonly url: string;
  readonly token: string;
  /** `private` = personal, project or group access token; `job` = CI_JOB_TOKEN. */
  readonly tokenKind?: "private" | "job";
};
/** The parts of the API that we call. */
const RESOURCES = {
  Branches,
  Commits,
  GroupMembers,
  Groups,
  IssueNotes,
  Issues,
  MergeRequestApprovals,
  MergeRequestNotes,
  MergeRequests,
  Metadata,
  Packages,
  PersonalAccessTokens,
  PipelineSchedules,
  PipelineTriggerTokens,
  ProjectHooks,
  ProjectJobTokenScopes,
  ProjectLabels,
  ProjectMembers,
  ProjectVariables,
  Projects,
  ProtectedBranches,
  Repositories,
  RepositoryFiles,
  Users,
} as const;
type GitLabResources = {
  readonly [Name in keyof typeof RESOURCES]: InstanceType<(typeof RESOURCES)[Name]>;
};
export type GitLabConnection = {
  readonly gitlab: GitLabResources;
  readonly requests: Transport["requests"];
  /** Raw bytes of one stored file; the object store behind GitLab is followed, without the token. */
  readonly download: (endpoint: string, limit: number) => Promise<Uint8Array>;
  /** PUT of one package file; GitLab's record of the file it stored. */
  readonly upload: (endpoint: string, bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>;
};

/** Milliseconds a transfer of raw bytes may take. */
const TRANSFER_MS = 600_000;
const UPLOAD_ANSWER_LIMIT = 1024 * 1024;

/** @throws TypeError when the address is not one of HTTP. */
export function connectGitLab(options: ConnectionOptions): GitLabConnection {
  const host = hostOf(options.url);
  const { token, tokenKind = "private" } = options;
  const transport = createTransport({ ...options, secrets: [token] });
  const authorised: Record<string, string> = {
    [tokenKind === "job" ? "job-token" : "private-token"]: token,
    "user-agent": "seclog",
  };
  return {
    gitlab: resourcesFor({
      host,
      ...(tokenKind === "job" ? { jobToken: token } : { token }),
      requesterFn: createRequester(transport),
      // Deadlines and limits are the transport's.
      queryTimeout: null,
      rateLimits: {},
    }),
    requests: transport.requests,
    download: async (endpoint, limit) => {
      const url = addressOf(`${host}/api/v4`, endpoint, "GET");
      const answer = await transport.send({
        method: "GET",
        url,
        headers: authorised,
        limit,
        deadlineMs: TRANSFER_MS,
        download: true,
      });
      // A sign-in page or a proxy's error is no file; taken for one, it would pass for a file that was changed.
      const type = answer.headers["content-type"] ?? "";
      if (answer.bytes.length === 0 || /^text\/html\b/i.test(type))
        throw new GitLabError(
          "wrong-shape",
          { method: "GET", path: url.pathname },
          answer.status,
          `answered with ${answer.bytes.length === 0 ? "nothing" : "a page"} instead of the file`,
        );
      return answer.bytes;
    },
    upload: async (endpoint, bytes) => {
      const url = addressOf(`${host}/api/v4`, endpoint, "PUT");
      url.search = "select=package_file";
      const answer = await transport.send({
        method: "PUT",
        url,
        headers: { ...authorised, "content-type": "application/octet-stream" },
        body: bytes,
        limit: UPLOAD_ANSWER_LIMIT,
        deadlineMs: TRANSFER_MS,
      });
      return jsonOf(answer, { method: "PUT", path: url.pathname });
    },
  };
}

/** Each is made when it is first used: a run uses few, and gitbeaker would make two hundred. */
function resourcesFor(options: ConstructorParameters<typeof Issues>[0]): GitLabResources {
  const made = new Map<string, unknown>();
  return new Proxy(RESOURCES, {
    get: (_, name: keyof typeof RESOURCES) => {
      const resource = made.get(name) ?? new RESOURCES[name](options);
      made.set(name, resource);
      return resource;
    },
  }) as unknown as GitLabResources;
}

function hostOf(address: string): string {
  const url = new URL(address);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new TypeError("GitLab's address must begin with https:// (or http://)");
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "").replace(/\/api\/v4$/, "");
}
