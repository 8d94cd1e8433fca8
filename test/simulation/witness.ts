// Looks on while the product writes: every invariant that must hold at the very moment of a write.
import { open } from "../../scripts/adapters/artefact/seal.ts";
import { latestVersion } from "../sandbox/merge-requests/versions.ts";
import type { GenericPackage, Issue, Note, Project } from "../sandbox/model.ts";
import type { State } from "../sandbox/state.ts";
import { CONFIDENTIAL } from "./forms.ts";
import { GAPS } from "./lab.ts";
import { OUT_OF_SCOPE } from "./memory-log-store.ts";
import {
  botOf,
  custodyOf,
  fileOf,
  gapTracker,
  idOf,
  manifestAt,
  manifestOf,
  mergeRequestsOf,
  releaseFaults,
  requestAt,
  sha256,
  tracker,
} from "./model.ts";

export type Invariant =
  | "two valid people released exactly these bytes"
  | "no row outside the scope"
  | "nothing collected before acceptance"
  | "no confidential text in a public object"
  | "the custody log is valid and only grows"
  | "no text of a human edited"
  | "merged at the approved head"
  | "Retry-After is obeyed"
  | "a dry run writes nothing"
  | "one status comment"
  | "one merge request and branch"
  | "one gap issue"
  | "labels match the state"
  | "expired artefacts are gone"
  | "released when due"
  | "at rest after three runs"
  | "a run without faults is green";
export type Violation = { readonly invariant: Invariant; readonly what: string };

export type Witness = {
  readonly violations: Violation[];
  readonly report: (invariant: Invariant, what: string) => void;
  /** People have acted: their texts are what they are now. */
  readonly humansActed: () => void;
  /** A step begins: what was released before it counts no more. */
  readonly stepBegins: () => void;
  /** A run begins: what is released now may be handed over by it, whatever people do meanwhile. */
  readonly runBegins: () => void;
  /** After a write of the bot took effect. */
  readonly afterWrite: (method: string, path: string) => Promise<void>;
};

/** @param acceptable whether this request, as people filed it, may be accepted */
export function createWitness(
  state: State,
  keys: { readonly reviewers: string; readonly support: string },
  acceptable: (issue: Issue) => boolean,
): Witness {
  const violations: Violation[] = [];
  const report: Witness["report"] = (invariant, what) => violations.push({ invariant, what });
  let texts = humanTexts(state);
  let releasable = new Set<string>();
  let accepted = new Set<string>();
  let confidential = new Set<Issue>();
  const custody = new Map<string, string>();
  const ids = () => tracker(state).issues.map(idOf);
  /** The request with the head that was approved. */
  const atHead = (id: string) => {
    const mergeRequest = mergeRequestsOf(state, id).at(-1);
    return `${id} ${mergeRequest === undefined ? "" : latestVersion(mergeRequest).headSha}`;
  };
  const isReleasedNow = (id: string) => releaseFaults(state, id).length === 0;
  const releasedNow = () => ids().filter(isReleasedNow).map(atHead);
  const isReleased = (id: string) => releasable.has(atHead(id)) || isReleasedNow(id);

  return {
    violations,
    report,
    humansActed: () => {
      texts = humanTexts(state);
    },
    stepBegins: () => {
      releasable = new Set();
      accepted = new Set();
    },
    runBegins: () => {
      releasable = new Set([...releasable, ...releasedNow()]);
      accepted = new Set([...accepted, ...tracker(state).issues.filter(acceptable).map(idOf)]);
      confidential = new Set(tracker(state).issues.filter((issue) => issue.confidential));
    },
    afterWrite: async (method, path) => {
      const present = humanTexts(state);
      for (const [key, before] of texts)
        if (present.get(key) !== before) report("no text of a human edited", key);
      for (const what of publicTexts(state, confidential))
        report("no confidential text in a public object", what);
      for (const id of ids()) checkCustody(state, id, custody, report);
      const merged = /\/merge_requests\/(\d+)\/merge$/.exec(path)?.[1];
      if (method === "PUT" && merged !== undefined)
        checkMerge(state, Number(merged), isReleased, report);
      const stored = /\/packages\/generic\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(path);
      if (method === "PUT" && stored !== null) {
        const [, name = "", version = "", file = ""] = stored;
        await checkPackage(state, { name, version, file }, { keys, isReleased, accepted, report });
      }
    },
  };
}

/** Titles, descriptions and notes that people wrote, by where they stand. */
function humanTexts(state: State): ReadonlyMap<string, string> {
  const bot = botOf(state).id;
  const texts = new Map<string, string>();
  for (const project of [tracker(state), gapTracker(state)])
    for (const issue of [...project.issues, ...project.mergeRequests]) {
      const key = `${project.fullPath} ${issue.kind} ${issue.iid}`;
      if (issue.authorId !== bot) {
        texts.set(`${key} title`, issue.title);
        texts.set(`${key} description`, issue.description ?? "");
      }
      for (const note of issue.notes)
        if (!note.system && note.authorId !== bot) texts.set(`${key} note ${note.id}`, note.body);
    }
  return texts;
}

/**
 * Texts of the bot on issues that are not confidential, with a word of a request in them. GitLab knows no write that depends
 * on it: on an issue that somebody makes public while a run is on its way, that run may finish; the next hides it first.
 */
function publicTexts(state: State, untilNow: ReadonlySet<Issue>): readonly string[] {
  const bot = botOf(state).id;
  const leaks = (text: string) =>
    CONFIDENTIAL.some((word) => text.toLowerCase().includes(word.toLowerCase()));
  return [tracker(state), gapTracker(state)].flatMap((project) =>
    project.issues
      .filter((issue) => !issue.confidential && !untilNow.has(issue))
      .flatMap((issue) => {
        const own = issue.authorId === bot ? [issue.title, issue.description ?? ""] : [];
        const notes = freshNotes(state, issue, bot).map(({ body }) => body);
        const where = `${project.fullPath}#${issue.iid}`;
        return [...own, ...notes].some(leaks) ? [where] : [];
      }),
  );
}

/** Notes of the bot written at this moment: one that stood there before somebody made the issue public is not ours to answer for. */
const freshNotes = (state: State, issue: Issue, bot: number): readonly Note[] =>
  issue.notes.filter(
    (note) => note.authorId === bot && !note.system && note.updatedAt === state.stamp(),
  );

function checkCustody(
  state: State,
  id: string,
  known: Map<string, string>,
  report: Witness["report"],
): void {
  const text = custodyOf(state, id) ?? "";
  const before = known.get(id) ?? "";
  if (text === before) return;
  const invariant = "the custody log is valid and only grows";
  if (!text.startsWith(before)) report(invariant, `${id}: what stood there was changed`);
  const fault = chainFault(text);
  if (fault !== null) report(invariant, `${id}: ${fault}`);
  known.set(id, text);
}

/** Each line names the hash of the one before, and its own over everything but itself, keys in order. */
function chainFault(text: string): string | null {
  let prev = "0".repeat(64);
  for (const [at, line] of text.split("\n").slice(0, -1).entries()) {
    const { hash, ...rest } = JSON.parse(line);
    if (rest.seq !== at + 1) return `line ${at + 1} has number ${rest.seq}`;
    if (rest.prev !== prev) return `line ${at + 1} does not follow`;
    if (sha256(sorted(rest)) !== hash) return `line ${at + 1} has another hash`;
    prev = hash;
  }
  return text === "" || text.endsWith("\n") ? null : "the last line is cut";
}

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${sorted(member)}`).join(",")}}`;
}

function checkMerge(
  state: State,
  iid: number,
  isReleased: (id: string) => boolean,
  report: Witness["report"],
): void {
  const mergeRequest = tracker(state).mergeRequests.find((one) => one.iid === iid);
  const id = mergeRequest?.sourceBranch.replace(/^request\//, "") ?? "";
  if (mergeRequest?.state === "merged" && !isReleased(id))
    report("merged at the approved head", `${id}: ${releaseFaults(state, id).join(", ")}`);
}

type Stored = { readonly name: string; readonly version: string; readonly file: string };

async function checkPackage(
  state: State,
  { name, version, file }: Stored,
  known: {
    readonly keys: { readonly reviewers: string; readonly support: string };
    readonly isReleased: (id: string) => boolean;
    readonly accepted: ReadonlySet<string>;
    readonly report: Witness["report"];
  },
): Promise<void> {
  const { keys, isReleased, accepted, report } = known;
  const id = name.replace(/-hand-over$/, "");
  const handOver = name !== id;
  const stored = tracker(state).packages.find(
    (one) => one.name === name && one.version === version,
  );
  if (stored === undefined) return;
  if (handOver) {
    const fault = handOverFault(state, id, stored, isReleased);
    if (fault !== null) report("two valid people released exactly these bytes", `${id}: ${fault}`);
  } else if (!accepted.has(id) || !isInGit(state, id))
    report("nothing collected before acceptance", id);
  if (/^(?:rows|summary)\./.test(file)) {
    const sealed = fileOf(stored, file) ?? new Uint8Array();
    const clear = Buffer.from(await opened(sealed, handOver ? keys.support : keys.reviewers));
    const found = OUT_OF_SCOPE.filter((word) => clear.toString("utf8").includes(word));
    if (found.length > 0)
      report("no row outside the scope", `${name}/${file}: ${found.join(", ")}`);
  }
}

const clearTexts = new Map<string, Uint8Array>();
/** Opening costs more than all else, and the same sealed bytes are stored again by the next file of nothing. */
async function opened(sealed: Uint8Array, key: string): Promise<Uint8Array> {
  const known = clearTexts.get(sha256(sealed));
  if (known !== undefined) return known;
  const clear = await open(sealed, key);
  clearTexts.set(sha256(sealed), clear);
  return clear;
}

function handOverFault(
  state: State,
  id: string,
  stored: GenericPackage,
  isReleased: (id: string) => boolean,
): string | null {
  const mergeRequest = mergeRequestsOf(state, id).at(-1);
  if (mergeRequest === undefined) return "there is no merge request";
  if (!isReleased(id)) return releaseFaults(state, id).join(", ");
  const approved = manifestAt(state, id, latestVersion(mergeRequest).headSha);
  if (approved === null) return "no manifest was approved";
  const artefact: string = JSON.parse(approved).artefact.sha256;
  if (stored.version !== artefact.slice(0, 12)) return "another artefact was approved";
  const shown = manifestOf(stored);
  return shown === null || shown === approved ? null : "its manifest is not the approved one";
}

/** Git is the record: the request file stands at the head of the merge request. */
function isInGit(state: State, id: string): boolean {
  const mergeRequest = mergeRequestsOf(state, id).at(-1);
  return (
    mergeRequest !== undefined && requestAt(state, id, latestVersion(mergeRequest).headSha) !== null
  );
}

export const gapIssues = (state: State): Project["issues"] =>
  state.project(GAPS)?.issues.filter(({ authorId }) => authorId === botOf(state).id) ?? [];
