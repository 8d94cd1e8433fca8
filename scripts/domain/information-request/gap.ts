// The gap in Audit Events that made the log-dive necessary, as a public-safe issue: event type and count, never a word of the request.
import type { Issue } from "../forge.ts";
import {
  isSigned,
  type MarkedPlace,
  markerOf,
  ownIssues,
  type Sign,
  withMarker,
} from "../note-marker.ts";
import type { Action } from "../plan.ts";
import type { Digest } from "./custody.ts";
import { isHandedOver, isReleased } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";
import { NOTHING, type Steps } from "./steps.ts";

/**
 * `not_recorded`: no audit event exists; `stream_only`: it is never saved, so it is lost without a destination;
 * `out_of_view`: it is saved, but for users or the instance only, where no owner of a group sees it.
 */
export const GAP_KINDS = ["not_recorded", "stream_only", "out_of_view"] as const;
export type GapKind = (typeof GAP_KINDS)[number];

/** What the Audit Events catalogue says of an event type that a customer could not see for themselves. */
export type Gap = {
  readonly eventType: string;
  readonly kind: GapKind;
  readonly category: string | null;
};
/** How many requests met the gap, by what the catalogue said when each was counted; a request is counted once. */
export type Demand = Readonly<Record<GapKind, number>>;
type GapIssueText = (gap: Gap, demand: Demand) => { readonly title: string; readonly body: string };

/** Where the marker of an event type's gap issue stands. `project`: numeric id of the project of gap issues. */
export const gapPlace = (project: number, eventType: string): MarkedPlace => ({
  project,
  kind: "issue",
  parent: 0,
  tag: `gap/${eventType}`,
});

type Context = {
  readonly project: { readonly id: number; readonly path: string };
  readonly labels: readonly string[];
  readonly text: GapIssueText;
  readonly digest: Digest;
  readonly sign: Sign;
};

/**
 * One issue per gap, found by its marker and the bot's author id; a request is counted once.
 * Of several (a late effect, two runs at once) the lowest stays, with the demand of all; the others are closed.
 * GitLab may drop labels without a word: until the filing is on record, those that are missing are set again. Afterwards
 * they are the project's own affair.
 * Source: process, step 10; labels from `policies/gap.yaml`.
 */
export function planGap(
  seen: Observation,
  gaps: readonly Gap[],
  issues: readonly Issue[],
  context: Context,
): Steps {
  if (gaps.length === 0 || !(isReleased(seen) || isHandedOver(seen))) return NOTHING;
  const actions = gaps.flatMap((gap) => planOneGap(seen, gap, issues, context));
  return {
    actions,
    records: [{ event: "gap", data: { event_types: gaps.map((gap) => gap.eventType) } }],
  };
}

function planOneGap(
  seen: Observation,
  gap: Gap,
  issues: readonly Issue[],
  context: Context,
): readonly Action[] {
  const { project, labels, sign } = context;
  const marker = markerOf(gapPlace(project.id, gap.eventType), sign);
  const [standing, ...doubles] = ownIssues(issues, seen.bot.id, marker);
  const token = context.digest(`${seen.id} ${seen.issue.id} ${gap.eventType}`).slice(0, 12);
  // The later entry counts: what the standing issue says of a request goes before what others say.
  const demand = new Map([
    [token, gap.kind],
    ...[...doubles, standing].flatMap((issue) => [...demandIn(issue?.description ?? "")]),
  ]);
  const { title, body } = context.text(gap, countsOf(demand));
  const description = withMarker(marker, `${body.trimEnd()}\n\n${demandLines(demand)}\n`);
  if (standing === undefined) {
    const issue = { project: project.path, tag: marker.tag, title, description, labels };
    return [{ kind: "create-issue", ...issue, confidential: false }];
  }
  const counted = demandIn(standing.description).size === demand.size;
  const onRecord = seen.custody.entries.some(({ event }) => event === "gap");
  const missing = onRecord ? [] : labels.filter((label) => !standing.labels.includes(label));
  const edit = {
    kind: "edit-issue",
    project: project.path,
    issue: standing.iid,
    description,
  } as const;
  const moved = markerOf(
    { ...gapPlace(project.id, gap.eventType), tag: `gap-double/${gap.eventType}` },
    sign,
  );
  return [
    ...(counted && isSigned(standing.description, marker) && missing.length === 0
      ? []
      : [missing.length === 0 ? edit : { ...edit, add: missing }]),
    ...doubles.map(
      (double): Action => ({
        ...edit,
        issue: double.iid,
        // Under another tag it is not found again, whatever a person does with it.
        description: withMarker(
          moved,
          `Filed twice. The demand is counted in [issue ${standing.iid}](${standing.webUrl}).\n`,
        ),
        close: true,
      }),
    ),
  ];
}

/** Which requests asked already, as opaque digests: enough to count each once, nothing to learn from. */
type CountedRequests = ReadonlyMap<string, GapKind>;

const DEMAND = /<!-- demand (not_recorded|stream_only|out_of_view) ((?:[0-9a-f]{12} ?)+)-->/g;

const demandIn = (description: string): CountedRequests =>
  new Map(
    [...description.matchAll(DEMAND)].flatMap(([, kind = "", tokens = ""]) =>
      tokens
        .trim()
        .split(" ")
        .map((token) => [token, kind as GapKind] as const),
    ),
  );

const tokensOf = (demand: CountedRequests, wanted: GapKind): readonly string[] =>
  [...demand]
    .filter(([, kind]) => kind === wanted)
    .map(([token]) => token)
    .sort();

const countsOf = (demand: CountedRequests): Demand => ({
  not_recorded: tokensOf(demand, "not_recorded").length,
  stream_only: tokensOf(demand, "stream_only").length,
  out_of_view: tokensOf(demand, "out_of_view").length,
});

const demandLines = (demand: CountedRequests): string =>
  GAP_KINDS.map((kind) => ({ kind, tokens: tokensOf(demand, kind) }))
    .filter(({ tokens }) => tokens.length > 0)
    .map(({ kind, tokens }) => `<!-- demand ${kind} ${tokens.join(" ")} -->`)
    .join("\n");
