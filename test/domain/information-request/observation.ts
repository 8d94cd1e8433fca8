// A request as a run sees it, for tests: whole and accepted unless a test says otherwise.
import type {
  Issue,
  MergeRequest,
  MergeRequestDetail,
  Note,
  User,
} from "../../../scripts/domain/forge.ts";
import type { Manifest } from "../../../scripts/domain/information-request/manifest.ts";
import type {
  Observation,
  StoredArtefact,
} from "../../../scripts/domain/information-request/observation.ts";
import type { InformationRequest } from "../../../scripts/domain/information-request/request.ts";

export const user = (id: number, username: string, more: Partial<User> = {}): User => ({
  id,
  username,
  name: username,
  state: "active",
  bot: false,
  ...more,
});
export const BOT = user(6, "seclog-bot", { bot: true });

export const issue = (more: Partial<Issue> = {}): Issue => ({
  id: 4200,
  iid: 42,
  title: "Help for acme-corp",
  description: "",
  state: "opened",
  confidential: true,
  labels: [],
  author: user(4, "sofia"),
  assignees: [],
  createdAt: "2026-11-20T09:00:00Z",
  updatedAt: "2026-11-20T09:00:00Z",
  webUrl: "https://gitlab.example.com/sec/seclog/-/issues/42",
  serviceDeskReplyTo: null,
  ...more,
});

export const note = (id: number, body: string, more: Partial<Note> = {}): Note => ({
  id,
  body,
  author: BOT,
  system: false,
  internal: false,
  createdAt: "2026-11-20T10:00:00Z",
  updatedAt: "2026-11-20T10:00:00Z",
  ...more,
});

const REQUEST: InformationRequest = {
  apiVersion: "v1",
  kind: "information_request",
  id: "IR-2026-0042",
  issue: 42,
  account: { path: "acme-corp", id: 12345 },
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
  resources: { groups: ["acme-corp/payments"], projects: ["acme-corp/payments/api"], users: [] },
  event_types: ["deploy_key_added", "repository_git_operation"],
};

const hex = (digit: string): string => digit.repeat(64);
const REQUEST_SHA = hex("a");

export const manifest = (more: Partial<Manifest> = {}): Manifest => ({
  apiVersion: "v1",
  kind: "artefact_manifest",
  request: { id: "IR-2026-0042", sha256: REQUEST_SHA },
  policy: { sha256: hex("b") },
  code: { sha: "0123456789abcdef" },
  collected_at: "2026-11-20T11:00:00Z",
  expires_at: "2026-11-27T11:00:00Z",
  store: { kind: "file", query: "", parameters: {} },
  window: REQUEST.window,
  sources: [
    {
      source: "application",
      partitions: 3,
      bytes: 3000,
      scanned: 300,
      outside: 290,
      matched: 9,
      released: 7,
      withheld: { SECRET: 2 },
      quarantined: { "not JSON": 1 },
      missing: [],
      broken: [],
    },
  ],
  complete: true,
  rows: { count: 7, root: hex("c") },
  fields: [
    {
      source: "application",
      field: "event_type",
      kept: 7,
      pseudonymised: 0,
      removed: 0,
      reasons: {},
    },
    {
      source: "application",
      field: "meta.caller_id",
      kept: 0,
      pseudonymised: 0,
      removed: 5,
      reasons: { SYSTEM_INFO: 5 },
    },
  ],
  gate: [{ check: "G1 schema", ok: true, findings: 0 }],
  pseudonym_key_id: "k1",
  files: [{ name: "rows.ndjson", bytes: 700, sha256: hex("d"), restricted: false }],
  artefact: { sha256: hex("e") },
  ...more,
});

export const stored = (more: Partial<StoredArtefact> = {}): StoredArtefact => ({
  id: 1,
  name: "IR-2026-0042",
  version: "eeeeeeeeeeee",
  manifest: manifest(),
  manifestSha256: hex("f"),
  ...more,
});

export const mergeRequest = (
  more: Partial<MergeRequest> = {},
  detail: Partial<MergeRequestDetail> = {},
): MergeRequestDetail => ({
  mergeRequest: {
    iid: 7,
    title: "IR-2026-0042: information request",
    description: "page",
    state: "opened",
    draft: false,
    sourceBranch: "request/IR-2026-0042",
    targetBranch: "main",
    sourceProjectId: 1,
    targetProjectId: 1,
    author: BOT,
    sha: "1111111111111111111111111111111111111111",
    mergeCommitSha: null,
    mergedAt: null,
    mergedBy: null,
    detailedMergeStatus: "mergeable",
    webUrl: "https://gitlab.example.com/sec/seclog/-/merge_requests/7",
    ...more,
  },
  changedPaths: [],
  pathsComplete: true,
  commits: [],
  lastPushAt: "2026-11-20T11:30:00Z",
  approvals: [],
  gitlabSaysApproved: false,
  ...detail,
});

export const observation = (more: Partial<Observation> = {}): Observation => ({
  id: "IR-2026-0042",
  issue: issue(),
  bot: BOT,
  notes: [],
  statements: [],
  legal: { decision: null, record: null, dismissed: [] },
  request: REQUEST,
  requestText: "text of the request\n",
  requestSha256: REQUEST_SHA,
  verdict: {
    verdict: "accept",
    route: "sirt",
    findings: [
      {
        rule: "window_too_old",
        ok: true,
        reason: "The window begins 4 days ago.",
        clause: "a 1-month time window",
      },
    ],
    policy: { version: "2000-01-01", sha256: hex("b") },
  },
  judged: {
    request: REQUEST,
    facts: {
      namespace_exists: true,
      plan: "ultimate",
      trial: false,
      paying: true,
      support_plan: "standard",
      deployment: "gitlab.com",
      requester_owns_account: true,
      resources_owned: "all",
      author_is_team_member: true,
    },
    issue: null,
    now: "2026-11-20T12:00:00Z",
  },
  branchHead: null,
  mergeRequest: null,
  doubledMergeRequests: [],
  requestFile: null,
  manifestFile: null,
  collected: [],
  handedOver: [],
  expired: [],
  unfinished: [],
  custody: { text: "", lastCommit: null, branchStands: true, entries: [] },
  release: null,
  ...more,
});
