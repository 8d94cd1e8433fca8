// The one status comment of a request and its labels: a view of the facts, rewritten whenever they change.
import { Temporal } from "temporal-polyfill";
import type { Finding } from "../finding.ts";
import type { Issue } from "../forge.ts";
import type { MarkedPlace, Marker } from "../note-marker.ts";
import type { Action } from "../plan.ts";
import { type AuditEventAnswer, selfServeAnswer } from "./audit-event-answer.ts";
import type { CustodyHead } from "./custody.ts";
import { shortHead } from "./custody-verification.ts";
import { keepNote } from "./kept-note.ts";
import type { Dismissed } from "./legal-statement.ts";
import { currentArtefact, heldAfterRelease, type Stage, stageOf } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";
import { REQUEST_LABEL } from "./recognition.ts";
import { rescopeText } from "./rescope.ts";
import type { ScopeAdvice } from "./scope-advice.ts";
import { decisionForms } from "./statement.ts";
import type { StatusClock } from "./status-clock.ts";
import { NOTHING, type Steps } from "./steps.ts";

/** Where the status comment of an issue stands. `project`: numeric id of the tracker. */
export const statusPlace = (project: number, issue: number): MarkedPlace => ({
  project,
  kind: "note",
  parent: issue,
  tag: "status",
});

/** What `templates/notes/status.md.hbs` shows. */
export type StatusView = {
  readonly id: string;
  readonly stage: string;
  readonly headline: string;
  readonly next: string;
  readonly mention: string | null;
  readonly failed: readonly Finding[];
  readonly passed: readonly Finding[];
  readonly customer: readonly string[];
  /** What Legal waived, and on what grounds; null = nothing. */
  readonly waived: string | null;
  /** Lines by which Legal decides, and who may; null where no decision is asked for. */
  readonly decide: { readonly teams: string; readonly forms: string } | null;
  /** What people said to seclog and does not count, newest last. */
  readonly dismissed: readonly Dismissed[];
  /** What the customer's own Audit Events answer, for each wanted event. */
  readonly auditEvents: readonly AuditEventAnswer[];
  /** What the log-dive will cost, in one sentence; null where that is too little to speak of. */
  readonly cost: string | null;
  /** Narrower requests that pass, in the words of the form; null where the request is narrow enough. */
  readonly rescope: string | null;
  readonly clock: {
    readonly asOf: string;
    readonly due: string;
    readonly findings: string;
    readonly extended: string | null;
  } | null;
  /** Why no update is due, since when, and what is waited for. */
  readonly paused: { readonly since: string | null; readonly waitsFor: string } | null;
  readonly mergeRequestUrl: string | null;
  readonly packagesUrl: string | null;
  readonly expires: string | null;
  readonly policy: string;
  /** The head of the custody log, for `seclog verify --head`: a log that is cut later no longer reaches it. */
  readonly custody: string | null;
};

const NEXT: Readonly<Record<Stage, string>> = {
  intake:
    "Author: edit the description so that each point below is answered. The check runs again by itself.",
  eligibility: "Author: see each point below. An edit of the description starts the check again.",
  routing: "GitLab Legal decides on the exception first. No log is read before that.",
  "self-serve":
    "Support: send the customer the answer below and close this issue. Where it is not enough, say why under “Why the Audit Events are not enough”, and the log-dive follows.",
  "log-dive": "The log-dive is due. It reads only what the request names.",
  review: "Legal and Security look at the artefact and approve the merge request.",
  "hand-over":
    "Support or CSM: fetch the hand-over package, share it with the customer, then close this issue.",
  withdrawn: "The merge request was closed by hand. Reopen it to go on, or close this issue.",
};

const NEXT_WHEN_COSTLY =
  "Author: ask for less, or accept the cost in the form. No log is read before that.";

const NEXT_WHEN_HELD =
  "SIRT: the merge request says what has changed since the approvals. Put it right, and the hand-over follows; otherwise close this issue and file the request anew.";

/** The words of the status comment. `clock` is null once nothing is owed to the customer any more. */
export function statusView(
  seen: Observation,
  clock: StatusClock | null,
  context: {
    readonly custody: CustodyHead | null;
    /** Extensions that were asked for and do not count. */
    readonly dismissed: readonly Dismissed[];
    /** The policy of the exception: the rule that asks for one, and the teams that decide. */
    readonly exception: { readonly id: string; readonly decided_by: readonly string[] };
    readonly auditEvents: readonly AuditEventAnswer[];
    /** Null while there is no request to advise on. */
    readonly advice: ScopeAdvice | null;
    readonly projectUrl: string;
    readonly artefactProjectUrl: string;
    readonly mentions: Readonly<Record<"support" | "sirt" | "legal" | "reviewers", string | null>>;
  },
): StatusView {
  const stage = stageOf(seen);
  const { findings, policy } = seen.verdict;
  const artefact = currentArtefact(seen);
  const begun = stage === "log-dive" || stage === "review" || stage === "hand-over";
  return {
    id: seen.id,
    stage,
    headline: headline(seen, stage),
    next: nextStep(seen, stage, context.advice),
    mention: mentionFor(seen, stage, context.mentions),
    failed: findings.filter((finding) => !finding.ok),
    passed: findings.filter((finding) => finding.ok),
    customer: customerSentences(findings, selfServeAnswer(context.auditEvents), stage),
    waived: waivedSentence(findings, context.exception.id),
    decide: decisionAsked(seen, context.exception),
    dismissed: [...seen.legal.dismissed, ...context.dismissed]
      .toSorted((a, b) => Temporal.Instant.compare(a.at, b.at))
      .slice(-MOST_DISMISSED),
    auditEvents: context.auditEvents,
    cost: isUndecided(stage) ? (context.advice?.cost ?? null) : null,
    rescope: rescopeOf(stage, context.advice),
    clock: clock === null || clock.stands ? null : clockView(seen, clock),
    paused:
      clock === null || !clock.stands
        ? null
        : { since: clock.since, waitsFor: clock.waitsFor.join(", ") },
    mergeRequestUrl: begun
      ? `${context.projectUrl}/-/merge_requests?scope=all&state=all&source_branch=request%2F${seen.id}`
      : null,
    packagesUrl:
      stage === "hand-over" && heldAfterRelease(seen).length === 0
        ? `${context.artefactProjectUrl}/-/packages?search%5B%5D=${seen.id}-hand-over`
        : null,
    expires: stage === "hand-over" && artefact !== null ? artefact.manifest.expires_at : null,
    policy: `${policy.version} ${policy.sha256.slice(0, 12)}`,
    custody: context.custody === null ? null : shortHead(context.custody),
  };
}

const MOST_DISMISSED = 5;

function clockView(
  seen: Observation,
  { slot, due, extension }: Extract<StatusClock, { readonly stands: false }>,
): StatusView["clock"] {
  const words = extension?.words ?? null;
  const by = words === null ? "" : `, by ${words.user}: ${words.reason}`;
  return {
    asOf: slot,
    due,
    findings: recordedFindings(seen),
    extended: extension === null ? null : `${extension.by}${by}`,
  };
}

/** The word of the exception on the rules that Legal waived, and what each of them found. */
function waivedSentence(findings: readonly Finding[], exception: string): string | null {
  const waived = findings.filter((finding) => finding.waived);
  if (waived.length === 0) return null;
  const said = findings.filter(({ rule, ok }) => rule === exception && ok);
  return [...said, ...waived].map(({ reason }) => reason).join(" ");
}

/** A later decision takes the place of an earlier one, so the line names the rules that are waived already as well. */
function decisionAsked(
  { verdict, requestSha256 }: Observation,
  exception: { readonly id: string; readonly decided_by: readonly string[] },
): StatusView["decide"] {
  const asked = verdict.findings.find(({ rule, ok }) => rule === exception.id && !ok);
  if (verdict.route !== "legal" || asked === undefined || requestSha256 === null) return null;
  const waived = verdict.findings.filter((finding) => finding.waived).map(({ rule }) => rule);
  return {
    teams: exception.decided_by.join(", "),
    forms: decisionForms(requestSha256, [String(asked.measured), ...waived]),
  };
}

const isUndecided = (stage: Stage): boolean =>
  ["eligibility", "routing", "self-serve", "log-dive"].includes(stage);

const rescopeOf = (stage: Stage, advice: ScopeAdvice | null): string | null =>
  isUndecided(stage) && advice?.rescope ? rescopeText(advice.rescope) : null;

function nextStep(seen: Observation, stage: Stage, advice: ScopeAdvice | null): string {
  if (heldAfterRelease(seen).length > 0) return NEXT_WHEN_HELD;
  return stage === "log-dive" && advice?.awaits === true ? NEXT_WHEN_COSTLY : NEXT[stage];
}

/** What Support may send: what stands against the request, and that the customer can look themselves while nothing is collected yet. */
function customerSentences(
  findings: readonly Finding[],
  selfServe: string | null,
  stage: Stage,
): readonly string[] {
  const against = findings.flatMap(({ ok, customer }) =>
    ok || customer === undefined ? [] : [customer],
  );
  const early = isUndecided(stage);
  return selfServe !== null && early ? [...against, selfServe] : against;
}

function headline(seen: Observation, stage: Stage): string {
  if (heldAfterRelease(seen).length > 0) return "Released once, held back now";
  if (stage === "hand-over") return "Released";
  if (stage === "review") return "Collected and redacted, in review";
  if (stage === "self-serve") return "The customer can look themselves";
  if (seen.verdict.route === "legal") return "Needs an exception";
  switch (seen.verdict.verdict) {
    case "accept":
      return seen.verdict.route === "support" ? "Accepted, with Support" : "Accepted, with SIRT";
    case "needs-info":
      return "Something is missing";
    case "reject":
      return "Not eligible";
  }
}

function mentionFor(
  seen: Observation,
  stage: Stage,
  mentions: Readonly<Record<"support" | "sirt" | "legal" | "reviewers", string | null>>,
): string | null {
  if (stage === "routing") return mentions.legal;
  if (stage === "review") return mentions.reviewers;
  if (stage === "hand-over" || stage === "self-serve") return mentions.support;
  if (stage !== "log-dive") return null;
  return seen.verdict.route === "support" ? mentions.support : mentions.sirt;
}

/** What people wrote on the issue since it was filed: the source of the update to the customer (process, step 7). */
function recordedFindings({ notes, bot }: Observation): string {
  // GitLab tells in a user's own page alone who is a bot: our notes are known by our id.
  const written = notes.filter(
    ({ system, author }) => !system && !author.bot && author.id !== bot.id,
  );
  const last = written.at(-1);
  if (last === undefined) return "none recorded yet";
  return `${written.length} recorded, the last at ${last.createdAt}`;
}

/** Writes the comment when its text differs from what stands, and deletes what a late or doubled write left beside it. */
export function planStatusNote(seen: Observation, body: string, marker: Marker): Steps {
  if (seen.issue.state === "closed") return NOTHING;
  const place = { issue: seen.issue.iid };
  return { actions: keepNote(place, seen.notes, seen.bot.id, marker, body), records: [] };
}

const STAGE_LABEL: Readonly<Record<Stage, string | null>> = {
  intake: "Stage::Intake",
  eligibility: "Stage::Eligibility",
  routing: "Stage::Routing",
  "self-serve": "Stage::Routing",
  "log-dive": "Stage::Log-Dive",
  review: "Stage::Review",
  "hand-over": "Stage::Hand-Over",
  withdrawn: null,
};
const VERDICT_LABEL = {
  accept: "Request::Eligible",
  "needs-info": "Request::Needs-Info",
  reject: "Request::Ineligible",
} as const;
const ROUTE_LABEL = {
  support: "Route::Support",
  sirt: "Route::SIRT",
  legal: "Route::Legal",
} as const;
/** Scopes whose labels are a view of ours: a label of them that the facts do not carry is taken away. */
const OWN_SCOPES = ["Stage::", "Request::", "Route::"];

/** The labels that follow from the facts. */
export function labelsOf(seen: Observation): readonly string[] {
  const { verdict, route } = seen.verdict;
  return [
    REQUEST_LABEL,
    STAGE_LABEL[stageOf(seen)],
    VERDICT_LABEL[verdict],
    route === null ? null : ROUTE_LABEL[route],
  ].filter((label) => label !== null);
}

/** Label deltas only: GitLab's `labels` parameter would replace what people set. */
export function planLabels(seen: Observation): Steps {
  if (seen.issue.state === "closed") return NOTHING;
  const change = labelChange(seen.issue, labelsOf(seen));
  return { actions: change === null ? [] : [change], records: [] };
}

function labelChange(issue: Issue, wanted: readonly string[]): Action | null {
  const add = wanted.filter((label) => !issue.labels.includes(label));
  const remove = issue.labels.filter(
    (label) => OWN_SCOPES.some((scope) => label.startsWith(scope)) && !wanted.includes(label),
  );
  if (add.length === 0 && remove.length === 0) return null;
  return { kind: "change-labels", issue: issue.iid, add, remove };
}
