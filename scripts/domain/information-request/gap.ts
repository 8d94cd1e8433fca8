// The gap in Audit Events that made the log-dive necessary, as a public-safe issue: event type and count, never a word of the request.
import type { Issue } from "../forge.ts";
import { findOwnIssue, withMarker } from "../note-marker.ts";
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
export type GapIssueText = (
  gap: Gap,
  demand: number,
) => { readonly title: string; readonly body: string };

/**
 * One issue per gap, found by its marker and the bot's author id; a request is counted once.
 * Source: process, step 10; labels from `policies/gap.yaml`.
 */
export function planGap(
  seen: Observation,
  gaps: readonly Gap[],
  issues: readonly Issue[],
  context: {
    readonly project: string;
    readonly labels: readonly string[];
    readonly text: GapIssueText;
    readonly digest: Digest;
  },
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
  context: Parameters<typeof planGap>[3],
): readonly Action[] {
  const tag = `gap/${gap.eventType}`;
  const token = context.digest(`${seen.id} ${seen.issue.id} ${gap.eventType}`).slice(0, 12);
  const standing = findOwnIssue(issues, seen.bot.id, tag);
  const known = standing === null ? [] : demandTokens(standing.description);
  if (known.includes(token)) return [];
  const tokens = [...known, token].sort();
  const { title, body } = context.text(gap, tokens.length);
  const description = withMarker(tag, `${body.trimEnd()}\n\n<!-- demand ${tokens.join(" ")} -->\n`);
  return standing === null
    ? [
        {
          kind: "create-issue",
          project: context.project,
          tag,
          title,
          description,
          labels: context.labels,
          confidential: false,
        },
      ]
    : [{ kind: "edit-issue", project: context.project, issue: standing.iid, description }];
}

/** Which requests asked already, as opaque digests: enough to count each once, nothing to learn from. */
const demandTokens = (description: string): readonly string[] =>
  /<!-- demand ((?:[0-9a-f]{12} ?)+)-->/.exec(description)?.[1]?.trim().split(" ") ?? [];
