// The gap in Audit Events that made the log-dive necessary, as a public-safe issue: event type and count, never a word of the request.
import type { Issue } from "../forge.ts";
import { isSigned, markerOf, ownIssues, type Sign, withMarker } from "../note-marker.ts";
import type { Action } from "../plan.ts";
import type { Digest } from "./custody.ts";
import { isHandedOver, isReleased } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";
import { NOTHING, type Steps } from "./steps.ts";

/** What the Audit Events catalogue says of an event type that a customer could not see for themselves. */
export type Gap = {
  readonly eventType: string;
  /** `not_recorded`: no audit event exists; `stream_only`: it is never saved, so it is lost without a destination. */
  readonly kind: "not_recorded" | "stream_only";
  readonly category: string | null;
};
type GapIssueText = (gap: Gap, demand: number) => { readonly title: string; readonly body: string };

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
  const place = { project: project.id, kind: "issue", parent: 0 } as const;
  const marker = markerOf({ ...place, tag: `gap/${gap.eventType}` }, sign);
  const [standing, ...doubles] = ownIssues(issues, seen.bot.id, marker);
  const known = [standing, ...doubles].flatMap((issue) => demandTokens(issue?.description ?? ""));
  const token = context.digest(`${seen.id} ${seen.issue.id} ${gap.eventType}`).slice(0, 12);
  const tokens = [...new Set([...known, token])].sort();
  const { title, body } = context.text(gap, tokens.length);
  const description = withMarker(
    marker,
    `${body.trimEnd()}\n\n<!-- demand ${tokens.join(" ")} -->\n`,
  );
  if (standing === undefined) {
    const issue = { project: project.path, tag: marker.tag, title, description, labels };
    return [{ kind: "create-issue", ...issue, confidential: false }];
  }
  const counted = demandTokens(standing.description).length === tokens.length;
  const onRecord = seen.custody.entries.some(({ event }) => event === "gap");
  const missing = onRecord ? [] : labels.filter((label) => !standing.labels.includes(label));
  const edit = {
    kind: "edit-issue",
    project: project.path,
    issue: standing.iid,
    description,
  } as const;
  const moved = markerOf({ ...place, tag: `gap-double/${gap.eventType}` }, sign);
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
const demandTokens = (description: string): readonly string[] =>
  /<!-- demand ((?:[0-9a-f]{12} ?)+)-->/.exec(description)?.[1]?.trim().split(" ") ?? [];
