// Reads everything that the decisions on one request need, and derives it into an Observation. Nothing is written here.
import { sha256 } from "./adapters/digest.ts";
import { readYaml } from "./adapters/yaml-file.ts";
import type { Failure } from "./apply.ts";
import { canonicalJson } from "./domain/canonical-json.ts";
import { eventTypeNames } from "./domain/event-type.ts";
import type { Issue, MergeRequest, RepositoryFile } from "./domain/forge.ts";
import { shownInAuditEvents } from "./domain/information-request/audit-event-answer.ts";
import { CUSTODY_BRANCH, custodyPath, readCustody } from "./domain/information-request/custody.ts";
import { decideRequest, incompleteVerdict } from "./domain/information-request/decision.ts";
import {
  type Intake,
  readIntake,
  withIntakeFindings,
} from "./domain/information-request/intake.ts";
import type { IssueState } from "./domain/information-request/issue-state.ts";
import type { Observation } from "./domain/information-request/observation.ts";
import { isInformationRequest } from "./domain/information-request/recognition.ts";
import { InformationRequest } from "./domain/information-request/request.ts";
import {
  formatRequest,
  manifestPath,
  requestBranch,
  requestIdOf,
  requestPath,
} from "./domain/information-request/request-file.ts";
import { judgeRelease } from "./release.ts";
import { legalReading, readStatements } from "./statements.ts";
import { readStored } from "./stored-artefacts.ts";
import { issueStateOf, readTeams, type Teams } from "./teams.ts";
import type { World } from "./world.ts";

export type Observed = {
  readonly seen: readonly Observation[];
  readonly failures: readonly Failure[];
};

/**
 * Observes every open information request of the tracker, and the closed ones whose artefacts still exist;
 * with `only`, that issue alone. One that cannot be read is a failure of its own.
 */
export async function observeRequests(world: World, only: number | null): Promise<Observed> {
  const open = (await world.forge.openIssues(world.tracker.path)).filter(isInformationRequest);
  const closed = await closedWithArtefacts(world, open);
  const issues = [...open, ...closed].filter(({ iid }) => only === null || iid === only);
  if (issues.length === 0) return { seen: [], failures: [] };
  const teams = await readTeams(world);
  const first = firstOfEach(open);
  const results = await Promise.all(
    issues.map(async (issue): Promise<Observation | Failure> => {
      const id = requestIdOf(issue);
      try {
        return await observe(world, teams, issue, first.get(issue.iid) !== issue.iid);
      } catch (error) {
        return { item: id, error: error instanceof Error ? error.message : "an unknown fault" };
      }
    }),
  );
  return {
    seen: results.flatMap((result) => ("error" in result ? [] : [result])),
    failures: results.flatMap((result) => ("error" in result ? [result] : [])),
  };
}

async function closedWithArtefacts(
  world: World,
  open: readonly Issue[],
): Promise<readonly Issue[]> {
  const packages = await world.forge.packages(world.artefactProject.path);
  const known = new Set(open.map(({ iid }) => iid));
  const numbers = packages
    .map(({ name }) => /^IR-\d{4}-(\d{4,8})(?:-hand-over)?$/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .filter((number) => !known.has(number));
  const issues = await Promise.all(
    [...new Set(numbers)].map((number) => world.forge.issue(world.tracker.path, number)),
  );
  return issues.filter((issue) => issue !== null).filter(isInformationRequest);
}

/** For each issue the lowest number among those that ask for the same: only that one goes on (one log-dive, not two). */
function firstOfEach(issues: readonly Issue[]): ReadonlyMap<number, number> {
  const first = new Map<string, number>();
  const byIssue = new Map<number, number>();
  for (const issue of [...issues].sort((a, b) => a.iid - b.iid)) {
    const { request } = intakeOf(issue, 1);
    const key =
      request === null
        ? `#${issue.iid}`
        : canonicalJson([
            request.account.path,
            request.window,
            request.resources,
            request.event_types,
            request.log_sources ?? [],
            request.lane ?? "rows",
          ]);
    const lowest = first.get(key) ?? issue.iid;
    first.set(key, lowest);
    byIssue.set(issue.iid, lowest);
  }
  return byIssue;
}

const intakeOf = (
  issue: Issue,
  accountId: number | null,
  eventTypes: ReadonlySet<string> | null = null,
): Intake =>
  readIntake(
    {
      iid: issue.iid,
      createdAt: issue.createdAt,
      title: issue.title,
      description: issue.description,
    },
    accountId,
    eventTypes,
  );

async function observe(
  world: World,
  teams: Teams,
  issue: Issue,
  duplicate: boolean,
): Promise<Observation> {
  const { forge, tracker } = world;
  const id = requestIdOf(issue);
  const branch = requestBranch(id);
  const [notes, participants, mergeRequests, branchHead, custody, stored] = await Promise.all([
    forge.issueNotes(tracker.path, issue.iid),
    forge.issueParticipants(tracker.path, issue.iid),
    forge.requestMergeRequests(tracker.path),
    forge.branchHead(tracker.path, branch),
    readCustodyLog(world, id),
    readStored(world, id),
  ]);
  const doubled = await forge.doubledMergeRequests(tracker.path);
  const mergeRequest = mergeRequests.get(branch) ?? null;
  const files = await readFiles(world, id, mergeRequest, branchHead);
  const intake = await readRequest(world, issue, mergeRequest, files.requestFile);
  const requestText = requestTextOf(intake, mergeRequest, files.requestFile);
  const requestSha256 = requestText === null ? null : sha256(requestText);
  const statements = await readStatements(world, teams, notes);
  const legal = legalReading(world, issue, statements, requestSha256, custody.entries);
  const state = {
    ...issueStateOf(teams, issue, participants, world.bot, duplicate),
    exception: legal.decision,
  };
  const { verdict, judged } = await decide(world, issue, intake, state, requestSha256);
  const detail =
    mergeRequest === null ? null : await forge.mergeRequestDetail(tracker.path, mergeRequest.iid);
  // The bot merges what it has recorded: no record then means that the log could not be seen.
  if (detail?.mergeRequest.mergedBy?.id === world.bot.id && custody.entries.length === 0)
    throw new Error(`the custody log of ${id} is not found, though its merge request was merged`);
  const seen: Observation = {
    id,
    issue,
    bot: world.bot,
    notes,
    statements,
    legal,
    request: intake.request,
    requestText,
    requestSha256,
    verdict,
    judged,
    branchHead,
    mergeRequest: detail,
    doubledMergeRequests: doubled
      .filter(({ author, sourceBranch }) => sourceBranch === branch && author.id === world.bot.id)
      .map(({ iid }) => iid),
    ...files,
    ...stored,
    custody,
    release: null,
  };
  return { ...seen, release: await judgeRelease(seen, teams, world) };
}

/** The form says what is asked for until the merge request is merged; from then on the merged file does. */
async function readRequest(
  world: World,
  issue: Issue,
  mergeRequest: MergeRequest | null,
  file: RepositoryFile | null,
): Promise<Intake> {
  if (mergeRequest?.state === "merged" && file !== null) {
    const read = readYaml(new TextEncoder().encode(file.content), file.path, InformationRequest);
    if (!read.ok) throw new Error(`the merged request file ${file.path} cannot be read any more`);
    return { request: read.value, findings: [], claims: {} };
  }
  const known = eventTypeNames(await world.eventTypes());
  const draft = intakeOf(issue, 1, known);
  if (draft.request === null) return draft;
  return intakeOf(issue, await world.accounts.accountId(draft.request.account.path), known);
}

function requestTextOf(
  intake: Intake,
  mergeRequest: MergeRequest | null,
  file: RepositoryFile | null,
): string | null {
  if (mergeRequest?.state === "merged" && file !== null) return file.content;
  return intake.request === null ? null : formatRequest(intake.request);
}

/** A form that is not whole cannot be judged: what is missing is the verdict. */
async function decide(
  world: World,
  issue: Issue,
  intake: Intake,
  state: IssueState,
  request_sha256: string | null,
): Promise<Pick<Observation, "verdict" | "judged">> {
  const { request, findings, claims } = intake;
  const { policies, now } = world;
  if (request === null || request_sha256 === null) {
    const day = issue.createdAt.slice(0, 10);
    return { verdict: incompleteVerdict(findings, day, policies), judged: null };
  }
  const facts = await world.accounts.facts(request, issue.author.username);
  const audit_events = shownInAuditEvents(request.event_types, await world.eventTypes());
  const judged = { request, facts, issue: state, claims, audit_events, request_sha256, now };
  const verdict = decideRequest({ ...judged, policies });
  return { verdict: withIntakeFindings(verdict, findings), judged };
}

async function readFiles(
  world: World,
  id: string,
  mergeRequest: MergeRequest | null,
  branchHead: string | null,
): Promise<Pick<Observation, "requestFile" | "manifestFile">> {
  // What was merged is what counts from then on, wherever somebody moves the branch.
  const merged = mergeRequest?.state === "merged" ? mergeRequest.sha : null;
  const ref = merged ?? branchHead ?? mergeRequest?.sha ?? null;
  if (ref === null) return { requestFile: null, manifestFile: null };
  const [requestFile, manifestFile] = await Promise.all([
    world.forge.file(world.tracker.path, requestPath(id), ref),
    world.forge.file(world.tracker.path, manifestPath(id), ref),
  ]);
  return { requestFile, manifestFile };
}

async function readCustodyLog(world: World, id: string): Promise<Observation["custody"]> {
  const { forge, tracker } = world;
  const head = await forge.branchHead(tracker.path, CUSTODY_BRANCH);
  if (head === null) return { text: "", lastCommit: null, branchStands: false, entries: [] };
  const file = await forge.file(tracker.path, custodyPath(id), head);
  if (file === null) return { text: "", lastCommit: null, branchStands: true, entries: [] };
  const { entries, faults } = readCustody(file.content, sha256);
  if (faults.length > 0)
    throw new Error(
      `the custody log ${custodyPath(id)} is not what was written (${faults.join("; ")}): nothing is decided before a person has looked`,
    );
  return { text: file.content, lastCommit: file.lastCommitId, branchStands: true, entries };
}
