// The reviewers' page (the merge request's description): on one screen what was asked, collected, removed, and who may still approve.
import { currentArtefact, heldAfterRelease } from "./lifecycle.ts";
import type { Manifest } from "./manifest.ts";
import type { Observation, StoredArtefact } from "./observation.ts";
import type { Release } from "./review.ts";

/** One role of the release gate, as the page shows it. People are user names; the template puts them in code spans. */
type RoleState = {
  readonly name: string;
  readonly state: string;
  readonly people: readonly string[];
};

/** What `templates/merge-requests/review.md.hbs` shows. */
export type ReviewView = {
  readonly id: string;
  readonly issue: string;
  readonly verdictLine: string;
  readonly account: string;
  readonly window: string;
  /** Groups, projects and users. */
  readonly resources: readonly string[];
  readonly eventTypes: readonly string[];
  readonly roles: readonly RoleState[];
  readonly hold: readonly string[];
  readonly reviewers: readonly string[];
  readonly artefact: ReturnType<typeof artefactView> | null;
};

/** Null while the form is not whole: then there is no merge request either. */
export function reviewView(seen: Observation, reviewers: readonly string[]): ReviewView | null {
  const { request, verdict, release } = seen;
  if (request === null) return null;
  const artefact = currentArtefact(seen);
  return {
    id: seen.id,
    issue: `#${seen.issue.iid}`,
    verdictLine: `${verdict.verdict}${verdict.route === null ? "" : `, with ${verdict.route}`}`,
    account: request.account.path,
    window: `${request.window.from} to ${request.window.to} (end not included)`,
    resources: Object.values(request.resources).flat(),
    eventTypes: request.event_types,
    roles: (release?.roles ?? []).map((role) => ({
      name: role.name,
      ...(role.approved_by === null
        ? { state: "may still approve", people: role.may_approve }
        : { state: "approved by", people: [role.approved_by] }),
    })),
    hold: [...new Set([...(release?.reasons ?? []), ...heldAfterRelease(seen)])].filter(
      (reason) => !isMissingRole(reason, release),
    ),
    reviewers: artefact === null ? [] : reviewers,
    artefact: artefact === null ? null : artefactView(artefact),
  };
}

/** Which approvals are missing is told role by role. */
const isMissingRole = (reason: string, release: Release | null): boolean =>
  release?.roles.some(({ name }) => reason.startsWith(`${name}: `)) === true;

function artefactView({ manifest, name, version }: StoredArtefact) {
  return {
    complete: manifest.complete,
    sources: manifest.sources.map((source) => ({
      source: source.source,
      scanned: source.scanned,
      matched: source.matched,
      released: source.released,
      withheld: total(source.withheld),
      quarantined: total(source.quarantined),
    })),
    missing: manifest.sources.flatMap((source) => [
      ...source.missing.map((day) => `${source.source} of ${day}`),
      ...source.broken.map(({ object, reason }) => `${object}: ${reason}`),
    ]),
    reasons: reasons(manifest),
    fields: manifest.fields.map(({ source, field, kept, pseudonymised, removed }) => ({
      field: `${source} ${field}`,
      kept,
      pseudonymised,
      removed,
    })),
    gate: manifest.gate.map(({ check, ok, findings, planted }) => ({
      check,
      result: `${ok ? "passed" : `${findings} findings`}${planted === undefined ? "" : ` (planted ${planted}, ${findings} out)`}`,
    })),
    sha256: manifest.artefact.sha256,
    root: manifest.rows.root,
    requestSha256: manifest.request.sha256,
    policySha256: manifest.policy.sha256,
    package: `${name}/${version}`,
    openWith: `age --decrypt --identity YOUR_KEY ${manifest.lane === "aggregate" ? "aggregate.json" : "rows.ndjson"}.age`,
  };
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

type ReasonCounts = {
  readonly reason: string;
  readonly values: number;
  readonly withheld: number;
  readonly quarantined: number;
};

/** Why values, rows and lines did not go out, over all sources, the most frequent first. */
function reasons({ fields, sources }: Manifest): readonly ReasonCounts[] {
  const counts = new Map<string, { values: number; withheld: number; quarantined: number }>();
  const add = (
    kind: "values" | "withheld" | "quarantined",
    some: Readonly<Record<string, number>>,
  ) => {
    for (const [reason, count] of Object.entries(some)) {
      const sums = counts.get(reason) ?? { values: 0, withheld: 0, quarantined: 0 };
      sums[kind] += count;
      counts.set(reason, sums);
    }
  };
  for (const field of fields) add("values", field.reasons);
  for (const source of sources) {
    add("withheld", source.withheld);
    add("quarantined", source.quarantined);
  }
  const weight = ({ values, withheld, quarantined }: ReasonCounts) =>
    values + withheld + quarantined;
  // Sorting is stable: reasons of the same weight stay in the order of their names.
  return [...counts.keys()]
    .sort()
    .map((reason) => ({ reason, values: 0, withheld: 0, quarantined: 0, ...counts.get(reason) }))
    .sort((a, b) => weight(b) - weight(a));
}
