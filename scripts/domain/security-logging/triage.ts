// Intake of the Security Logging team: every new issue of the tracker enters its queue once. Source: handbook, Security Logging, Labels.
import { Temporal } from "temporal-polyfill";
import type { Issue } from "../forge.ts";
import { isInformationRequest } from "../information-request/recognition.ts";
import type { Plan } from "../plan.ts";

const TEAM_LABEL = "☁️ SecLog";
const INCOMING_LABEL = "SecLog::Incoming-Requests";

/**
 * An issue without the team label gets it, after the incoming label where it has no `SecLog::` state yet: two writes, since
 * the team label says that the first look was taken, and GitLab may drop one label of several.
 * Requests of customers have their own workflow, and issues that the bot filed itself are no request to the team.
 */
export function planTriage(issues: readonly Issue[], botId: number): Plan {
  return issues
    .filter((issue) => issue.author.id !== botId && !isInformationRequest(issue))
    .flatMap((issue) => {
      const inQueue = issue.labels.some((label) => label.startsWith("SecLog::"));
      if (issue.labels.includes(TEAM_LABEL)) return [];
      return [...(inQueue ? [] : [INCOMING_LABEL]), TEAM_LABEL].map(
        (label) => ({ kind: "change-labels", issue: issue.iid, add: [label], remove: [] }) as const,
      );
    });
}

/** What waits for a first look, oldest first, with its age in whole days. */
export function waitingIssues(
  issues: readonly Issue[],
  now: string,
): readonly { readonly issue: number; readonly days: number }[] {
  return issues
    .filter((issue) => issue.labels.includes(INCOMING_LABEL))
    .map((issue) => ({ issue: issue.iid, days: wholeDays(issue.createdAt, now) }))
    .sort((a, b) => b.days - a.days || a.issue - b.issue);
}

const wholeDays = (from: string, to: string): number =>
  Math.floor(Temporal.Instant.from(from).until(Temporal.Instant.from(to)).total("hours") / 24);
