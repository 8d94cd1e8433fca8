// What the customer's own Audit Events can answer: for each wanted event where it is seen, or why it is not.
import type { EventTypeCatalogue } from "../event-type.ts";
import type { GapKind } from "./gap.ts";
import type { DecisionInput } from "./situation.ts";

/** `saved`: an owner of the group sees it now. The others are gaps, see {@link GapKind}. */
export type AuditEventAnswer = {
  readonly eventType: string;
  readonly kind: "saved" | GapKind;
  /** One sentence for people. */
  readonly answer: string;
};

/** Where each scope is seen on GitLab.com, and the role that it takes (GitLab documentation, "Audit events", "Audit events API"). */
const VIEWS = {
  Group: "group: Secure > Audit events, or GET /groups/:id/audit_events, as Owner",
  Project: "project: Secure > Audit events, or GET /projects/:id/audit_events, as Maintainer",
} as const;

/** One answer for each wanted event type, in their order; a name twice is answered once. */
export function auditEventAnswers(
  wanted: readonly string[],
  catalogue: EventTypeCatalogue,
): readonly AuditEventAnswer[] {
  const types = new Map(catalogue.audit_events.map((type) => [type.name, type]));
  return [...new Set(wanted)].map((eventType): AuditEventAnswer => {
    const type = types.get(eventType);
    if (type === undefined)
      return { eventType, kind: "not_recorded", answer: "Audit Events do not record it" };
    const since = type.since === undefined ? "" : `, since GitLab ${type.since}`;
    if (!type.saved)
      return {
        eventType,
        kind: "stream_only",
        answer: `streamed only${since}: seen where a streaming destination was set up by then`,
      };
    const views = (["Group", "Project"] as const).filter((scope) => type.scope.includes(scope));
    if (views.length === 0)
      return {
        eventType,
        kind: "out_of_view",
        answer: `saved${since}, but in scope ${type.scope.join(" and ")} only: an owner of the group cannot see it`,
      };
    const where = views.map((scope) => VIEWS[scope]).join("; ");
    return { eventType, kind: "saved", answer: `saved${since}; ${where}` };
  });
}

/** How many of the wanted events an owner of the group sees in Audit Events: all, some, or none. */
export function shownInAuditEvents(
  wanted: readonly string[],
  catalogue: EventTypeCatalogue,
): NonNullable<DecisionInput["audit_events"]> {
  const answers = auditEventAnswers(wanted, catalogue);
  const saved = answers.filter(({ kind }) => kind === "saved").length;
  if (saved === 0) return "none";
  return saved === answers.length ? "saved" : "partly";
}

/** The answer for the customer where a log-dive would show nothing that they cannot see themselves; else null. */
export const selfServeAnswer = (answers: readonly AuditEventAnswer[]): string | null =>
  answers.length > 0 && answers.every(({ kind }) => kind === "saved")
    ? "The events you ask about are in the Audit Events of your groups and projects (Secure > Audit events, or the audit events API, at most 30 days a query). An owner of the group can look there now. Please tell us what you cannot find there."
    : null;
