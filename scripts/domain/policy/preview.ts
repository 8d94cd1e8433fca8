// What a merge request that changes policies does to past requests, as the one comment on it: counts and ids of cases alone.
import { type Fault, formatFault } from "../fault.ts";
import type { Note } from "../forge.ts";
import { type MarkedPlace, type Marker, ownNotes } from "../note-marker.ts";
import { type Flip, flipText, type Impact, type Past, TEAMS } from "./impact.ts";

/** Where the preview stands. `project`: numeric id of the project of the merge request. */
export const previewPlace = (project: number, mergeRequest: number): MarkedPlace => ({
  project,
  kind: "merge-request-note",
  parent: mergeRequest,
  tag: "policy-preview",
});

/** The names below `policies/` of the files that a merge request touches; empty = it changes no policy. */
export const touchedPolicies = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => path.startsWith(FOLDER)).map((path) => path.slice(FOLDER.length));
const FOLDER = "policies/";

/** How many past requests one preview reads, the newest ones. */
export const MOST_PAST_REQUESTS = 500;
const SHOWN_NAMES = 20;
const SHOWN_FAULTS = 20;

/** What `templates/notes/policy-preview.md.hbs` shows. */
export type PreviewView = {
  readonly headline: string;
  /** Faults that `validate` refuses, `file:line:column key message`. */
  readonly faults: readonly string[];
  readonly moreFaults: number;
  readonly parts: readonly PreviewPart[];
  readonly unreadable: number;
  /** Names the reading that was made: the same words again need no second look. */
  readonly inputs: string;
};
type PreviewPart = {
  readonly title: string;
  readonly flips: number;
  readonly kinds: readonly {
    readonly what: string;
    readonly count: number;
    readonly cases: string;
  }[];
  readonly load: readonly {
    readonly team: string;
    readonly before: number;
    readonly after: number;
  }[];
};

/** The words of the comment. `impact` is null where the policies do not run. */
export function previewView(
  impact: Impact | null,
  past: Past,
  faults: readonly Fault[],
  inputs: string,
): PreviewView {
  return {
    headline: headlineOf(impact, faults),
    faults: faults.slice(0, SHOWN_FAULTS).map(formatFault),
    moreFaults: Math.max(0, faults.length - SHOWN_FAULTS),
    parts: impact === null ? [] : partsOf(impact),
    unreadable: past.unreadable.length,
    inputs,
  };
}

function headlineOf(impact: Impact | null, faults: readonly Fault[]): string {
  if (impact === null) return "The policies of this merge request cannot be read";
  const flips = impact.flips.length;
  const what = flips === 0 ? "No past verdict flips" : `Past verdicts that flip: ${flips}`;
  return faults.length === 0 ? what : `${what}; validate refuses the change`;
}

function partsOf({ requests, newest, ...asFiled }: Impact): readonly PreviewPart[] {
  const title = `Past requests, each by the limits of its day of filing: ${requests}`;
  const later = "The same, if all were filed under the newest limits";
  return [partOf(title, asFiled), ...(newest === null ? [] : [partOf(later, newest)])];
}

function partOf(title: string, { flips, load }: Pick<Impact, "flips" | "load">): PreviewPart {
  const kinds = new Map<string, Flip[]>();
  for (const flip of flips) {
    const same = kinds.get(flipText(flip)) ?? [];
    kinds.set(flipText(flip), [...same, flip]);
  }
  return {
    title,
    flips: flips.length,
    kinds: [...kinds].map(([what, same]) => ({ what, count: same.length, cases: namesOf(same) })),
    load: TEAMS.filter((team) => load.base[team] !== load.head[team]).map((team) => ({
      team,
      before: load.base[team],
      after: load.head[team],
    })),
  };
}

/** Ids of requests alone: any other name may say more than it should. */
function namesOf(flips: readonly Flip[]): string {
  const names = flips.map(({ name }) => name).filter((name) => /^IR-\d{4}-\d{4,8}$/.test(name));
  const more = flips.length - Math.min(names.length, SHOWN_NAMES);
  return [...names.slice(0, SHOWN_NAMES), ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}

/** Whether the comment of this reading stands already, and alone. */
export function isPreviewed(
  notes: readonly Note[],
  botId: number,
  marker: Marker,
  inputs: string,
): boolean {
  const [standing, ...doubles] = ownNotes(notes, botId, marker);
  return standing !== undefined && doubles.length === 0 && standing.body.includes(inputs);
}
